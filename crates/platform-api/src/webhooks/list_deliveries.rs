use artel_domain::{WebhookDeliveryState, WebhookEndpointId};
use artel_http::caller::Administrator;
use artel_http::{At, Caller, Checked, Faults, Params, Problem};
use artel_store::Page;
use axum::Json;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{DeliveryView, TAG};
use crate::App;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListWebhookDeliveries {
    /// Only those in this state.
    #[param(inline, nullable = false)]
    state: Option<WebhookDeliveryState>,
    /// At most this many; 100 when absent.
    #[param(minimum = 1, maximum = 100, nullable = false)]
    limit: Option<u32>,
    /// Skip this many.
    #[param(minimum = 0, maximum = 2_147_483_647, nullable = false)]
    offset: Option<u32>,
}

impl Checked for ListWebhookDeliveries {
    fn check(&self, faults: &mut Faults) {
        faults.range("limit", self.limit, 1..=100);
        faults.range("offset", self.offset, 0..=2_147_483_647);
    }
}

/// List what a webhook endpoint was told, and how each message fared.
///
/// Newest first. Messages that are over are kept for 30 days. Needs `admin`.
#[utoipa::path(get, path = "/webhooks/endpoints/{endpoint_id}/deliveries", tag = TAG,
    params(("endpoint_id" = WebhookEndpointId, Path), ListWebhookDeliveries),
    responses((status = 200, description = "A page of deliveries.", body = [DeliveryView],
        headers(("X-Total-Count" = i64, description = "How many there are in all.")))))]
pub(crate) async fn list_webhook_deliveries(
    State(app): State<App>,
    caller: Caller<Administrator>,
    At(endpoint): At<WebhookEndpointId>,
    Params(wanted): Params<ListWebhookDeliveries>,
) -> Result<impl IntoResponse, Problem> {
    let known = app.store.find_webhook_endpoint(caller.tenant_id, endpoint).await?;
    known.ok_or_else(|| Problem::not_found("webhook endpoint"))?;
    let page = Page { limit: wanted.limit.unwrap_or(100), offset: wanted.offset.unwrap_or(0) };
    let (found, total) = app.store.list_webhook_deliveries(caller.tenant_id, endpoint, wanted.state, page).await?;
    let found: Vec<DeliveryView> = found.into_iter().map(DeliveryView::from).collect();
    Ok((AppendHeaders([("x-total-count", total)]), Json(found)))
}
