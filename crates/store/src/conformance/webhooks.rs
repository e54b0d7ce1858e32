//! Promises about what tenants' own servers are told.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use artel_domain::{
    ApprovalState, Decision, Notice, Phase, Timestamp, Visibility, WebhookAttempt, WebhookDelivery, WebhookDeliveryId,
    WebhookDeliveryState, WebhookEndpoint, WebhookEndpointId, WebhookEvent,
};

use super::approvals::{deciding, question};
use super::world::{World, at_once, ending, fence, now, uuid};
use crate::{
    AttemptEnd, AuditFilter, ClaimedDelivery, Created, DeliveryClaim, NewRun, NewWebhookEndpoint, Page, SecretRotation,
    SpreadNotice, Step, Store, Viewer, WebhookEndpointChange,
};

const ALL: Page = Page { limit: 100, offset: 0 };
const HOLD: Duration = Duration::from_secs(20);
const EVERY: [WebhookEvent; 7] = [
    WebhookEvent::ApprovalRequested,
    WebhookEvent::ApprovalDecided,
    WebhookEvent::ApprovalExpired,
    WebhookEvent::ApprovalCancelled,
    WebhookEvent::RunSucceeded,
    WebhookEvent::RunFailed,
    WebhookEvent::RunCancelled,
];

pub(super) fn endpoint(world: &World, events: &[WebhookEvent]) -> WebhookEndpoint {
    WebhookEndpoint {
        id: WebhookEndpointId(uuid()),
        tenant_id: world.tenant,
        url: "https://hooks.example/artel".to_owned(),
        description: Some("chat".to_owned()),
        events: events.to_vec(),
        is_enabled: true,
        is_gone: false,
        failures: 0,
        failing_since: None,
        old_secret_until: None,
        created_by: world.user,
        created_at: now(),
        updated_at: None,
    }
}

async fn makes(world: &World, endpoint: &WebhookEndpoint, most: u32) -> Option<WebhookEndpoint> {
    let new = NewWebhookEndpoint { endpoint: endpoint.clone(), sealed: "sealed".to_owned() };
    world.store.create_webhook_endpoint(new, most, world.audit("webhook.create")).await.unwrap()
}

/// An endpoint that wants these.
async fn wants(world: &World, events: &[WebhookEvent]) -> WebhookEndpoint {
    let endpoint = endpoint(world, events);
    assert_eq!(makes(world, &endpoint, 10).await, Some(endpoint.clone()));
    endpoint
}

async fn finds(world: &World, endpoint: &WebhookEndpoint) -> WebhookEndpoint {
    world.store.find_webhook_endpoint(world.tenant, endpoint.id).await.unwrap().unwrap()
}

async fn actions(world: &World) -> Vec<String> {
    let filter = AuditFilter { limit: 100, ..AuditFilter::default() };
    let rows = world.store.list_audit(&Viewer::service(world.tenant), filter).await.unwrap();
    rows.into_iter().rev().map(|row| row.action).filter(|action| action.starts_with("webhook.")).collect()
}

async fn notices(world: &World) -> Vec<Notice> {
    world.store.pending_notices(now(), 100).await.unwrap()
}

async fn events(world: &World) -> Vec<WebhookEvent> {
    notices(world).await.iter().map(|notice| notice.event).collect()
}

/// Every notice becomes a message to the endpoint.
async fn spreads(world: &World, endpoint: &WebhookEndpoint) -> u64 {
    let message = |notice: Notice| {
        let id = WebhookDeliveryId::of_notice(endpoint.id, notice.subject, notice.event.as_str());
        SpreadNotice { notice, payload: "{\"a\":1}".to_owned(), to: vec![(endpoint.id, id)] }
    };
    let spread = notices(world).await.into_iter().map(message).collect();
    world.store.spread_notices(spread).await.unwrap()
}

