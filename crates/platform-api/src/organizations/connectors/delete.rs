use artel_http::caller::AgentsWrite;
use artel_http::{At, Problem};
use artel_store::ConnectorDeletion;
use axum::extract::State;
use axum::http::StatusCode;

use super::ConnectorAt;
use super::in_use::in_use;
use crate::App;
use crate::organizations::{Member, TAG};

/// Delete a connector that the organisation imported.
///
/// It is taken from every agent. While there are credentials of it, and for a connector of the installation, the answer
/// is 409. One whose key the installation has too is deleted without regard to credentials and agents: they are the
/// installation's. Needs `agents:write`.
#[utoipa::path(delete, path = "/organizations/{org_id}/connectors/{connector_key}", tag = TAG,
    params(("org_id" = String, Path), ("connector_key" = String, Path)),
    responses((status = 204, description = "It is gone."), (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn delete_connector(
    State(app): State<App>,
    caller: Member<AgentsWrite>,
    At(path): At<ConnectorAt>,
) -> Result<StatusCode, Problem> {
    let key = path.connector_key;
    let is_hidden = app.connectors.installed().get(&key).is_some();
    let audit = caller.audit("connector.delete", "connector", &key, app.clock.now());
    match app.store.delete_organization_connector(caller.tenant_id, &key, is_hidden, audit).await? {
        ConnectorDeletion::Done => Ok(StatusCode::NO_CONTENT),
        ConnectorDeletion::Missing => Err(missing(&key, is_hidden)),
        ConnectorDeletion::HasAccounts => Err(in_use(&app, &caller, &key, "Delete them first.").await?),
    }
}

fn missing(key: &str, is_of_installation: bool) -> Problem {
    if !is_of_installation {
        return Problem::not_found("connector");
    }
    let message = format!("The connector {key} is part of this installation; an organisation deletes its own ones.");
    Problem::conflict("connector_not_own", message)
}
