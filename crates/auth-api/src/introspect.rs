//! `POST /oauth/introspect` (RFC 7662): for services that do not verify tokens themselves, or must know at once that a
//! login has ended.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use serde_json::{Value, json};

use artel_domain::OAuthClient;

use crate::AuthApp;
use crate::bearer::Address;
use crate::client_auth::ClientCredentials;
use crate::error::OAuthError;
use crate::form::Fields;
use crate::shapes;

/// Reports whether a token is active now. The caller must be a client with a secret, and the token must belong to a
/// user whom it serves.
#[utoipa::path(post, path = "/oauth/introspect", tag = shapes::TOKENS, security((), ("basic" = [])),
    request_body(content(
        (shapes::TokenQuestion = "application/x-www-form-urlencoded", example = json!({ "token": "…", "client_id": "codelab-internal", "client_secret": "…" })),
        (shapes::TokenQuestion = "application/json"))),
    responses((status = OK, description = "What is known of the token.", body = shapes::Introspection),
        (status = UNAUTHORIZED, response = shapes::Unauthenticated)))]
pub(crate) async fn introspect_token(
    State(app): State<AuthApp>,
    Address(ip): Address,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Json<Value>, OAuthError> {
    let client = app.client(&ClientCredentials::of(&headers, &fields)?, ip).await?;
    if !client.is_confidential {
        return Err(OAuthError::invalid_client());
    }
    let token = fields.required("token")?;
    let found = match of_refresh_token(&app, token, &client).await? {
        Some(found) => Some(found),
        None => of_access_token(&app, token, &client).await?,
    };
    Ok(Json(found.unwrap_or_else(|| json!({ "active": false }))))
}

async fn of_refresh_token(app: &AuthApp, token: &str, client: &OAuthClient) -> Result<Option<Value>, OAuthError> {
    let found = app.store.find_refresh_token(&artel_identity::opaque_hash(token), app.clock.now()).await?;
    let Some(standing) = found.filter(|standing| standing.is_live && client.serves(standing.family.tenant_id)) else {
        return Ok(None);
    };
    let family = standing.family;
    Ok(Some(json!({
        "active": true,
        "token_type": "refresh_token",
        "iss": app.config.issuer,
        "sub": family.user_id,
        "client_id": family.client_id,
        "scope": family.scopes.join(" "),
        "tenant_id": family.tenant_id,
        "iat": family.created_at.as_second(),
        "exp": family.token_expires_at.as_second(),
        "sid": family.id,
    })))
}

async fn of_access_token(app: &AuthApp, token: &str, client: &OAuthClient) -> Result<Option<Value>, OAuthError> {
    let Some(known) = app.active_token(token).await?.filter(|known| client.serves(known.tenant_id)) else {
        return Ok(None);
    };
    let mut answer = json!({
        "active": true,
        "token_type": "bearer",
        "iss": app.config.issuer,
        "aud": app.config.audience,
        "sub": known.user_id,
        "client_id": known.client_id,
        "scope": known.scopes.join(" "),
        "tenant_id": known.tenant_id,
        "exp": known.expires_at.as_second(),
        "jti": known.id,
    });
    if let Some(issued_at) = known.issued_at {
        answer["iat"] = issued_at.as_second().into();
        answer["nbf"] = issued_at.as_second().into();
    }
    if let Some(family) = known.family_id {
        answer["sid"] = family.to_string().into();
    }
    if let Some(account) = known.account {
        answer["username"] = account.username.into();
    }
    Ok(Some(answer))
}
