use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use artel_domain::{
    Actor, AuditEntry, Clock, Notice, TenantId, WebhookAttempt, WebhookDeliveryId, WebhookDeliveryState,
    WebhookEndpoint, WebhookEndpointId,
};
use artel_egress::Egress;
use artel_identity::Keyring;
use artel_store::{AttemptEnd, ClaimedDelivery, DeliveryClaim, Result, SpreadNotice, Webhooks};
use metrics::{counter, histogram};
use serde_json::json;
use tokio::task::{Id, JoinSet};

use crate::attempt::{Made, REPLY_TIMEOUT, TIMEOUT, attempt};
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

/// Longer than an attempt takes and than the store takes to note its end: one whose end was not noted by then was
/// broken off with its process.
const HOLD: Duration = Duration::from_secs(TIMEOUT.as_secs() + REPLY_TIMEOUT.as_secs() + 12);
/// Attempts under way at the same time.
const MOST: usize = 256;
/// Of those, to endpoints whose last attempt failed: each may take as long as an attempt may.
const MOST_FAILING: usize = 128;
/// Of one endpoint. A slow receiver holds up its own messages alone.
const PER_ENDPOINT: u32 = 8;
/// Of one endpoint whose last attempt failed.
const PER_FAILING_ENDPOINT: u32 = 1;
const NOTICES_AT_A_TIME: u32 = 200;
/// While attempts are under way, what is new is looked for this often.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The latest attempts at a message that are kept. A person may ask for more than those that are made by themselves.
const MOST_KEPT: usize = 20;
const GONE: u16 = 410;

/// Makes messages of what happened and delivers them.
#[derive(Clone)]
pub struct Courier(CourierDeps);

/// Attempts on tasks of their own: each goes on while the courier waits for the store. They end with the courier.
#[derive(Default)]
struct UnderWay {
    attempts: JoinSet<()>,
    places: HashMap<Id, Place>,
}

#[derive(Clone, Copy)]
struct Place {
    endpoint: WebhookEndpointId,
    is_failing: bool,
}

impl Courier {
    pub fn new(deps: CourierDeps) -> Self {
        Self(deps)
    }

    /// Delivers what is due, until nothing is. May be broken off at any time and done again: an attempt that was under
    /// way counts, and another one follows. How many attempts were made.
    ///
    /// # Errors
    /// When the store cannot be used. Attempts under way are made to their end first.
    pub async fn deliver(&self) -> Result<u64> {
        let (mut under_way, mut made) = (UnderWay::default(), 0);
        let delivered = self.deliver_into(&mut under_way, &mut made).await;
        while under_way.next().await {
            made += 1;
        }
        delivered.map(|()| made)
    }

    async fn deliver_into(&self, under_way: &mut UnderWay, made: &mut u64) -> Result<()> {
        loop {
            // Attempts need no new messages, so what is wrong with notices does not hold them up.
            if let Err(error) = self.spread().await {
                tracing::error!(%error, "notices did not become messages; they are tried again");
            }
            self.begin(under_way).await?;
            if under_way.places.is_empty() {
                return Ok(());
            }
            let look_again = tokio::time::sleep(LOOK_EVERY);
            tokio::select! {
                true = under_way.next() => *made += 1,
                () = look_again => {}
            }
        }
    }

    /// Attempts at what is due: first where the last one did not fail.
    async fn begin(&self, under_way: &mut UnderWay) -> Result<()> {
        for is_failing in [false, true] {
            for claimed in self.claim(under_way, is_failing).await? {
                let place = Place { endpoint: claimed.delivery.endpoint_id, is_failing };
                let courier = self.clone();
                let task = under_way.attempts.spawn(async move { courier.make(claimed).await });
                under_way.places.insert(task.id(), place);
            }
        }
        Ok(())
    }