async fn switches(world: &World, endpoint: &WebhookEndpoint, is_enabled: bool) {
    let change = WebhookEndpointChange { is_enabled: Some(is_enabled), ..WebhookEndpointChange::default() };
    let audit = world.audit("webhook.update");
    let changed = world.store.update_webhook_endpoint(world.tenant, endpoint.id, change, audit).await.unwrap();
    assert_eq!(changed.unwrap().is_enabled, is_enabled);
}

fn claim_at(now: Timestamp) -> DeliveryClaim {
    let under_way = BTreeMap::new();
    DeliveryClaim { now, hold: HOLD, of_failing: false, under_way, limit: 100, per_endpoint: 100 }
}

/// Of all endpoints, however they fare.
async fn claims(world: &World, after: Duration) -> Vec<ClaimedDelivery> {
    let claim = claim_at(now() + after);
    let mut claimed = world.store.claim_webhook_deliveries(claim.clone()).await.unwrap();
    let of_failing = DeliveryClaim { of_failing: true, ..claim };
    claimed.extend(world.store.claim_webhook_deliveries(of_failing).await.unwrap());
    claimed
}

async fn deliveries(world: &World, endpoint: &WebhookEndpoint) -> Vec<WebhookDelivery> {
    world.store.list_webhook_deliveries(world.tenant, endpoint.id, None, ALL).await.unwrap().0
}

/// A message to the endpoint: of a run that ended.
async fn message(world: &World, endpoint: &WebhookEndpoint, session: &str) {
    let (_, held) = world.drives(session).await;
    world.ends(&held, 1).await;
    assert_eq!(spreads(world, endpoint).await, 1);
}

fn end(claimed: &ClaimedDelivery, status: u16, next_at: Option<Timestamp>, state: WebhookDeliveryState) -> AttemptEnd {
    let delivery = &claimed.delivery;
    let attempt = WebhookAttempt {
        number: delivery.attempts,
        at: now(),
        status: Some(status),
        duration_ms: 12,
        error: None,
        reply: Some("thanks \0".to_owned()),
    };
    let mut log = delivery.log.clone();
    log.push(attempt.clone());
    let (tenant_id, endpoint_id, delivery_id) = (delivery.tenant_id, delivery.endpoint_id, delivery.id);
    let url = claimed.url.clone();
    AttemptEnd { tenant_id, endpoint_id, delivery_id, attempt, log, state, next_at, url, gone: None }
}

pub async fn an_endpoint_is_kept_changed_and_deleted(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let first = wants(&world, &[WebhookEvent::RunFailed]).await;
    assert_eq!(makes(&world, &first, 1).await, Some(first.clone()), "a retried request");
    assert_eq!(makes(&world, &endpoint(&world, &EVERY), 1).await, None, "there is room for one");
    let second = wants(&world, &EVERY).await;
    assert_eq!(store.list_webhook_endpoints(world.tenant).await.unwrap(), [first.clone(), second.clone()]);
    let change = WebhookEndpointChange {
        url: Some("https://b.example".to_owned()),
        description: Some(None),
        events: Some(vec![WebhookEvent::ApprovalExpired]),
        is_enabled: None,
    };
    let audit = world.audit("webhook.update");
    let at = audit.at;
    let changed = store.update_webhook_endpoint(world.tenant, first.id, change, audit).await.unwrap().unwrap();
    let expected = WebhookEndpoint {
        url: "https://b.example".to_owned(),
        description: None,
        events: vec![WebhookEvent::ApprovalExpired],
        updated_at: Some(at),
        ..first.clone()
    };
    assert_eq!(changed, expected);
    let delete = async || {
        let audit = world.audit("webhook.delete");
        store.delete_webhook_endpoint(world.tenant, first.id, audit).await.unwrap()
    };
    assert!(delete().await && !delete().await, "it is deleted once");
    assert_eq!(store.list_webhook_endpoints(world.tenant).await.unwrap(), [second]);
    assert_eq!(actions(&world).await, ["webhook.create", "webhook.create", "webhook.update", "webhook.delete"]);
}

