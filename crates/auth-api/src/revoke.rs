//! `POST /oauth/revoke` (RFC 7009).

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};

use crate::AuthApp;
use crate::audit::{By, Details as _};
use crate::bearer::Address;
use crate::client_auth::ClientCredentials;
use crate::error::OAuthError;
use crate::form::Fields;
use crate::shapes;

/// Ends the login that a refresh or access token belongs to; the access tokens of the login stop with it. An unknown
/// token counts as revoked, so the answer is 200 too.
#[utoipa::path(post, path = "/oauth/revoke", tag = shapes::TOKENS, security((), ("basic" = [])),
    request_body(content(
        (shapes::TokenQuestion = "application/x-www-form-urlencoded", example = json!({ "token": "…", "client_id": "codelab-flutter-app" })),
        (shapes::TokenQuestion = "application/json"))),
    responses((status = OK, description = "The token does not work (any more)."),
        (status = UNAUTHORIZED, response = shapes::Unauthenticated)))]
pub(crate) async fn revoke_token(
    State(app): State<AuthApp>,
    Address(ip): Address,
    headers: HeaderMap,
    fields: Fields,
) -> Result<StatusCode, OAuthError> {
    let token = fields.required("token")?;
    let client = app.client(&ClientCredentials::of(&headers, &fields)?, ip).await?;
    let by = By { user: None, ip };
    let audit = app.audit(by, "auth.token_revoke", ("user", "")).with_client(&client.id);
    if app.store.revoke_refresh_token(&artel_identity::opaque_hash(token), &client.id, audit).await? {
        app.gate.access_changed();
        return Ok(StatusCode::OK);
    }
    // The hint about the type is not needed: an access token is recognised by its signature.
    if let Some(known) = app.active_token(token).await?
        && known.client_id == client.id
        && let Some(family) = known.family_id
    {
        let by = By { user: Some(known.user_id), ip };
        let audit = app.audit(by, "auth.token_revoke", ("family", family)).with_client(&client.id);
        app.store.revoke_family(known.tenant_id, family, audit).await?;
        app.gate.access_changed();
    }
    Ok(StatusCode::OK)
}