    /// Notices become messages.
    async fn spread(&self) -> Result<()> {
        let notices = self.0.store.pending_notices(self.0.clock.now(), NOTICES_AT_A_TIME).await?;
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

    async fn claim(&self, under_way: &UnderWay, is_failing: bool) -> Result<Vec<ClaimedDelivery>> {
        let limit = under_way.room(is_failing);
        if limit == 0 {
            return Ok(Vec::new());
        }
        let claim = DeliveryClaim {
            now: self.0.clock.now(),
            hold: HOLD,
            of_failing: is_failing,
            under_way: under_way.of_endpoints(),
            limit,
            per_endpoint: if is_failing { PER_FAILING_ENDPOINT } else { PER_ENDPOINT },
        };
        self.0.store.claim_webhook_deliveries(claim).await
    }

    /// An end that is not noted is made up for by another attempt, when this one's hold is over.
    async fn make(&self, claimed: ClaimedDelivery) {
        let made = attempt(&self.0.egress, &self.0.keyring, &claimed, self.0.clock.now()).await;
        let delivery = claimed.delivery.id;
        if let Err(error) = self.0.store.end_webhook_attempt(self.end(claimed, made)).await {
            tracing::warn!(%delivery, %error, "the end of an attempt at a webhook message was not noted; another follows");
        }
    }

    fn end(&self, claimed: ClaimedDelivery, made: Made) -> AttemptEnd {
        let delivery = claimed.delivery;
        let mut log = delivery.log;
        log.push(made.attempt.clone());
        let (state, pause) = judge(&made, log.len(), self.random());
        let attempt = made.attempt;
        count(&attempt, state);
        log.drain(..log.len().saturating_sub(MOST_KEPT));
        AttemptEnd {
            tenant_id: delivery.tenant_id,
            endpoint_id: delivery.endpoint_id,
            delivery_id: delivery.id,
            log,
            state,
            next_at: pause.map(|pause| self.0.clock.now() + pause),
            url: claimed.url,
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

/// Counts an attempt, by what becomes of its message.
fn count(attempt: &WebhookAttempt, state: WebhookDeliveryState) {
    let outcome = match state {
        WebhookDeliveryState::Delivered => "delivered",
        WebhookDeliveryState::Pending => "retried",
        _ => "failed",
    };
    counter!("artel_webhook_attempts_total", "outcome" => outcome).increment(1);
    histogram!("artel_webhook_attempt_seconds").record(attempt.duration_ms as f64 / 1000.0);
}

/// What becomes of the message, and how long until its next attempt. A receiver that wishes for a longer pause than the
/// schedule's gets it.
///
/// # Arguments
/// * `ended`: attempts whose end is known, with this one. Those that were broken off with their process say nothing
///   about the receiver, and do not lengthen its pauses.
fn judge(made: &Made, ended: usize, random: u8) -> (WebhookDeliveryState, Option<Duration>) {
    match made.attempt.status {
        Some(200..=299) => (WebhookDeliveryState::Delivered, None),
        Some(GONE) => (WebhookDeliveryState::Failed, None),
        _ => match pause_after(ended, random) {
            Some(pause) => (WebhookDeliveryState::Pending, Some(pause.max(made.wished_pause.unwrap_or_default()))),
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

impl UnderWay {
    /// False: there is none.
    async fn next(&mut self) -> bool {
        let Some(ended) = self.attempts.join_next_with_id().await else { return false };
        let id = match ended {
            Ok((id, ())) => id,
            Err(error) => {
                tracing::error!(%error, "an attempt at a webhook message broke; another follows");
                error.id()
            }
        };
        self.places.remove(&id);
        true
    }

    fn of_endpoints(&self) -> BTreeMap<WebhookEndpointId, u32> {
        let mut counts = BTreeMap::new();
        for place in self.places.values() {
            *counts.entry(place.endpoint).or_insert(0) += 1;
        }
        counts
    }

    fn room(&self, is_failing: bool) -> u32 {
        let failing = self.places.values().filter(|place| place.is_failing).count();
        let free = MOST.saturating_sub(self.places.len());
        let room = if is_failing { free.min(MOST_FAILING.saturating_sub(failing)) } else { free };
        u32::try_from(room).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use artel_domain::Timestamp;

    use super::*;

    fn answered(status: Option<u16>) -> Made {
        let at = Timestamp::UNIX_EPOCH;
        Made {
            attempt: WebhookAttempt { number: 7, at, status, duration_ms: 1, error: None, reply: None },
            wished_pause: None,
        }
    }

    #[test]
    fn a_receiver_that_asks_for_time_gets_it_and_never_less_than_the_schedule() {
        let wishing = |seconds| Made { wished_pause: Some(Duration::from_secs(seconds)), ..answered(Some(429)) };
        assert_eq!(judge(&wishing(120), 1, 0).1, Some(Duration::from_mins(2)));
        assert_eq!(judge(&wishing(1), 1, 0).1, Some(Duration::from_secs(5)));
        assert_eq!(judge(&wishing(120), 10, 0), (WebhookDeliveryState::Failed, None), "the last attempt is the last");
    }

    #[test]
    fn two_hundreds_are_delivered_and_everything_else_is_tried_again_until_the_last() {
        use WebhookDeliveryState::{Delivered, Failed, Pending};
        for status in [200, 202, 204, 299] {
            assert_eq!(judge(&answered(Some(status)), 1, 0), (Delivered, None));
        }
        for status in [None, Some(301), Some(400), Some(404), Some(429), Some(500)] {
            assert_eq!(judge(&answered(status), 1, 0).0, Pending, "{status:?}");
            assert_eq!(judge(&answered(status), 10, 0), (Failed, None), "{status:?}");
        }
        assert_eq!(judge(&answered(Some(410)), 1, 0), (Failed, None), "who is gone is asked no more");
    }
}