pub async fn another_tenant_has_nothing_of_an_endpoint(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    let endpoint = wants(&world, &EVERY).await;
    message(&world, &endpoint, "s").await;
    let delivery = deliveries(&world, &endpoint).await.remove(0);
    assert_eq!(store.list_webhook_endpoints(other.tenant).await.unwrap(), []);
    assert_eq!(store.find_webhook_endpoint(other.tenant, endpoint.id).await.unwrap(), None);
    let listed = store.list_webhook_deliveries(other.tenant, endpoint.id, None, ALL).await.unwrap();
    assert_eq!(listed, (vec![], 0));
    let audit = || other.audit("webhook.try");
    let change = WebhookEndpointChange { is_enabled: Some(false), ..WebhookEndpointChange::default() };
    assert_eq!(store.update_webhook_endpoint(other.tenant, endpoint.id, change, audit()).await.unwrap(), None);
    assert_eq!(store.webhook_secrets(other.tenant, endpoint.id).await.unwrap(), None);
    let rotation = rotation("sealed", "x", now());
    assert_eq!(store.rotate_webhook_secret(other.tenant, endpoint.id, rotation, audit()).await.unwrap(), None);
    assert!(!store.delete_webhook_endpoint(other.tenant, endpoint.id, audit()).await.unwrap());
    let retried = store.retry_webhook_delivery(other.tenant, endpoint.id, delivery.id, audit()).await.unwrap();
    assert_eq!(retried, None);
    let test = WebhookDelivery { id: WebhookDeliveryId(uuid()), tenant_id: other.tenant, ..delivery.clone() };
    assert_eq!(store.send_webhook_test(test, audit()).await.unwrap(), None);
    assert_eq!((finds(&world, &endpoint).await, actions(&other).await), (endpoint.clone(), vec![]));
    assert_eq!(deliveries(&world, &endpoint).await, [delivery]);
    // What happens to the other tenant is not told here.
    let (_, held) = other.drives("s").await;
    other.ends(&held, 1).await;
    assert_eq!(events(&world).await, []);
}

pub async fn an_end_is_noted_where_somebody_wants_to_hear_of_it(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (_, held) = world.drives("before").await;
    world.ends(&held, 1).await;
    assert_eq!(events(&world).await, [], "nobody listens");
    let endpoint = wants(&world, &[WebhookEvent::RunSucceeded, WebhookEvent::RunCancelled]).await;
    for (session, phase) in [("a", Phase::Succeeded), ("b", Phase::Failed), ("c", Phase::Cancelled)] {
        let (claim, held) = world.drives(session).await;
        assert_eq!(claim.run.phase, Phase::Running);
        store.commit(&held, ending(1, phase)).await.unwrap();
        assert!(store.commit(&held, ending(2, Phase::Succeeded)).await.is_err(), "it is over");
    }
    let told = notices(&world).await;
    let kinds: Vec<_> = told.iter().map(|notice| (notice.event, notice.state.as_str())).collect();
    assert_eq!(kinds, [(WebhookEvent::RunSucceeded, "succeeded"), (WebhookEvent::RunCancelled, "cancelled")]);
    let run = told[0].run.clone().unwrap();
    let is_its_own = run.id.0 == told[0].subject && run.user_id == world.user && run.agent_id == world.agent;
    assert!(is_its_own && told[0].tenant_id == world.tenant && told[0].approval.is_none(), "{told:?}");
    assert_eq!(run.session_id.unwrap().0, "a");
    switches(&world, &endpoint, false).await;
    let (_, held) = world.drives("d").await;
    world.ends(&held, 1).await;
    assert_eq!(events(&world).await.len(), 2, "it is switched off");
}

pub async fn the_id_of_a_private_session_is_not_told(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    wants(&world, &EVERY).await;
    let new = NewRun { visibility: Visibility::Private, ..world.new_run("secret") };
    assert!(matches!(world.creates(new).await, Created::Run(_)));
    let claim = world.claims("worker", super::world::LEASE).await.unwrap();
    world.ends(&fence(&claim.run), 1).await;
    let told = notices(&world).await.remove(0).run.unwrap();
    assert_eq!((told.id, told.session_id), (claim.run.id, None));
}

