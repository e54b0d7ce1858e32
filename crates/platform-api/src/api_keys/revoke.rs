use artel_domain::ApiKeyId;
use artel_http::caller::KeysWrite;
use artel_http::{At, Caller, Problem};
use axum::extract::State;
use axum::http::StatusCode;

use super::TAG;
use crate::App;

/// Revoke one of your own API keys.
///
/// The key and the tokens issued from it stop working, everywhere within five seconds.
/// Needs `api-keys:write` (or `tools:write`, which is all that the first clients have).
#[utoipa::path(delete, path = "/api-keys/{api_key_id}", tag = TAG, params(("api_key_id" = ApiKeyId, Path)),
    responses((status = 204, description = "It is revoked.")))]
pub(crate) async fn revoke_api_key(
    State(app): State<App>,
    caller: Caller<KeysWrite>,
    At(key): At<ApiKeyId>,
) -> Result<StatusCode, Problem> {
    let audit = caller.audit("api_key.revoke", "api_key", key, app.clock.now());
    if !app.store.revoke_api_key(caller.tenant_id, caller.user_id, key, audit).await? {
        return Err(Problem::not_found("API key"));
    }
    app.gate.forget_keys();
    Ok(StatusCode::NO_CONTENT)
}
