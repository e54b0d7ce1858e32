//! Where a tenant's own servers are told what happens. A secret goes out once.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod list_deliveries;
pub(crate) mod retry_delivery;
pub(crate) mod rotate;
pub(crate) mod test;
pub(crate) mod update;
mod view;

use artel_domain::{TenantId, WebhookEndpointId, WebhookEvent};
use artel_http::{Attempt, Faults, Problem};
use artel_identity::entropy;
use artel_webhooks::new_secret;
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;
pub(crate) use view::{DeliveryView, EndpointView, SecretView};

pub(crate) const TAG: &str = "webhooks";

/// Each is asked about at the end of each run.
const MOST_ENDPOINTS: u32 = 10;
const LONGEST_URL: usize = 2000;
const LONGEST_DESCRIPTION: usize = 200;

/// What this resource answers. Operations of one path stand together.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(create::create_webhook_endpoint, list::list_webhook_endpoints))
        .routes(routes!(get::get_webhook_endpoint, update::update_webhook_endpoint, delete::delete_webhook_endpoint))
        .routes(routes!(rotate::rotate_webhook_secret))
        .routes(routes!(test::test_webhook_endpoint))
        .routes(routes!(list_deliveries::list_webhook_deliveries))
        .routes(routes!(retry_delivery::retry_webhook_delivery))
}

/// What an endpoint can be told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
pub(crate) enum Subscription {
    /// A human is asked.
    #[serde(rename = "approval.requested")]
    ApprovalRequested,
    /// Approved or rejected.
    #[serde(rename = "approval.decided")]
    ApprovalDecided,
    /// Nobody decided in time.
    #[serde(rename = "approval.expired")]
    ApprovalExpired,
    /// The question is open no more: its run ends, or the call is asked about anew.
    #[serde(rename = "approval.cancelled")]
    ApprovalCancelled,
    #[serde(rename = "run.succeeded")]
    RunSucceeded,
    #[serde(rename = "run.failed")]
    RunFailed,
    #[serde(rename = "run.cancelled")]
    RunCancelled,
}

impl From<Subscription> for WebhookEvent {
    fn from(wanted: Subscription) -> Self {
        match wanted {
            Subscription::ApprovalRequested => Self::ApprovalRequested,
            Subscription::ApprovalDecided => Self::ApprovalDecided,
            Subscription::ApprovalExpired => Self::ApprovalExpired,
            Subscription::ApprovalCancelled => Self::ApprovalCancelled,
            Subscription::RunSucceeded => Self::RunSucceeded,
            Subscription::RunFailed => Self::RunFailed,
            Subscription::RunCancelled => Self::RunCancelled,
        }
    }
}

/// Each once, in the order of the first.
fn events(wanted: &[Subscription]) -> Vec<WebhookEvent> {
    let mut events = Vec::new();
    for event in wanted.iter().copied().map(WebhookEvent::from) {
        if !events.contains(&event) {
            events.push(event);
        }
    }
    events
}

fn check(faults: &mut Faults, description: Option<&str>, events: Option<&[Subscription]>) {
    faults.seen("description", description, 0..=LONGEST_DESCRIPTION);
    let count = events.map_or(1, <[_]>::len);
    faults.ensure((1..=100).contains(&count), "events", "must name 1 to 100 events");
}

/// A host's name can mean another address tomorrow, so names are checked at each attempt.
///
/// # Errors
/// 422 that says why the URL can never be called.
fn check_url(app: &App, url: &str) -> Result<(), Problem> {
    if url.len() > LONGEST_URL {
        return Err(Problem::invalid_field("url", "must have at most 2000 characters"));
    }
    app.egress.check(url, &[]).map(|_| ()).map_err(|refusal| Problem::invalid_field("url", refusal.to_string()))
}

/// # Errors
/// 404: the tenant has no such endpoint. 409: it is switched off.
async fn enabled(app: &App, tenant: TenantId, endpoint: WebhookEndpointId) -> Result<(), Problem> {
    let found = app.store.find_webhook_endpoint(tenant, endpoint).await?;
    let found = found.ok_or_else(|| Problem::not_found("webhook endpoint"))?;
    if found.is_enabled { Ok(()) } else { Err(disabled()) }
}

fn disabled() -> Problem {
    Problem::conflict("webhook_endpoint_disabled", "The webhook endpoint is switched off; switch it on first.")
}

/// A retry must show the same secret, so the secret of a repeatable request is derived from what it is for; the pepper
/// keeps it secret.
fn secret(app: &App, attempt: &Attempt, what_for: &str) -> Result<SecretString, Problem> {
    if !attempt.is_repeatable() {
        return entropy::<32>().map(|key| new_secret(&key)).map_err(Problem::internal);
    }
    let mut key = [0; 32];
    let hash = app.key_maker.hash(&format!("seed of the secret of webhook {what_for}"));
    hex::decode_to_slice(hash, &mut key).map_err(Problem::internal)?;
    Ok(new_secret(&key))
}
