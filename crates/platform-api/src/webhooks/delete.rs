use artel_domain::WebhookEndpointId;
use artel_http::caller::Administrator;
use artel_http::{At, Caller, Problem};
use axum::extract::State;
use axum::http::StatusCode;

use super::TAG;
use crate::App;

/// Delete a webhook endpoint, with its secret and its deliveries.
///
/// Needs `admin`.
#[utoipa::path(delete, path = "/webhooks/endpoints/{endpoint_id}", tag = TAG, params(("endpoint_id" = WebhookEndpointId, Path)),
    responses((status = 204, description = "It is told nothing any more.")))]
pub(crate) async fn delete_webhook_endpoint(
    State(app): State<App>,
    caller: Caller<Administrator>,
    At(endpoint): At<WebhookEndpointId>,
) -> Result<StatusCode, Problem> {
    let audit = caller.audit("webhook.delete", "webhook", endpoint, app.clock.now());
    let was_there = app.store.delete_webhook_endpoint(caller.tenant_id, endpoint, audit).await?;
    was_there.then_some(StatusCode::NO_CONTENT).ok_or_else(|| Problem::not_found("webhook endpoint"))
}
