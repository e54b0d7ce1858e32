//! Secrets of credentials, sealed for the store and opened for a request to their service.

use artel_connectors::Credential as Secret;
use artel_domain::{CredentialId, TenantId};
use artel_identity::{SealError, TenantSeal};
use artel_store::SealedCredential;
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value};

/// Why a sealed secret cannot be used. Holds nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotOpened {
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error("the secret is no JSON object")]
    NoObject,
}

/// What a sealed secret is bound to, so that a row moved to another tenant or credential cannot be opened.
///
/// FROZEN: sealed secrets of released versions open under this text only.
pub(crate) fn place(tenant: TenantId, credential: CredentialId) -> Vec<u8> {
    format!("credential/{tenant}/{credential}").into_bytes()
}

/// The secret as the store keeps it.
///
/// # Errors
/// The system has no random bytes, or the secret is too long.
pub fn sealed(
    seal: &TenantSeal,
    tenant: TenantId,
    credential: CredentialId,
    secret: &Map<String, Value>,
) -> Result<String, SealError> {
    let text = Value::Object(secret.clone()).to_string();
    seal.seal_text(&place(tenant, credential), text.as_bytes())
}

/// The secret, for a request to its service.
///
/// # Errors
/// It was sealed under another key, or changed.
pub fn opened(seal: &TenantSeal, sealed: &SealedCredential) -> Result<Secret, NotOpened> {
    let credential = &sealed.credential;
    let text = seal.open_text(&place(credential.tenant_id, credential.id), &sealed.sealed)?;
    // The parser's own words could show a part of the secret.
    serde_json::from_str(text.expose_secret()).map(Secret::new).map_err(|_| NotOpened::NoObject)
}

#[cfg(test)]
mod tests;
