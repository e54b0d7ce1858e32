//! The auth service: OAuth 2 with the password grant (for the CodeLab IDE), authorization code with PKCE, refresh
//! tokens and client credentials, and a small login page.
//!
//! This crate must never know SQL, how a password is hashed or a token signed (that is `identity`), or the routes of
//! another surface.

mod app;
mod audit;
mod authorize;
mod bearer;
mod client_auth;
mod document;
mod error;
mod form;
mod guard;
mod health;
mod introspect;
mod keys;
mod login;
mod logout;
mod metadata;
mod no_store;
mod password;
mod password_workers;
mod redirect_uri;
mod register;
mod revoke;
mod routes;
mod scopes;
mod seed;
mod shapes;
mod token;
mod token_response;
mod userinfo;

pub use app::{AuthApp, AuthConfig, Deps, Registration};
pub use document::openapi;
pub use guard::Limits;
pub use keys::{Keys, KeysConfig};
pub use redirect_uri::{RedirectUriFault, check_redirect_uri};
pub use routes::{public_routes, router};
pub use seed::{Seed, SeedError, Seeded, generated_password, seed};
