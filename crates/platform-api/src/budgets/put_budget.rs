use artel_http::caller::Administrator;
use artel_http::{Body, Caller, Problem};
use axum::Json;
use axum::extract::State;

use super::{BudgetLimits, BudgetView, TAG, view};
use crate::App;

/// Set the tenant's budget.
///
/// Holds from the next run on. Needs `admin`.
#[utoipa::path(put, path = "/budget", tag = TAG, request_body = BudgetLimits,
    responses((status = 200, description = "The budget as it is now.", body = BudgetView)))]
pub(crate) async fn put_budget(
    State(app): State<App>,
    caller: Caller<Administrator>,
    body: Body<BudgetLimits>,
) -> Result<Json<BudgetView>, Problem> {
    let audit = caller.audit("budget.update", "tenant", caller.tenant_id, app.clock.now());
    app.store.put_budget(&app.viewer(&caller), None, (&body.value).into(), audit).await?;
    Ok(Json(view(&app, caller.tenant_id, None).await?))
}
