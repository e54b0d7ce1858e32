use std::time::Duration;

use artel_domain::{WebhookEndpoint, WebhookEndpointId};
use artel_http::body::whole;
use artel_http::caller::Administrator;
use artel_http::{At, Attempt, Body, Caller, Checked, Faults, Problem};
use artel_store::SecretRotation;
use artel_webhooks::{opened_secret, sealed_secret};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{SecretView, TAG, secret};
use crate::App;

const DAY: u32 = 24 * 60 * 60;
const LONGEST_OVERLAP: u32 = 7 * DAY;
/// Others may rotate at the same time.
const MOST_ROUNDS: usize = 3;

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
    let rotate_once = async |id| {
        let secret = secret(&app, &attempt, &format!("{endpoint} by {id}"))?;
        let rotated = rotate(&app, &caller, endpoint, &secret, overlap).await?;
        Ok(Json(SecretView::new(rotated, secret.expose_secret().to_owned())).into_response())
    };
    app.gate.once(&caller, &attempt, &body.digest, rotate_once).await
}

/// The endpoint with this secret. A retried request finds its own secret there: rotating again would end the secret
/// that the receiver still has.
async fn rotate(
    app: &App,
    caller: &Caller<Administrator>,
    endpoint: WebhookEndpointId,
    secret: &SecretString,
    overlap: Duration,
) -> Result<WebhookEndpoint, Problem> {
    let tenant = caller.tenant_id;
    let seal = app.keyring.of(tenant).await?;
    let is_it = |sealed: &String| {
        let opened = opened_secret(&seal, tenant, endpoint, sealed);
        opened.is_ok_and(|opened| opened.expose_secret() == secret.expose_secret())
    };
    for _ in 0..MOST_ROUNDS {
        let found = app.store.webhook_secrets(tenant, endpoint).await?;
        let seen = found.ok_or_else(|| Problem::not_found("webhook endpoint"))?;
        if is_it(&seen.current) || seen.old.as_ref().is_some_and(is_it) {
            let found = app.store.find_webhook_endpoint(tenant, endpoint).await?;
            return found.ok_or_else(|| Problem::not_found("webhook endpoint"));
        }
        let now = app.clock.now();
        let sealed = sealed_secret(&seal, tenant, endpoint, secret).map_err(Problem::internal)?;
        // One that opens with no key can sign nothing.
        let old_until = opened_secret(&seal, tenant, endpoint, &seen.current).is_ok().then(|| now + overlap);
        let rotation = SecretRotation { seen: seen.current, sealed, old_until };
        let audit = caller.audit("webhook.rotate", "webhook", endpoint, now);
        if let Some(rotated) = app.store.rotate_webhook_secret(tenant, endpoint, rotation, audit).await? {
            return Ok(rotated);
        }
    }
    Err(Problem::conflict("changed_meanwhile", "The secret was rotated by others meanwhile; try once more."))
}
