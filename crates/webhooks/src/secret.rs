//! The secret that an endpoint's messages are signed with.

use artel_domain::{TenantId, WebhookEndpointId};
use artel_identity::{SealError, TenantSeal};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};

/// Stands before the base64 of the key.
pub(crate) const PREFIX: &str = "whsec_";

/// What a sealed secret is bound to, so that a row moved to another tenant or endpoint cannot be opened.
///
/// FROZEN: sealed secrets of released versions open under this text only.
pub fn bound_to(tenant: TenantId, endpoint: WebhookEndpointId) -> Vec<u8> {
    format!("webhook-secret/{tenant}/{endpoint}").into_bytes()
}

/// The secret of this key.
///
/// # Arguments
/// * `key`: random bytes.
pub fn new_secret(key: &[u8; 32]) -> SecretString {
    format!("{PREFIX}{}", STANDARD.encode(key)).into()
}

/// The secret as the store keeps it.
///
/// # Errors
/// The system has no random bytes.
pub fn sealed_secret(
    seal: &TenantSeal,
    tenant: TenantId,
    endpoint: WebhookEndpointId,
    secret: &SecretString,
) -> Result<String, SealError> {
    seal.seal_text(&bound_to(tenant, endpoint), secret.expose_secret().as_bytes())
}

/// The secret, to sign with.
///
/// # Errors
/// It was sealed under another key, or changed.
pub fn opened_secret(
    seal: &TenantSeal,
    tenant: TenantId,
    endpoint: WebhookEndpointId,
    sealed: &str,
) -> Result<SecretString, SealError> {
    seal.open_text(&bound_to(tenant, endpoint), sealed)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use artel_identity::SecretBox;

    use super::*;

    #[test]
    fn a_secret_opens_for_its_endpoint_alone() {
        let master = Arc::new(SecretBox::new(&[1; 32]));
        let seal = TenantSeal::new(&[2; 32], Arc::clone(&master)).unwrap();
        let id = |last: u8| format!("00000000-0000-4000-8000-0000000000{last:02}");
        let (tenant, endpoint) = (TenantId(id(1).parse().unwrap()), WebhookEndpointId(id(2).parse().unwrap()));
        let secret = new_secret(&[7; 32]);
        let sealed = sealed_secret(&seal, tenant, endpoint, &secret).unwrap();
        let of_a_release = master.seal_text(&bound_to(tenant, endpoint), secret.expose_secret().as_bytes()).unwrap();
        assert!(opened_secret(&seal, tenant, endpoint, &of_a_release).is_ok());
        let opened = opened_secret(&seal, tenant, endpoint, &sealed).unwrap();
        assert_eq!(opened.expose_secret(), secret.expose_secret());
        let other = WebhookEndpointId(id(3).parse().unwrap());
        assert!(opened_secret(&seal, tenant, other, &sealed).is_err());
        assert!(opened_secret(&seal, TenantId(id(4).parse().unwrap()), endpoint, &sealed).is_err());
    }
}
