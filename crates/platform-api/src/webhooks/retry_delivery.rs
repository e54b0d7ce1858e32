use artel_domain::{WebhookDeliveryId, WebhookEndpointId};
use artel_http::caller::Administrator;
use artel_http::{At, Attempt, Caller, Problem};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::{DeliveryView, TAG};
use crate::App;

#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct DeliveryAt {
    endpoint_id: WebhookEndpointId,
    delivery_id: WebhookDeliveryId,
}

/// Deliver a message again.
///
/// At once, whatever came of it before, also when it arrived: it keeps its id, by which a receiver knows it. Needs
/// `admin`.
#[utoipa::path(post, path = "/webhooks/endpoints/{endpoint_id}/deliveries/{delivery_id}/retry", tag = TAG,
    params(("endpoint_id" = WebhookEndpointId, Path), ("delivery_id" = WebhookDeliveryId, Path),
        crate::document::IdempotencyKey),
    responses((status = 202, description = "The message, which is on its way.", body = DeliveryView),
        (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn retry_webhook_delivery(
    State(app): State<App>,
    caller: Caller<Administrator>,
    At(path): At<DeliveryAt>,
    attempt: Attempt,
) -> Result<Response, Problem> {
    let DeliveryAt { endpoint_id, delivery_id } = path;
    // It makes nothing: the message keeps its id.
    let retry = async |_| {
        super::enabled(&app, caller.tenant_id, endpoint_id).await?;
        let audit = caller.audit("webhook.retry", "webhook", endpoint_id, app.clock.now());
        let due = app.store.retry_webhook_delivery(caller.tenant_id, endpoint_id, delivery_id, audit).await?;
        let due = due.ok_or_else(|| Problem::not_found("webhook delivery"))?;
        Ok((StatusCode::ACCEPTED, Json(DeliveryView::from(due))).into_response())
    };
    app.gate.once(&caller, &attempt, "", retry).await
}
