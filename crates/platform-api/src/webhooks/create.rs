use artel_domain::{WebhookEndpoint, WebhookEndpointId};
use artel_http::caller::Administrator;
use artel_http::{Attempt, Body, Caller, Checked, Faults, Problem};
use artel_store::NewWebhookEndpoint;
use artel_webhooks::sealed_secret;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{MOST_ENDPOINTS, SecretView, Subscription, TAG, check, check_url, events, secret};
use crate::App;

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CreateWebhookEndpoint {
    /// Where messages are posted: `https`, or `http` within a network that you trust.
    #[schema(max_length = 2000)]
    url: String,
    /// For people, in one line: without control characters and invisible characters.
    #[schema(max_length = 200)]
    description: Option<String>,
    /// What the endpoint is told of.
    #[schema(min_items = 1, max_items = 100)]
    events: Vec<Subscription>,
    /// `true` when absent.
    is_enabled: Option<bool>,
}

impl Checked for CreateWebhookEndpoint {
    fn check(&self, faults: &mut Faults) {
        check(faults, self.description.as_deref(), Some(&self.events));
    }
}

/// Register a webhook endpoint.
///
/// Your server is told what happens, signed by Standard Webhooks. The secret is shown this once. A tenant has at most
/// 10 endpoints. Needs `admin`.
#[utoipa::path(post, path = "/webhooks/endpoints", tag = TAG, params(crate::document::IdempotencyKey),
    request_body = CreateWebhookEndpoint,
    responses((status = 201, description = "The new endpoint, with its secret.", body = SecretView),
        (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn create_webhook_endpoint(
    State(app): State<App>,
    caller: Caller<Administrator>,
    attempt: Attempt,
    body: Body<CreateWebhookEndpoint>,
) -> Result<Response, Problem> {
    let wanted = body.value;
    check_url(&app, &wanted.url)?;
    let create = async |id| {
        let secret = secret(&app, &attempt, &format!("{id}"))?;
        let endpoint = WebhookEndpoint {
            id: WebhookEndpointId(id),
            tenant_id: caller.tenant_id,
            url: wanted.url,
            description: wanted.description,
            events: events(&wanted.events),
            is_enabled: wanted.is_enabled.unwrap_or(true),
            is_gone: false,
            failures: 0,
            failing_since: None,
            old_secret_until: None,
            created_by: caller.user_id,
            created_at: app.clock.now(),
            updated_at: None,
        };
        let seal = app.keyring.of(endpoint.tenant_id).await?;
        let sealed = sealed_secret(&seal, endpoint.tenant_id, endpoint.id, &secret).map_err(Problem::internal)?;
        let audit = caller.audit("webhook.create", "webhook", endpoint.id, endpoint.created_at);
        let new = NewWebhookEndpoint { endpoint, sealed };
        let made = app.store.create_webhook_endpoint(new, MOST_ENDPOINTS, audit).await?.ok_or_else(full)?;
        Ok((StatusCode::CREATED, Json(SecretView::new(made, secret.expose_secret().to_owned()))).into_response())
    };
    app.gate.once(&caller, &attempt, &body.digest, create).await
}

fn full() -> Problem {
    let message = format!("This tenant has {MOST_ENDPOINTS} webhook endpoints, which is the most; delete one first.");
    Problem::conflict("too_many_webhook_endpoints", message)
}
