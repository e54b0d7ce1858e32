use artel_domain::{
    Timestamp, UserId, WebhookAttempt, WebhookDelivery, WebhookDeliveryId, WebhookDeliveryState, WebhookEndpoint,
    WebhookEndpointId, WebhookEvent,
};
use artel_webhooks::MOST_ATTEMPTS;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Failures in a row after which an endpoint counts as failing.
const FAILING: i64 = 5;

/// An endpoint without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EndpointView {
    id: WebhookEndpointId,
    url: String,
    description: Option<String>,
    events: Vec<WebhookEvent>,
    is_enabled: bool,
    status: EndpointStatus,
    /// Attempts that failed since the last one that did not.
    failures: i64,
    /// When the first of them failed.
    failing_since: Option<Timestamp>,
    /// Until then messages are signed with the secret before the last rotation, too.
    old_secret_until: Option<Timestamp>,
    created_by: UserId,
    created_at: Timestamp,
    updated_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EndpointStatus {
    Ok,
    /// The last five attempts failed, or more.
    Failing,
    /// The receiver answered 410, which switched the endpoint off.
    Gone,
    Disabled,
}

/// An endpoint with its secret: it is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SecretView {
    #[serde(flatten)]
    endpoint: EndpointView,
    /// `whsec_` and the base64 of the key that messages are signed with.
    secret: String,
}

/// A message to an endpoint, and how it fares.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryView {
    /// The header `webhook-id` of each attempt.
    id: WebhookDeliveryId,
    #[serde(rename = "type")]
    #[schema(rename = "type")]
    event: WebhookEvent,
    state: WebhookDeliveryState,
    /// Attempts that were begun. One that has no entry in `log` is under way, or was broken off with its process.
    attempts: i64,
    /// When the next attempt begins; `null` when there is none.
    next_attempt_at: Option<Timestamp>,
    /// The last attempts, oldest first.
    log: Vec<WebhookAttempt>,
    /// What is sent.
    #[schema(value_type = Object)]
    payload: Value,
    created_at: Timestamp,
}

impl From<WebhookEndpoint> for EndpointView {
    fn from(endpoint: WebhookEndpoint) -> Self {
        let status = status(&endpoint);
        let WebhookEndpoint { id, url, description, events, is_enabled, failures, failing_since, .. } = endpoint;
        let WebhookEndpoint { old_secret_until, created_by, created_at, updated_at, .. } = endpoint;
        Self {
            id,
            url,
            description,
            events,
            is_enabled,
            status,
            failures,
            failing_since,
            old_secret_until,
            created_by,
            created_at,
            updated_at,
        }
    }
}

fn status(endpoint: &WebhookEndpoint) -> EndpointStatus {
    match endpoint {
        endpoint if endpoint.is_gone => EndpointStatus::Gone,
        endpoint if !endpoint.is_enabled => EndpointStatus::Disabled,
        endpoint if endpoint.failures >= FAILING => EndpointStatus::Failing,
        _ => EndpointStatus::Ok,
    }
}

impl SecretView {
    pub(super) fn new(endpoint: WebhookEndpoint, secret: String) -> Self {
        Self { endpoint: endpoint.into(), secret }
    }
}

impl From<WebhookDelivery> for DeliveryView {
    fn from(delivery: WebhookDelivery) -> Self {
        let payload = delivery.body();
        let is_under_way = delivery.state == WebhookDeliveryState::Sending;
        let mut log = delivery.log;
        log.drain(..log.len().saturating_sub(2 * MOST_ATTEMPTS));
        Self {
            id: delivery.id,
            event: delivery.event,
            state: delivery.state,
            attempts: delivery.attempts,
            next_attempt_at: delivery.next_at.filter(|_| !is_under_way),
            log,
            payload,
            created_at: delivery.created_at,
        }
    }
}
