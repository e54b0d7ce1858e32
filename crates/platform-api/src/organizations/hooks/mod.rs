//! Where services deliver what they send by themselves. Secrets come in and never go out; a token goes out once.

pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod revoke;
pub(crate) mod update;
mod view;

use artel_connectors::schema::Webhook;
use artel_domain::{HookId, TenantId};
use artel_http::{Faults, Problem};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;
pub(crate) use view::HookView;

/// What this resource answers. Operations of one path stand together.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(create::create_hook, list::list_hooks))
        .routes(routes!(update::update_hook, revoke::revoke_hook))
}

/// What a path names behind the organisation.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ConnectorAt {
    pub(crate) connector_key: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct HookAt {
    pub(crate) connector_key: String,
    pub(crate) hook_id: HookId,
}

/// Shorter ones can be guessed, and are not masked where a service repeats them.
const SHORTEST_SECRET: usize = 8;
const LONGEST_SECRET: usize = 1024;

fn check_secret(faults: &mut Faults, secret: Option<&str>) {
    faults.length("secret", secret, SHORTEST_SECRET..=LONGEST_SECRET);
}

/// What the service of that connector sends by itself; `None`: it sends nothing.
///
/// # Errors
/// 404: the organisation has no such connector.
async fn webhook(app: &App, tenant: TenantId, key: &str) -> Result<Option<Webhook>, Problem> {
    let found = app.connectors.find(tenant, key).await?;
    Ok(found.ok_or_else(|| Problem::not_found("connector"))?.connector.webhook.clone())
}

/// A secret that checks nothing would be taken for one that does.
///
/// # Errors
/// 422 that names the field.
fn check_use(webhook: &Webhook, key: &str) -> Result<(), Problem> {
    if webhook.takes_secret() {
        return Ok(());
    }
    let message = format!("checks nothing: deliveries of {key} are not signed; leave it out");
    Err(Problem::invalid_field("secret", message))
}
