use artel_domain::CallId;
use artel_http::caller::RunsRead;
use artel_http::{At, Caller, Problem};
use axum::Json;
use axum::extract::State;

use super::TAG;
use super::view::FormView;
use crate::App;

/// Read a form.
///
/// Needs `runs:read`.
#[utoipa::path(get, path = "/forms/{form_id}", tag = TAG, params(("form_id" = CallId, Path)),
    responses((status = 200, description = "The form.", body = FormView)))]
pub(crate) async fn get_form(
    State(app): State<App>,
    caller: Caller<RunsRead>,
    At(form): At<CallId>,
) -> Result<Json<FormView>, Problem> {
    let found = app.store.find_form(&app.viewer(&caller), form).await?;
    found.map(|form| Json(form.into())).ok_or_else(|| Problem::not_found("form"))
}
