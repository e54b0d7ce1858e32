use artel_http::caller::AgentsRead;
use artel_http::{At, Problem};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use super::view::{ConnectorView, whole};
use crate::App;
use crate::organizations::{Member, TAG};

#[derive(Debug, Deserialize)]
pub(crate) struct ConnectorAt {
    connector_key: String,
}

/// Read a connector.
///
/// How one signs in, and every operation with the JSON Schema of its parameters. Needs `agents:read`.
#[utoipa::path(get, path = "/organizations/{org_id}/connectors/{connector_key}", tag = TAG,
    params(("org_id" = String, Path), ("connector_key" = String, Path)),
    responses((status = 200, description = "The connector.", body = ConnectorView)))]
pub(crate) async fn get_connector(
    State(app): State<App>,
    _caller: Member<AgentsRead>,
    At(path): At<ConnectorAt>,
) -> Result<Json<ConnectorView>, Problem> {
    app.connectors
        .get(&path.connector_key)
        .map(|listed| Json(whole(listed)))
        .ok_or_else(|| Problem::not_found("connector"))
}
