//! What is kept of a delivery.

use std::time::Duration;

use artel_connectors::webhook::{DeliveryId, Received};
use artel_domain::{Hook, InboundEventId, Timestamp};
use artel_store::NewInboundEvent;
use artel_tools::Redactor;
use sha2::{Digest as _, Sha256};

/// Two equal bodies may be two events: without an id of the service they count as one for this long.
const SAME_BODY: Duration = Duration::from_mins(10);
/// Longer words of a service are cut.
const LONGEST_WORD: usize = 200;

/// The event, without the secret of its hook wherever the service repeats it.
pub(super) fn of(
    received: Received,
    hook: &Hook,
    secret: Option<&str>,
    id: InboundEventId,
    at: Timestamp,
) -> NewInboundEvent {
    let mut redactor = Redactor::default();
    if let Some(secret) = secret {
        redactor.hide(secret);
    }
    let mut payload = received.payload;
    redactor.value(&mut payload);
    let shown = |word: &str| redactor.text(word).chars().take(LONGEST_WORD).collect::<String>();
    let (delivery_id, sameness, same_for) = match &received.delivery_id {
        DeliveryId::Given(id) => (shown(id), digest("given", id), None),
        DeliveryId::Digest(digest_of_body) => (shown(digest_of_body), digest("body", digest_of_body), Some(SAME_BODY)),
    };
    NewInboundEvent {
        id,
        tenant_id: hook.tenant_id,
        hook_id: hook.id,
        service: hook.connector_key.clone(),
        kind: received.event.as_deref().map(shown),
        received_at: at,
        delivery_id,
        payload: payload.to_string(),
        sameness,
        same_for,
        most_of_tenant: None,
    }
}

/// An id of the service never means the digest of a body.
///
/// FROZEN: the hashed text, because deliveries that were kept by another version are known again by it.
fn digest(kind: &str, text: &str) -> [u8; 32] {
    Sha256::digest(format!("{kind}\0{text}")).into()
}

#[cfg(test)]
mod tests {
    use artel_domain::{HookId, TenantId, UserId};
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;

    fn kept(payload: Value, delivery_id: DeliveryId) -> NewInboundEvent {
        let hook = Hook {
            id: HookId(Uuid::nil()),
            tenant_id: TenantId(Uuid::nil()),
            connector_key: "github".to_owned(),
            last4: "wxyz".to_owned(),
            has_secret: true,
            created_by: UserId(Uuid::nil()),
            created_at: Timestamp::UNIX_EPOCH,
            last_refused_at: None,
        };
        let event = Some("push s3cret-word".to_owned());
        let received = Received { delivery_id, event, payload, keep: true, status: 202, reply: None };
        of(received, &hook, Some("s3cret-word"), InboundEventId(Uuid::nil()), Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn the_secret_is_in_nothing_that_is_kept() {
        let new = kept(json!({ "s3cret-word": ["a s3cret-word b"] }), DeliveryId::Given("s3cret-word".to_owned()));
        assert!(!format!("{new:?}").contains("s3cret-word"), "{new:?}");
    }

    #[test]
    fn ids_and_digests_are_told_apart_and_long_ones_are_cut_for_people_alone() {
        let given = kept(Value::Null, DeliveryId::Given("a".repeat(5000)));
        let longer = kept(Value::Null, DeliveryId::Given("a".repeat(5001)));
        assert_eq!((given.delivery_id.len(), given.same_for), (200, None));
        assert_ne!(given.sameness, longer.sameness);
        let digest = kept(Value::Null, DeliveryId::Digest("a".repeat(5000)));
        assert_eq!(digest.same_for, Some(Duration::from_mins(10)));
        assert_ne!(given.sameness, digest.sameness);
    }
}