pub async fn questions_are_noted_with_what_becomes_of_them(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    wants(&world, &EVERY).await;
    let (claim, held) = world.drives("s").await;
    let asked: Vec<_> = (0..4).map(|ordinal| question(&claim.run, ordinal)).collect();
    let step =
        Step { approvals: asked.clone(), phase: Some(Phase::Waiting), next_seq: 1, at: now(), ..Step::default() };
    store.commit(&held, step).await.unwrap();
    assert_eq!(events(&world).await, [WebhookEvent::ApprovalRequested; 4]);
    let told = notices(&world).await.remove(0);
    let approval = told.approval.unwrap();
    assert_eq!((approval.tool_name.as_str(), told.state.as_str()), ("write_file", "pending"));
    assert_eq!((told.run.unwrap().id, approval.expires_at), (claim.run.id, asked[0].expires_at));
    for (approval, decision) in asked.iter().zip([Decision::Approve, Decision::Reject, Decision::Expire]) {
        let audit = world.audit("approval.decide");
        assert!(store.decide_approval(&world.viewer(), deciding(approval, decision), audit).await.unwrap().is_some());
    }
    let claim = world.claims("worker", super::world::LEASE).await.unwrap();
    let step = Step { cancel_approvals: true, phase: Some(Phase::Failed), next_seq: 2, at: now(), ..Step::default() };
    store.commit(&fence(&claim.run), step).await.unwrap();
    let state_of = |subject: uuid::Uuid| asked.iter().position(|approval| approval.id.0 == subject);
    let mut told: Vec<_> = notices(&world).await.into_iter().skip(4).collect();
    told.sort_by_key(|notice| state_of(notice.subject).unwrap_or(9));
    let states: Vec<_> = told.iter().map(|notice| (notice.event, notice.state.as_str())).collect();
    assert_eq!(
        states,
        [
            (WebhookEvent::ApprovalDecided, ApprovalState::Approved.as_str()),
            (WebhookEvent::ApprovalDecided, "rejected"),
            (WebhookEvent::ApprovalExpired, "expired"),
            (WebhookEvent::ApprovalCancelled, "cancelled"),
            (WebhookEvent::RunFailed, "failed"),
        ]
    );
}

pub async fn a_notice_becomes_its_messages_once(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let endpoint = wants(&world, &EVERY).await;
    let (_, held) = world.drives("s").await;
    world.ends(&held, 1).await;
    let mut made = at_once((0..6).map(|_| {
        let (world, endpoint) = (world.clone(), endpoint.clone());
        async move { spreads(&world, &endpoint).await }
    }))
    .await;
    made.sort_unstable();
    assert_eq!(made, [0, 0, 0, 0, 0, 1]);
    assert_eq!(events(&world).await, []);
    let [delivery] = &deliveries(&world, &endpoint).await[..] else { panic!("one message") };
    assert_eq!(
        (delivery.payload.as_str(), delivery.attempts, delivery.state),
        ("{\"a\":1}", 0, WebhookDeliveryState::Pending)
    );
    let (_, held) = world.drives("t").await;
    world.ends(&held, 1).await;
    switches(&world, &endpoint, false).await;
    assert_eq!(spreads(&world, &endpoint).await, 0, "it is switched off");
    assert_eq!(events(&world).await, []);
}

