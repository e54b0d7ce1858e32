//! Which agent may use which credential, and for what.

pub(crate) mod available;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;
pub(crate) mod update;
mod view;

use artel_connectors::Connector;
use artel_domain::{AgentId, GrantId, GrantScopes};
use artel_http::{Faults, Problem};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

/// The most names that scopes may have.
const MOST_SCOPES: usize = 100;

/// What this resource answers. Operations of one path stand together.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(available::list_available_credentials))
        .routes(routes!(create::create_grant, list::list_grants))
        .routes(routes!(update::update_grant, delete::delete_grant))
}

/// What a path names behind the organisation.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct GrantAt {
    pub(crate) agent_id: AgentId,
    pub(crate) grant_id: GrantId,
}

fn check_count(faults: &mut Faults, scopes: Option<&GrantScopes>) {
    let few = scopes.is_none_or(|scopes| scopes.0.len() <= MOST_SCOPES);
    faults.ensure(few, "scopes", "must have at most 100 members");
}

/// Names beside `read` and `write` are modules of the connector.
fn check_modules(connector: &Connector, scopes: &GrantScopes) -> Result<(), Problem> {
    let mut faults = Faults::default();
    for (name, _) in scopes.modules() {
        if !connector.modules.iter().any(|module| module.key == name) {
            let known: Vec<&str> = connector.modules.iter().map(|module| module.key.as_str()).collect();
            let message = format!("is no module of {}; its modules are {}", connector.key, known.join(", "));
            faults.add(format!("scopes.{name}"), message);
        }
    }
    faults.result()
}

/// Grants of credentials that the agent's new connectors do not cover end with the list that covered them.
pub(crate) async fn revoke_uncovered<P>(
    app: &App,
    caller: &super::Member<P>,
    agent: AgentId,
    keys: &[String],
) -> Result<(), Problem> {
    let viewer = app.viewer(caller);
    for grant in app.store.list_grants(&viewer, agent).await?.unwrap_or_default() {
        let service = artel_store::Viewer::service(caller.tenant_id);
        let credential = app.store.find_credential(&service, grant.credential_id).await?;
        if credential.is_some_and(|credential| !keys.contains(&credential.service_name)) {
            let audit = caller.audit("grant.delete", "grant", grant.id, app.clock.now());
            app.store.delete_grant(&viewer, agent, grant.id, audit).await?;
        }
    }
    Ok(())
}
