use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use artel_domain::{
    Actor, AuditEntry, Clock, Notice, TenantId, WebhookAttempt, WebhookDeliveryId, WebhookDeliveryState,
    WebhookEndpoint, WebhookEndpointId,
};
use artel_egress::Egress;
use artel_identity::Keyring;
use artel_store::{AttemptEnd, ClaimedDelivery, DeliveryClaim, Result, SpreadNotice, Webhooks};
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use serde_json::json;

use crate::attempt::{TIMEOUT, attempt};
use crate::payload::payload;
use crate::schedule::pause_after;

/// What a courier works with.
#[derive(Clone)]
pub struct CourierDeps {
    pub store: Arc<dyn Webhooks>,
    pub egress: Arc<Egress>,
    pub keyring: Arc<Keyring>,
    pub clock: Arc<dyn Clock>,
}

/// Longer than an attempt takes: one whose end was not noted by then was broken off with its process.
const HOLD: Duration = Duration::from_secs(TIMEOUT.as_secs() + 5);
/// Attempts under way at the same time.
const MOST: usize = 256;
/// Of one endpoint. A slow receiver holds up its own messages alone.
const PER_ENDPOINT: u32 = 8;
const NOTICES_AT_A_TIME: u32 = 200;
/// While attempts are under way, what is new is looked for this often.
const LOOK_EVERY: Duration = Duration::from_secs(1);
const GONE: u16 = 410;

/// Makes messages of what happened and delivers them.
#[derive(Clone)]
pub struct Courier(CourierDeps);

impl Courier {
    pub fn new(deps: CourierDeps) -> Self {
        Self(deps)
    }

    /// Delivers what is due, until nothing is. May be broken off at any time and done again: an attempt that was under
    /// way counts, and another one follows. How many attempts were made.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn deliver(&self) -> Result<u64> {
        let (mut attempts, mut under_way, mut made) = (FuturesUnordered::new(), BTreeMap::new(), 0);
        loop {
            self.spread().await?;
            for claimed in self.claim(&under_way).await? {
                *under_way.entry(claimed.delivery.endpoint_id).or_insert(0_u32) += 1;
                attempts.push(self.make(claimed));
            }
            if attempts.is_empty() {
                return Ok(made);
            }
            let look_again = tokio::time::sleep(LOOK_EVERY);
            tokio::select! {
                Some(ended) = attempts.next() => {
                    ended_one(&mut under_way, ended?);
                    made += 1;
                }
                () = look_again => {}
            }
        }
    }

    /// Notices become messages.
    async fn spread(&self) -> Result<()> {
        let notices = self.0.store.pending_notices(NOTICES_AT_A_TIME).await?;
        if notices.is_empty() {
            return Ok(());
        }
        let mut known: BTreeMap<TenantId, Vec<WebhookEndpoint>> = BTreeMap::new();
        let mut spread = Vec::with_capacity(notices.len());
        for notice in notices {
            let endpoints = match known.entry(notice.tenant_id) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => unknown.insert(self.0.store.list_webhook_endpoints(notice.tenant_id).await?),
            };
            let to = receivers(&notice, endpoints);
            spread.push(SpreadNotice { payload: payload(&notice), notice, to });
        }
        self.0.store.spread_notices(spread).await?;
        Ok(())
    }

    async fn claim(&self, under_way: &BTreeMap<WebhookEndpointId, u32>) -> Result<Vec<ClaimedDelivery>> {
        let count: u32 = under_way.values().sum();
        let limit = u32::try_from(MOST).unwrap_or(u32::MAX).saturating_sub(count);
        if limit == 0 {
            return Ok(Vec::new());
        }
        let busy = under_way.keys().copied().collect();
        let claim = DeliveryClaim { now: self.0.clock.now(), hold: HOLD, busy, limit, per_endpoint: PER_ENDPOINT };
        self.0.store.claim_webhook_deliveries(claim).await
    }

    async fn make(&self, claimed: ClaimedDelivery) -> Result<WebhookEndpointId> {
        let made = attempt(&self.0.egress, &self.0.keyring, &claimed, self.0.clock.now()).await;
        let endpoint = claimed.delivery.endpoint_id;
        self.0.store.end_webhook_attempt(self.end(claimed, made)).await?;
        Ok(endpoint)
    }

    fn end(&self, claimed: ClaimedDelivery, attempt: WebhookAttempt) -> AttemptEnd {
        let delivery = claimed.delivery;
        let (state, pause) = judge(&attempt, self.random());
        let mut log = delivery.log;
        log.push(attempt.clone());
        AttemptEnd {
            tenant_id: delivery.tenant_id,
            endpoint_id: delivery.endpoint_id,
            delivery_id: delivery.id,
            log,
            state,
            next_at: pause.map(|pause| self.0.clock.now() + pause),
            gone: (attempt.status == Some(GONE)).then(|| self.audit(delivery.endpoint_id)),
            attempt,
        }
    }

    fn random(&self) -> u8 {
        u8::try_from(self.0.clock.uuid().as_u128() & 0xff).unwrap_or_default()
    }

    fn audit(&self, endpoint: WebhookEndpointId) -> AuditEntry {
        AuditEntry {
            actor: Actor::default(),
            action: "webhook.gone",
            entity_type: "webhook",
            entity_id: endpoint.to_string(),
            trace_id: String::new(),
            outcome: "ok".to_owned(),
            details: Some(json!({ "reason": "the receiver answered 410" })),
            at: self.0.clock.now(),
        }
    }
}

