use artel_http::Problem;
use artel_http::caller::AgentsRead;
use axum::Json;
use axum::extract::State;

use super::view::{ConnectorLine, line};
use crate::App;
use crate::organizations::{Member, TAG};

/// List the connectors.
///
/// The external services that agents may be given, by key; also those that the organisation imported. Needs
/// `agents:read`.
#[utoipa::path(get, path = "/organizations/{org_id}/connectors", tag = TAG, params(("org_id" = String, Path)),
    responses((status = 200, description = "All of them.", body = [ConnectorLine])))]
pub(crate) async fn list_connectors(
    State(app): State<App>,
    caller: Member<AgentsRead>,
) -> Result<Json<Vec<ConnectorLine>>, Problem> {
    Ok(Json(app.connectors.all(caller.tenant_id).await?.iter().map(line).collect()))
}
