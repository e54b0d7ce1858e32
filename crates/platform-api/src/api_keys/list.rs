use artel_domain::ApiKey;
use artel_http::caller::Anyone;
use artel_http::{Caller, Checked, Params, Problem};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::TAG;
use crate::App;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListApiKeys {
    /// Also keys that were revoked, or made with one that was.
    #[serde(default)]
    #[param(default = false)]
    include_revoked: bool,
}

impl Checked for ListApiKeys {}

/// List your own API keys, newest first.
///
/// An administrator gets every key of the tenant. The keys themselves are never shown again.
#[utoipa::path(get, path = "/api-keys", tag = TAG, params(ListApiKeys),
    responses((status = 200, description = "The keys.", body = [ApiKey])))]
pub(crate) async fn list_api_keys(
    State(app): State<App>,
    caller: Caller<Anyone>,
    Params(wanted): Params<ListApiKeys>,
) -> Result<Json<Vec<ApiKey>>, Problem> {
    Ok(Json(app.store.list_api_keys(&app.viewer(&caller), wanted.include_revoked).await?))
}
