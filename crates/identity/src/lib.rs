//! Credentials and permissions: scopes, tokens, API keys, passwords, client secrets, signing keys and sealed secrets.
//!
//! This crate must never know HTTP, a store or the wall clock: time and ids are arguments. Another crate checks whether
//! a key is revoked.

mod api_key;
#[cfg(any(test, feature = "attacks"))]
pub mod attacks;
mod client_secret;
mod entropy;
mod keyring;
mod names;
mod opaque;
mod password;
pub mod pkce;
mod scope;
mod seal;
mod service_key;
mod token;

pub use api_key::{ApiKeyMaker, NewKey};
pub use client_secret::ClientSecrets;
pub use entropy::{NoEntropy, entropy};
pub use keyring::{DataKeys, Keyring, NoDataKey, TenantSeal};
pub use names::{is_client_id, is_email, is_scope_token, is_username};
pub use opaque::{OpaqueToken, OpaqueTokens, hook_token, is_hook_token, opaque_hash, without_hook_tokens};
pub use password::{PasswordError, PasswordFault, Passwords, check_new_password};
pub use scope::{Scope, Scopes};
pub use seal::{SealError, SecretBox};
pub use service_key::{SealedKey, SealedKeyError, ServiceKey};
pub use token::{
    AccessGrant, AccessToken, AccessTokenIssuer, Claims, Grant, KeyError, KeySetVerifier, TokenError, TokenIssuer,
    TokenVerifier,
};
