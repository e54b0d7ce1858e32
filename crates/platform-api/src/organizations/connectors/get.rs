use artel_http::caller::AgentsRead;
use artel_http::{At, Problem};
use axum::extract::State;
use axum::response::Response;

use super::ConnectorAt;
use super::view::{ConnectorView, bytes_of_whole, whole};
use crate::App;
use crate::organizations::{Member, TAG};
use crate::reply::sized;

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
) -> Result<Response, Problem> {
    let found = app.connectors.find(caller.tenant_id, &path.connector_key).await?;
    let listed = found.ok_or_else(|| Problem::not_found("connector"))?;
    sized(caller.tenant_id, bytes_of_whole(&listed), move || whole(&listed)).await
}
