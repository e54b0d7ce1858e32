use artel_http::{CallerIp, Identity, Problem, Shown, Standing};
use artel_identity::{Scope, Scopes};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use super::{TAG, issue};
use crate::App;

const SCOPES: [Scope; 4] = [Scope::ToolsRead, Scope::ToolsWrite, Scope::ApiKeysWrite, Scope::AuditRead];

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TestTokenView {
    token: String,
}

/// Get a token for trying things out.
///
/// Exists only in a development environment or where `ALLOW_TEST_TOKENS` is set, and answers at localhost and at the
/// hosts of `TRUSTED_HOSTS`.
#[utoipa::path(get, path = "/auth/test-token", tag = TAG, security(()),
    responses((status = 200, description = "A token.", body = TestTokenView), (status = 404, response = crate::document::NotFound)))]
pub(crate) async fn issue_test_token(
    State(app): State<App>,
    CallerIp(ip): CallerIp,
    headers: HeaderMap,
) -> Result<Json<TestTokenView>, Problem> {
    let whom = app
        .config
        .test_token
        .ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "not_found", "There are no test tokens here."))?;
    if app.config.trusted_hosts.of(&headers).is_none() {
        let message = "Test tokens are given at localhost, and at the hosts that the setting TRUSTED_HOSTS names.";
        return Err(Problem::forbidden("host_not_trusted", message));
    }
    let identity = Identity {
        tenant_id: whom.tenant_id,
        user_id: whom.user_id,
        api_key_id: None,
        scopes: Scopes::new(SCOPES.map(Scope::as_str)),
        agent_id: None,
        line: Vec::new(),
        shown: Shown::Token { signed_in_at: None, is_own: true },
        standing: Standing::permanent(),
        ip,
        acts_as: None,
    };
    let now = app.clock.now();
    app.store.ensure_principal(whom.tenant_id, whom.user_id, now).await?;
    app.store.record_audit(whom.tenant_id, identity.audit("auth.test_token", "user", whom.user_id, now)).await?;
    Ok(Json(TestTokenView { token: issue(&app, &identity)? }))
}
