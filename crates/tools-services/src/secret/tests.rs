use std::sync::Arc;

use artel_domain::{Credential, Timestamp};
use artel_identity::SecretBox;
use serde_json::json;

use super::*;

const TENANT: &str = "00000000-0000-4000-8000-000000000001";
const CREDENTIAL: &str = "00000000-0000-4000-8000-000000000002";

fn kept(sealed: String) -> SealedCredential {
    let credential = Credential {
        id: CREDENTIAL.parse().unwrap(),
        tenant_id: TENANT.parse().unwrap(),
        service_name: "http".to_owned(),
        instance_id: "shop".to_owned(),
        account_label: "Shop".to_owned(),
        user_id: None,
        created_at: Timestamp::UNIX_EPOCH,
        last_used_at: None,
    };
    SealedCredential { credential, sealed, changed_at: Timestamp::UNIX_EPOCH }
}

/// What sealed for a tenant before it had a key of its own, and what does now.
fn seal() -> (Arc<SecretBox>, TenantSeal) {
    let master = Arc::new(SecretBox::new(&[1; 32]));
    (Arc::clone(&master), TenantSeal::new(&[2; 32], master).unwrap())
}

#[test]
fn secrets_of_released_versions_open() {
    let (master, seal) = seal();
    let place = format!("credential/{TENANT}/{CREDENTIAL}");
    for of_a_release in [
        master.seal_text(place.as_bytes(), br#"{"token":"abc"}"#).unwrap(),
        seal.seal_text(place.as_bytes(), br#"{"token":"abc"}"#).unwrap(),
    ] {
        assert!(opened(&seal, &kept(of_a_release)).is_ok());
    }
}

#[test]
fn a_secret_opens_at_its_own_place_only() {
    let ((_, seal), other) = (seal(), CredentialId(TENANT.parse().unwrap()));
    let secret = json!({ "token": "abc" });
    let members = secret.as_object().unwrap();
    let own = sealed(&seal, TENANT.parse().unwrap(), CREDENTIAL.parse().unwrap(), members).unwrap();
    assert!(opened(&seal, &kept(own)).is_ok());
    let moved = sealed(&seal, TENANT.parse().unwrap(), other, members).unwrap();
    assert!(matches!(opened(&seal, &kept(moved)), Err(NotOpened::Seal(_))));
}
