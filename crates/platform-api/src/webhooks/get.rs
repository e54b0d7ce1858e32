use artel_domain::WebhookEndpointId;
use artel_http::caller::Administrator;
use artel_http::{At, Caller, Problem};
use axum::Json;
use axum::extract::State;

use super::{EndpointView, TAG};
use crate::App;

/// Read a webhook endpoint and how it fares.
///
/// Needs `admin`.
#[utoipa::path(get, path = "/webhooks/endpoints/{endpoint_id}", tag = TAG, params(("endpoint_id" = WebhookEndpointId, Path)),
    responses((status = 200, description = "The endpoint.", body = EndpointView)))]
pub(crate) async fn get_webhook_endpoint(
    State(app): State<App>,
    caller: Caller<Administrator>,
    At(endpoint): At<WebhookEndpointId>,
) -> Result<Json<EndpointView>, Problem> {
    let found = app.store.find_webhook_endpoint(caller.tenant_id, endpoint).await?;
    found.map(|found| Json(found.into())).ok_or_else(|| Problem::not_found("webhook endpoint"))
}
