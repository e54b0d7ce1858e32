use artel_http::{Body, CallerIp, Checked, GivenKey, Problem};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{TAG, issue};
use crate::App;

#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct TokenRequest {
    /// The key, when it is not in the `x-api-key` header.
    #[schema(pattern = "^[^\\u0000]*$")]
    api_key: Option<String>,
}

impl Checked for TokenRequest {
    fn when_absent() -> Option<Self> {
        Some(Self::default())
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Token)]
pub(crate) struct IssuedToken {
    token: String,
    /// `bearer`
    token_type: &'static str,
    /// Seconds.
    expires_in: u64,
}

/// Exchange an API key for a token.
///
/// The key is in the `x-api-key` header or in the body. The token can do what the key can, and stops working when the
/// key is revoked.
#[utoipa::path(post, path = "/auth/token", tag = TAG, security(()), request_body = Option<TokenRequest>,
    params(("x-api-key" = Option<String>, Header, description = "The key.", nullable = false)),
    responses((status = 200, description = "A token.", body = IssuedToken), (status = 401, response = crate::document::Unauthenticated)))]
pub(crate) async fn issue_token(
    State(app): State<App>,
    CallerIp(ip): CallerIp,
    GivenKey(in_header): GivenKey,
    body: Body<TokenRequest>,
) -> Result<Json<IssuedToken>, Problem> {
    let key = in_header.or(body.value.api_key).filter(|key| !key.is_empty());
    let key = key.ok_or_else(|| {
        Problem::unauthenticated("unauthenticated", "Send the API key as 'x-api-key' or as 'api_key' in the body.")
    })?;
    let identity = app.gate.identify_key(&key, ip).await?;
    let token = issue(&app, &identity)?;
    let audit = identity.audit("auth.login", "user", identity.user_id, app.clock.now());
    app.store.record_audit(identity.tenant_id, audit).await?;
    Ok(Json(IssuedToken { token, token_type: "bearer", expires_in: app.config.token_ttl.as_secs() }))
}