pub async fn of_many_claimers_one_makes_an_attempt(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let endpoint = wants(&world, &EVERY).await;
    message(&world, &endpoint, "s").await;
    let mut claimed = at_once((0..8).map(|_| {
        let world = world.clone();
        async move { claims(&world, Duration::ZERO).await }
    }))
    .await
    .concat();
    assert_eq!(claimed.len(), 1);
    let claimed = claimed.remove(0);
    assert_eq!(
        (claimed.url.as_str(), claimed.sealed.as_str(), &claimed.old_sealed),
        (endpoint.url.as_str(), "sealed", &None)
    );
    assert_eq!((claimed.delivery.attempts, claimed.delivery.state), (1, WebhookDeliveryState::Sending));
    assert_eq!(claims(&world, HOLD / 2).await, [], "the attempt is somebody's");
    let again = claims(&world, HOLD * 2).await.remove(0);
    assert_eq!(again.delivery.attempts, 2, "the attempt was lost");
    let late = end(&claimed, 200, None, WebhookDeliveryState::Delivered);
    assert!(!store.end_webhook_attempt(late).await.unwrap(), "the attempt is another's");
    assert!(store.end_webhook_attempt(end(&again, 200, None, WebhookDeliveryState::Delivered)).await.unwrap());
    let delivery = deliveries(&world, &endpoint).await.remove(0);
    assert_eq!((delivery.state, delivery.next_at, delivery.log.len()), (WebhookDeliveryState::Delivered, None, 1));
    assert_eq!(claims(&world, HOLD * 100).await, []);
}

pub async fn an_endpoint_tells_how_it_fares_and_is_tried_again(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let endpoint = wants(&world, &EVERY).await;
    message(&world, &endpoint, "s").await;
    let claimed = claims(&world, Duration::ZERO).await.remove(0);
    let later = now() + Duration::from_mins(5);
    let failed = end(&claimed, 500, Some(later), WebhookDeliveryState::Pending);
    let at = failed.attempt.at;
    assert!(store.end_webhook_attempt(failed).await.unwrap());
    let health = finds(&world, &endpoint).await;
    assert_eq!((health.failures, health.failing_since), (1, Some(at)));
    assert_eq!(claims(&world, Duration::from_mins(4)).await, []);
    let retried = async |delivery: WebhookDeliveryId| {
        let audit = world.audit("webhook.retry");
        store.retry_webhook_delivery(world.tenant, endpoint.id, delivery, audit).await.unwrap()
    };
    assert_eq!(retried(WebhookDeliveryId(uuid())).await, None);
    assert_eq!(retried(claimed.delivery.id).await.unwrap().state, WebhookDeliveryState::Pending);
    let claimed = claims(&world, Duration::ZERO).await.remove(0);
    assert_eq!(retried(claimed.delivery.id).await.unwrap().state, WebhookDeliveryState::Sending, "it stays as it is");
    assert!(store.end_webhook_attempt(end(&claimed, 204, None, WebhookDeliveryState::Delivered)).await.unwrap());
    let health = finds(&world, &endpoint).await;
    assert_eq!((health.failures, health.failing_since), (0, None));
    assert_eq!(deliveries(&world, &endpoint).await[0].log.len(), 2);
    assert_eq!(actions(&world).await, ["webhook.create", "webhook.retry"]);
}

pub async fn an_endpoint_that_is_switched_off_or_gone_gets_nothing(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let endpoint = wants(&world, &EVERY).await;
    message(&world, &endpoint, "a").await;
    message(&world, &endpoint, "b").await;
    let [first, _] = &claims(&world, Duration::ZERO).await[..] else { panic!("two messages") };
    let gone =
        AttemptEnd { gone: Some(world.audit("webhook.gone")), ..end(first, 410, None, WebhookDeliveryState::Failed) };
    assert!(store.end_webhook_attempt(gone).await.unwrap());
    let health = finds(&world, &endpoint).await;
    assert!(!health.is_enabled && health.is_gone, "{health:?}");
    let mut states: Vec<_> = deliveries(&world, &endpoint).await.iter().map(|one| one.state.as_str()).collect();
    states.sort_unstable();
    assert_eq!(states, ["dropped", "failed"]);
    assert_eq!(claims(&world, HOLD * 2).await, []);
    switches(&world, &endpoint, true).await;
    let health = finds(&world, &endpoint).await;
    assert_eq!((health.is_gone, health.failures), (false, 0));
    assert_eq!(claims(&world, HOLD * 2).await, [], "what was dropped stays dropped");
    assert_eq!(actions(&world).await, ["webhook.create", "webhook.gone", "webhook.update"]);
}