/// What becomes of the message, and how long until its next attempt.
fn judge(attempt: &WebhookAttempt, random: u8) -> (WebhookDeliveryState, Option<Duration>) {
    match attempt.status {
        Some(200..=299) => (WebhookDeliveryState::Delivered, None),
        Some(GONE) => (WebhookDeliveryState::Failed, None),
        _ => match pause_after(attempt.number, random) {
            Some(pause) => (WebhookDeliveryState::Pending, Some(pause)),
            None => (WebhookDeliveryState::Failed, None),
        },
    }
}

/// Those that want to be told. An endpoint hears of nothing that was before it.
fn receivers(notice: &Notice, endpoints: &[WebhookEndpoint]) -> Vec<(WebhookEndpointId, WebhookDeliveryId)> {
    let wants = |endpoint: &&WebhookEndpoint| {
        endpoint.is_enabled && endpoint.events.contains(&notice.event) && endpoint.created_at <= notice.at
    };
    let event = notice.event.as_str();
    let message =
        |endpoint: &WebhookEndpoint| (endpoint.id, WebhookDeliveryId::of_notice(endpoint.id, notice.subject, event));
    endpoints.iter().filter(wants).map(message).collect()
}

fn ended_one(under_way: &mut BTreeMap<WebhookEndpointId, u32>, endpoint: WebhookEndpointId) {
    if let Some(count) = under_way.get_mut(&endpoint) {
        *count -= 1;
        if *count == 0 {
            under_way.remove(&endpoint);
        }
    }
}

#[cfg(test)]
mod tests {
    use artel_domain::Timestamp;

    use super::*;

    fn answered(number: i64, status: Option<u16>) -> WebhookAttempt {
        WebhookAttempt { number, at: Timestamp::UNIX_EPOCH, status, duration_ms: 1, error: None, reply: None }
    }

    #[test]
    fn two_hundreds_are_delivered_and_everything_else_is_tried_again_until_the_last() {
        use WebhookDeliveryState::{Delivered, Failed, Pending};
        for status in [200, 202, 204, 299] {
            assert_eq!(judge(&answered(1, Some(status)), 0), (Delivered, None));
        }
        for status in [None, Some(301), Some(400), Some(404), Some(429), Some(500)] {
            assert_eq!(judge(&answered(1, status), 0).0, Pending, "{status:?}");
            assert_eq!(judge(&answered(10, status), 0), (Failed, None), "{status:?}");
        }
        assert_eq!(judge(&answered(1, Some(410)), 0), (Failed, None), "who is gone is asked no more");
    }
}
