//! Who may do what, and how that is proved: scopes, tokens, API keys, the service's signing key, and sealed secrets.
//!
//! This crate must never know HTTP, a store or the wall clock: time and ids come in, answers go out. Whether a key is
//! revoked is somebody else's question.

mod api_key;
mod entropy;
mod scope;
mod seal;
mod service_key;
mod token;

pub use api_key::{ApiKeyMaker, NewKey};
pub use entropy::{NoEntropy, entropy};
pub use scope::{Scope, Scopes};
pub use seal::{SealError, SecretBox};
pub use service_key::ServiceKey;
pub use token::{Claims, Grant, KeyError, TokenError, TokenIssuer, TokenVerifier};