pub async fn a_secret_signs_on_while_the_next_one_does(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let endpoint = wants(&world, &EVERY).await;
    message(&world, &endpoint, "s").await;
    let until = now() + Duration::from_mins(1);
    let rotates = async |rotation: SecretRotation| {
        let audit = world.audit("webhook.rotate");
        store.rotate_webhook_secret(world.tenant, endpoint.id, rotation, audit).await.unwrap()
    };
    let first = rotation("sealed", "new", until);
    assert_eq!(rotates(first.clone()).await.unwrap().old_secret_until, Some(until));
    assert_eq!(rotates(first).await, None, "the secret is another one by now");
    let kept = store.webhook_secrets(world.tenant, endpoint.id).await.unwrap().unwrap();
    assert_eq!((kept.current.as_str(), kept.old.as_deref()), ("new", Some("sealed")));
    assert_eq!(actions(&world).await, ["webhook.create", "webhook.rotate"]);
    let secrets = |claimed: &ClaimedDelivery| (claimed.sealed.clone(), claimed.old_sealed.clone());
    let within = claims(&world, Duration::ZERO).await.remove(0);
    assert_eq!(secrets(&within), ("new".to_owned(), Some("sealed".to_owned())));
    let after = claims(&world, Duration::from_mins(2)).await.remove(0);
    assert_eq!(secrets(&after), ("new".to_owned(), None));
    let dead = SecretRotation { old_until: None, ..rotation("new", "newest", until) };
    assert_eq!(rotates(dead).await.unwrap().old_secret_until, None);
    let kept = store.webhook_secrets(world.tenant, endpoint.id).await.unwrap().unwrap();
    assert_eq!((kept.current.as_str(), kept.old), ("newest", None), "what opens with no key is not kept");
}

fn rotation(seen: &str, sealed: &str, old_until: Timestamp) -> SecretRotation {
    SecretRotation { seen: seen.to_owned(), sealed: sealed.to_owned(), old_until: Some(old_until) }
}

pub async fn another_url_is_not_failing(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let endpoint = wants(&world, &EVERY).await;
    message(&world, &endpoint, "f").await;
    let claimed = claims(&world, Duration::ZERO).await.remove(0);
    assert!(store.end_webhook_attempt(end(&claimed, 500, Some(now()), WebhookDeliveryState::Pending)).await.unwrap());
    assert_eq!(finds(&world, &endpoint).await.failures, 1);
    let moves = async |url: &str| {
        let change = WebhookEndpointChange { url: Some(url.to_owned()), ..WebhookEndpointChange::default() };
        let audit = world.audit("webhook.update");
        store.update_webhook_endpoint(world.tenant, endpoint.id, change, audit).await.unwrap().unwrap()
    };
    assert_eq!(moves(&endpoint.url).await.failures, 1, "the same one fails as before");
    let moved = moves("https://hooks.example/mended").await;
    assert_eq!((moved.failures, moved.failing_since), (0, None));
}

pub async fn a_410_of_a_url_that_was_replaced_says_nothing_about_the_new_one(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let endpoint = wants(&world, &EVERY).await;
    message(&world, &endpoint, "s").await;
    let claimed = claims(&world, Duration::ZERO).await.remove(0);
    let change =
        WebhookEndpointChange { url: Some("https://new.example".to_owned()), ..WebhookEndpointChange::default() };
    let audit = world.audit("webhook.update");
    assert!(store.update_webhook_endpoint(world.tenant, endpoint.id, change, audit).await.unwrap().is_some());
    let gone = AttemptEnd {
        gone: Some(world.audit("webhook.gone")),
        ..end(&claimed, 410, None, WebhookDeliveryState::Failed)
    };
    assert!(store.end_webhook_attempt(gone).await.unwrap());
    let health = finds(&world, &endpoint).await;
    assert_eq!((health.is_enabled, health.is_gone, health.failures), (true, false, 0));
    let again = claims(&world, Duration::ZERO).await.remove(0);
    assert_eq!((again.url.as_str(), again.delivery.attempts), ("https://new.example", 2));
    assert_eq!(actions(&world).await, ["webhook.create", "webhook.update"]);
}

