use artel_http::caller::AgentsRead;
use artel_http::{At, Problem};
use axum::Json;
use axum::extract::State;

use super::ConnectorAt;
use super::view::{ConnectorView, whole};
use crate::App;
use crate::organizations::{Member, TAG};

/// Read a connector.
///
/// How one signs in, and every operation with the JSON Schema of its parameters. Needs `agents:read`.
#[utoipa::path(get, path = "/organizations/{org_id}/connectors/{connector_key}", tag = TAG,
    params(("org_id" = String, Path), ("connector_key" = String, Path)),
    responses((status = 200, description = "The connector.", body = ConnectorView)))]
pub(crate) async fn get_connector(
    State(app): State<App>,
    caller: Member<AgentsRead>,
    At(path): At<ConnectorAt>,
) -> Result<Json<ConnectorView>, Problem> {
    let found = app.connectors.find(caller.tenant_id, &path.connector_key).await?;
    found.map(|listed| Json(whole(&listed))).ok_or_else(|| Problem::not_found("connector"))
}
