use artel_http::caller::Administrator;
use artel_http::{Caller, Problem};
use axum::Json;
use axum::extract::State;

use super::{EndpointView, TAG};
use crate::App;

/// List the tenant's webhook endpoints.
///
/// Oldest first, without their secrets. Needs `admin`.
#[utoipa::path(get, path = "/webhooks/endpoints", tag = TAG,
    responses((status = 200, description = "The endpoints.", body = [EndpointView])))]
pub(crate) async fn list_webhook_endpoints(
    State(app): State<App>,
    caller: Caller<Administrator>,
) -> Result<Json<Vec<EndpointView>>, Problem> {
    let found = app.store.list_webhook_endpoints(caller.tenant_id).await?;
    Ok(Json(found.into_iter().map(EndpointView::from).collect()))
}