pub async fn a_retried_request_makes_one_endpoint(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let wanted = endpoint(&world, &EVERY);
    let made = at_once((0..6).map(|_| {
        let (world, wanted) = (world.clone(), wanted.clone());
        async move { makes(&world, &wanted, 10).await }
    }))
    .await;
    assert!(made.iter().all(|made| made.as_ref() == Some(&wanted)), "{made:?}");
    assert_eq!(actions(&world).await, ["webhook.create"]);
    let room_for_one = at_once((0..6).map(|_| {
        let (world, wanted) = (world.clone(), endpoint(&world, &EVERY));
        async move { makes(&world, &wanted, 2).await }
    }))
    .await;
    assert_eq!(room_for_one.iter().flatten().count(), 1, "{room_for_one:?}");
}

pub async fn a_slow_endpoint_holds_up_no_other(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (slow, quick) = (wants(&world, &EVERY).await, wants(&world, &EVERY).await);
    for session in ["a", "b", "c"] {
        message(&world, &slow, session).await;
    }
    message(&world, &quick, "d").await;
    let places = async |claim: DeliveryClaim| -> Vec<WebhookEndpointId> {
        let claimed = store.claim_webhook_deliveries(claim).await.unwrap();
        claimed.iter().map(|claimed| claimed.delivery.endpoint_id).collect()
    };
    let few = DeliveryClaim { per_endpoint: 1, ..claim_at(now()) };
    let mut first = places(few.clone()).await;
    first.sort_unstable();
    assert_eq!(first, [slow.id, quick.id]);
    let under_way = BTreeMap::from([(slow.id, 1)]);
    assert_eq!(places(DeliveryClaim { under_way: under_way.clone(), ..few.clone() }).await, [], "its place is taken");
    message(&world, &quick, "e").await;
    let next = DeliveryClaim { now: now(), under_way, limit: 1, per_endpoint: 9, ..few };
    assert_eq!(places(next.clone()).await, [quick.id], "the other waits longer, and has a place");
    assert_eq!(places(next.clone()).await, [slow.id]);
    // One that fails gets its places among those that fail.
    let failed = claims(&world, HOLD * 2).await.into_iter().find(|one| one.delivery.endpoint_id == slow.id).unwrap();
    let later = Some(now() - Duration::from_secs(1));
    assert!(store.end_webhook_attempt(end(&failed, 500, later, WebhookDeliveryState::Pending)).await.unwrap());
    assert_eq!(places(next.clone()).await, []);
    let of_failing = DeliveryClaim { of_failing: true, under_way: BTreeMap::new(), ..next };
    assert_eq!(places(of_failing).await, [slow.id]);
}

pub async fn old_messages_are_forgotten_when_no_attempt_is_to_come(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let endpoint = wants(&world, &EVERY).await;
    message(&world, &endpoint, "a").await;
    message(&world, &endpoint, "b").await;
    let claimed = claims(&world, Duration::ZERO).await;
    assert!(store.end_webhook_attempt(end(&claimed[0], 200, None, WebhookDeliveryState::Delivered)).await.unwrap());
    let forget = async |before| store.forget_webhook_deliveries(before, 10).await.unwrap();
    assert_eq!(forget(now() - Duration::from_mins(1)).await, 0);
    assert_eq!(forget(now() + Duration::from_mins(1)).await, 1);
    let [left] = &deliveries(&world, &endpoint).await[..] else { panic!("one is left") };
    assert_eq!(left.id, claimed[1].delivery.id);
}
