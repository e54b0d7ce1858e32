use artel_domain::{ApiKey, caseless};
use artel_http::caller::Anyone;
use artel_http::{Caller, Checked, Faults, Params, Problem};
use axum::Json;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse};
use serde::Deserialize;
use utoipa::IntoParams;

use super::TAG;
use crate::App;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListApiKeys {
    /// At most this many; all when absent.
    #[param(minimum = 1, maximum = 200, nullable = false)]
    limit: Option<u32>,
    /// Skip this many.
    #[param(minimum = 0, maximum = 2_147_483_647, nullable = false)]
    offset: Option<u32>,
    /// A part of the name, any case.
    #[param(nullable = false, max_length = 200)]
    q: Option<String>,
    /// Also keys that were revoked, or made with one that was.
    #[serde(default)]
    #[param(default = false)]
    include_revoked: bool,
}

impl Checked for ListApiKeys {
    fn check(&self, faults: &mut Faults) {
        faults.range("limit", self.limit, 1..=200);
        faults.range("offset", self.offset, 0..=2_147_483_647);
        faults.length("q", self.q.as_deref(), 0..=200);
    }
}

/// List your own API keys, newest first.
///
/// An administrator gets every key of the tenant. The keys themselves are never shown again.
#[utoipa::path(get, path = "/api-keys", tag = TAG, params(ListApiKeys),
    responses((status = 200, description = "The keys.", body = [ApiKey],
        headers(("X-Total-Count" = i64, description = "How many match in all.")))))]
pub(crate) async fn list_api_keys(
    State(app): State<App>,
    caller: Caller<Anyone>,
    Params(wanted): Params<ListApiKeys>,
) -> Result<impl IntoResponse, Problem> {
    let mut keys = app.store.list_api_keys(&app.viewer(&caller), wanted.include_revoked).await?;
    if let Some(part) = wanted.q.filter(|q| !q.is_empty()).map(|q| caseless(&q)) {
        keys.retain(|key| key.name.as_deref().is_some_and(|name| caseless(name).contains(&part)));
    }
    let total = keys.len();
    let skipped = keys.into_iter().skip(wanted.offset.unwrap_or(0) as usize);
    let page: Vec<ApiKey> = skipped.take(wanted.limit.map_or(usize::MAX, |limit| limit as usize)).collect();
    Ok((AppendHeaders([("x-total-count", total)]), Json(page)))
}
