//! What organisations agree with services, so that deliveries prove where they are from: sealed for the store.

use artel_domain::{HookId, TenantId};
use artel_identity::{SealError, TenantSeal};
use artel_store::SealedHook;
use secrecy::SecretString;

/// What a sealed secret is bound to, so that a row moved to another tenant or hook cannot be opened.
///
/// FROZEN: sealed secrets of released versions open under this text only.
pub(crate) fn place(tenant: TenantId, hook: HookId) -> Vec<u8> {
    format!("hook/{tenant}/{hook}").into_bytes()
}

/// The secret of a hook as the store keeps it.
///
/// # Errors
/// The system has no random bytes, or the secret is too long.
pub fn sealed_hook_secret(
    seal: &TenantSeal,
    tenant: TenantId,
    hook: HookId,
    secret: &str,
) -> Result<String, SealError> {
    seal.seal_text(&place(tenant, hook), secret.as_bytes())
}

/// The secret of a hook, when it has one.
///
/// # Errors
/// It was sealed under another key, or changed.
pub fn opened_hook_secret(seal: &TenantSeal, hook: &SealedHook) -> Result<Option<SecretString>, SealError> {
    let place = place(hook.hook.tenant_id, hook.hook.id);
    hook.sealed.as_ref().map(|sealed| seal.open_text(&place, sealed)).transpose()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use artel_domain::{Hook, Timestamp};
    use artel_identity::SecretBox;
    use secrecy::ExposeSecret as _;

    use super::*;

    const TENANT: &str = "00000000-0000-4000-8000-000000000001";
    const HOOK: &str = "00000000-0000-4000-8000-000000000002";

    fn kept(id: &str, sealed: Option<String>) -> SealedHook {
        let hook = Hook {
            id: id.parse().unwrap(),
            tenant_id: TENANT.parse().unwrap(),
            connector_key: "github".to_owned(),
            last4: "wxyz".to_owned(),
            has_secret: sealed.is_some(),
            created_by: TENANT.parse().unwrap(),
            created_at: Timestamp::UNIX_EPOCH,
            last_refused_at: None,
        };
        SealedHook { hook, sealed }
    }

    #[test]
    fn a_secret_of_an_earlier_version_opens_at_its_place_alone() {
        let master = Arc::new(SecretBox::new(&[1; 32]));
        let seal = TenantSeal::new(&[2; 32], Arc::clone(&master)).unwrap();
        let earlier = master.seal_text(format!("hook/{TENANT}/{HOOK}").as_bytes(), b"abc").unwrap();
        let opened = opened_hook_secret(&seal, &kept(HOOK, Some(earlier.clone()))).unwrap();
        assert_eq!(opened.unwrap().expose_secret(), "abc");
        assert!(opened_hook_secret(&seal, &kept(TENANT, Some(earlier))).is_err());
        assert!(opened_hook_secret(&seal, &kept(HOOK, None)).unwrap().is_none());
        let own = sealed_hook_secret(&seal, TENANT.parse().unwrap(), HOOK.parse().unwrap(), "abc").unwrap();
        assert!(opened_hook_secret(&seal, &kept(HOOK, Some(own))).is_ok());
    }
}
