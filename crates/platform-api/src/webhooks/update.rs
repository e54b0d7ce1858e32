use artel_domain::WebhookEndpointId;
use artel_http::caller::Administrator;
use artel_http::{At, Body, Caller, Checked, Faults, Problem};
use artel_store::WebhookEndpointChange;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{EndpointView, Subscription, TAG, check, check_url, events};
use crate::App;
use crate::patch::nullable;

/// What is absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(clippy::option_option, reason = "absent, null and given are three things")]
pub(crate) struct UpdateWebhookEndpoint {
    /// Messages that did not arrive go there too.
    #[schema(max_length = 2000)]
    url: Option<String>,
    /// `null` clears it.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 200)]
    description: Option<Option<String>>,
    /// In place of those before.
    #[schema(min_items = 1, max_items = 100)]
    events: Option<Vec<Subscription>>,
    /// `false` drops the messages that did not arrive yet. `true` forgets earlier failures and a 410.
    is_enabled: Option<bool>,
}

impl Checked for UpdateWebhookEndpoint {
    fn check(&self, faults: &mut Faults) {
        check(faults, self.description.as_ref().and_then(Option::as_deref), self.events.as_deref());
    }
}

/// Change a webhook endpoint, or switch it off and on.
///
/// Needs `admin`.
#[utoipa::path(patch, path = "/webhooks/endpoints/{endpoint_id}", tag = TAG, params(("endpoint_id" = WebhookEndpointId, Path)),
    request_body = UpdateWebhookEndpoint,
    responses((status = 200, description = "The endpoint as it is now.", body = EndpointView)))]
pub(crate) async fn update_webhook_endpoint(
    State(app): State<App>,
    caller: Caller<Administrator>,
    At(endpoint): At<WebhookEndpointId>,
    body: Body<UpdateWebhookEndpoint>,
) -> Result<Json<EndpointView>, Problem> {
    let wanted = body.value;
    if let Some(url) = &wanted.url {
        check_url(&app, url)?;
    }
    let change = WebhookEndpointChange {
        url: wanted.url,
        description: wanted.description,
        events: wanted.events.as_deref().map(events),
        is_enabled: wanted.is_enabled,
    };
    let audit = caller.audit("webhook.update", "webhook", endpoint, app.clock.now());
    let changed = app.store.update_webhook_endpoint(caller.tenant_id, endpoint, change, audit).await?;
    changed.map(|changed| Json(changed.into())).ok_or_else(|| Problem::not_found("webhook endpoint"))
}
