use artel_domain::{WebhookDelivery, WebhookDeliveryId, WebhookDeliveryState, WebhookEndpointId, WebhookEvent};
use artel_http::caller::Administrator;
use artel_http::{At, Attempt, Caller, Problem};
use artel_webhooks::test_payload;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::{DeliveryView, TAG};
use crate::App;

/// Send a test message to a webhook endpoint.
///
/// It is signed and delivered like all others, with the type `webhook.test`; its delivery shows what came of it. Needs
/// `admin`.
#[utoipa::path(post, path = "/webhooks/endpoints/{endpoint_id}/test", tag = TAG,
    params(("endpoint_id" = WebhookEndpointId, Path), crate::document::IdempotencyKey),
    responses((status = 202, description = "The message, which is on its way.", body = DeliveryView),
        (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn test_webhook_endpoint(
    State(app): State<App>,
    caller: Caller<Administrator>,
    At(endpoint): At<WebhookEndpointId>,
    attempt: Attempt,
) -> Result<Response, Problem> {
    let send = async |id| {
        super::enabled(&app, caller.tenant_id, endpoint).await?;
        let now = app.clock.now();
        let message = WebhookDelivery {
            id: WebhookDeliveryId(id),
            tenant_id: caller.tenant_id,
            endpoint_id: endpoint,
            event: WebhookEvent::WebhookTest,
            payload: test_payload(caller.tenant_id, endpoint, now),
            state: WebhookDeliveryState::Pending,
            attempts: 0,
            log: Vec::new(),
            next_at: Some(now),
            created_at: now,
        };
        let audit = caller.audit("webhook.test", "webhook", endpoint, now);
        let sent = app.store.send_webhook_test(message, audit).await?.ok_or_else(super::disabled)?;
        Ok((StatusCode::ACCEPTED, Json(DeliveryView::from(sent))).into_response())
    };
    app.gate.once(&caller, &attempt, "", send).await
}
