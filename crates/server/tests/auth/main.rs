//! The auth service as its clients see it: the real binary, driven over HTTP.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod attacks;
mod clients;
mod commands;
mod gateway;
mod keys;
mod limits;
mod login_page;
mod people;
mod secrets;
mod services;
mod tokens;
mod world;
