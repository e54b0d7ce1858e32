//! The console: the web interface for people. This crate serves its pages, signs people in, and turns the cookie of a
//! signed-in browser into the header that the public API knows.
//!
//! This crate must never know a store, SQL, or an entity of the API: the pages use the public API that everybody has.

mod app;
mod auth_service;
mod cookie;
mod enter;
mod front;
mod invitations;
mod pages;
mod place;
mod routes;
mod session;
mod sign_in;

pub use app::{Console, Deps};
pub use front::in_front;
pub use place::{CALLBACK, CLIENT};
pub use routes::routes;
