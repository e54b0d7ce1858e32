use artel_domain::ApiKeyId;
use artel_http::caller::KeysWrite;
use artel_http::{At, Caller, Problem};
use axum::extract::State;
use axum::http::StatusCode;

use super::TAG;
use crate::App;

/// Revoke one of your own API keys.
///
/// The key, the keys made with it and the tokens issued from them stop working, everywhere within five seconds. An
/// administrator revokes any key of the tenant.
/// Needs `api-keys:write` (or `tools:write`, which is all that the first clients have).
#[utoipa::path(delete, path = "/api-keys/{api_key_id}", tag = TAG, params(("api_key_id" = ApiKeyId, Path)),
    responses((status = 204, description = "It is revoked.")))]
pub(crate) async fn revoke_api_key(
    State(app): State<App>,
    caller: Caller<KeysWrite>,
    At(key): At<ApiKeyId>,
) -> Result<StatusCode, Problem> {
    if caller.agent_id.is_some() {
        let found = app.store.find_api_key_by_id(caller.tenant_id, key).await?;
        found.filter(|found| found.key.agent_id == caller.agent_id).ok_or_else(|| Problem::not_found("API key"))?;
    }
    let audit = caller.audit("api_key.revoke", "api_key", key, app.clock.now());
    if !app.store.revoke_api_key(&app.viewer(&caller), key, audit).await? {
        return Err(Problem::not_found("API key"));
    }
    app.gate.access_changed();
    Ok(StatusCode::NO_CONTENT)
}
