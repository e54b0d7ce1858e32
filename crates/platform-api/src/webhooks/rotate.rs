use std::time::Duration;

use artel_domain::WebhookEndpointId;
use artel_http::body::whole;
use artel_http::caller::Administrator;
use artel_http::{At, Attempt, Body, Caller, Checked, Faults, Problem};
use artel_webhooks::sealed_secret;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{SecretView, TAG, secret};
use crate::App;

const DAY: u32 = 24 * 60 * 60;
const LONGEST_OVERLAP: u32 = 7 * DAY;

#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct RotateWebhookSecret {
    /// For so long the secret until now signs too, in seconds; a day when absent. 0: it ends at once.
    #[serde(default, deserialize_with = "whole")]
    #[schema(minimum = 0, maximum = 604_800)]
    overlap_seconds: Option<u32>,
}

impl Checked for RotateWebhookSecret {
    fn check(&self, faults: &mut Faults) {
        faults.range("overlap_seconds", self.overlap_seconds, 0..=LONGEST_OVERLAP);
    }

    fn when_absent() -> Option<Self> {
        Some(Self::default())
    }
}

/// Give a webhook endpoint another secret.
///
/// During the overlap each message has a signature by both secrets, so a receiver may change at any time. A secret
/// before those two ends at once. Needs `admin`.
#[utoipa::path(post, path = "/webhooks/endpoints/{endpoint_id}/rotate", tag = TAG,
    params(("endpoint_id" = WebhookEndpointId, Path), crate::document::IdempotencyKey),
    request_body = Option<RotateWebhookSecret>,
    responses((status = 200, description = "The endpoint, with its new secret.", body = SecretView),
        (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn rotate_webhook_secret(
    State(app): State<App>,
    caller: Caller<Administrator>,
    At(endpoint): At<WebhookEndpointId>,
    attempt: Attempt,
    body: Body<RotateWebhookSecret>,
) -> Result<Response, Problem> {
    let overlap = Duration::from_secs(u64::from(body.value.overlap_seconds.unwrap_or(DAY)));
    let rotate = async |id| {
        let secret = secret(&app, &attempt, &format!("{endpoint} by {id}"))?;
        let seal = app.keyring.of(caller.tenant_id).await?;
        let sealed = sealed_secret(&seal, caller.tenant_id, endpoint, &secret).map_err(Problem::internal)?;
        let now = app.clock.now();
        let audit = caller.audit("webhook.rotate", "webhook", endpoint, now);
        let rotated = app.store.rotate_webhook_secret(caller.tenant_id, endpoint, sealed, now + overlap, audit).await?;
        let rotated = rotated.ok_or_else(|| Problem::not_found("webhook endpoint"))?;
        Ok(Json(SecretView::new(rotated, secret.expose_secret().to_owned())).into_response())
    };
    app.gate.once(&caller, &attempt, &body.digest, rotate).await
}
