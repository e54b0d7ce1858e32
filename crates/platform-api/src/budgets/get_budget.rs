use artel_http::caller::AgentsRead;
use artel_http::{Caller, Problem};
use axum::Json;
use axum::extract::State;

use super::{BudgetView, TAG, view};
use crate::App;

/// Read the tenant's budget and what is used of it today.
///
/// Needs `agents:read`.
#[utoipa::path(get, path = "/budget", tag = TAG, responses((status = 200, description = "The tenant's budget.", body = BudgetView)))]
pub(crate) async fn get_budget(
    State(app): State<App>,
    caller: Caller<AgentsRead>,
) -> Result<Json<BudgetView>, Problem> {
    Ok(Json(view(&app, caller.tenant_id, None).await?))
}
