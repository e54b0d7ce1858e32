//! The metadata documents of this service: RFC 8414, and the same under the name of OpenID Connect Discovery.

use artel_domain::GrantType;
use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use serde_json::{Value, json};

use crate::AuthApp;
use crate::error::OAuthError;
use crate::shapes;

const FOR_AN_HOUR: &str = "public, max-age=3600";

/// The key set that verifies access tokens.
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = shapes::METADATA, security(()),
    responses((status = OK, description = "A JSON Web Key Set.", body = Object),
        (status = SERVICE_UNAVAILABLE, response = shapes::Unavailable)))]
pub(crate) async fn get_jwks(State(app): State<AuthApp>) -> Result<impl IntoResponse, OAuthError> {
    let jwks = app.public_keys.jwks().await.map_err(OAuthError::unavailable)?;
    Ok(([(CACHE_CONTROL, FOR_AN_HOUR)], Json(jwks)))
}

/// RFC 8414.
#[utoipa::path(get, path = "/.well-known/oauth-authorization-server", tag = shapes::METADATA, security(()),
    responses((status = OK, description = "RFC 8414; the same is at `/.well-known/openid-configuration`.",
        body = shapes::ServerMetadata)))]
pub(crate) async fn get_server_metadata(State(app): State<AuthApp>, parts: Parts) -> impl IntoResponse {
    let document = document(&app, &base_url(&app, &parts));
    // Without a configured URL the document contains the address of the request, so it must not be cached.
    ([(CACHE_CONTROL, if app.config.public_url.is_some() { FOR_AN_HOUR } else { "no-store" })], Json(document))
}

fn document(app: &AuthApp, base: &str) -> Value {
    let at = |path: &str| format!("{base}{path}");
    let grants =
        [GrantType::AuthorizationCode, GrantType::RefreshToken, GrantType::ClientCredentials, GrantType::Password];
    let grants: Vec<&str> = grants.into_iter().filter(|grant| app.offers(*grant)).map(GrantType::as_str).collect();
    let authentication = json!(["client_secret_basic", "client_secret_post", "none"]);
    let secret_only = json!(["client_secret_basic", "client_secret_post"]);
    json!({
        "issuer": app.config.issuer,
        "authorization_endpoint": at("/oauth/authorize"),
        "token_endpoint": at("/oauth/token"),
        "jwks_uri": at("/.well-known/jwks.json"),
        "userinfo_endpoint": at("/oauth/userinfo"),
        "revocation_endpoint": at("/oauth/revoke"),
        "introspection_endpoint": at("/oauth/introspect"),
        "scopes_supported": ["openid", "profile", "email", "api:read", "api:write", "api:admin"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": grants,
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": authentication,
        "revocation_endpoint_auth_methods_supported": authentication,
        "introspection_endpoint_auth_methods_supported": secret_only,
        "authorization_response_iss_parameter_supported": true,
        "request_uri_parameter_supported": false,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "preferred_username", "email", "tenant_id"],
    })
}

/// Where the client reaches this service: as configured, else at the host that it asked, if that is ours; never where a
/// stranger says. The issuer is an address of the operator's choice too.
fn base_url(app: &AuthApp, parts: &Parts) -> String {
    if let Some(url) = &app.config.public_url {
        return url.trim_end_matches('/').to_owned();
    }
    let Some(host) = app.config.trusted_hosts.of(&parts.headers) else {
        return app.config.issuer.trim_end_matches('/').to_owned();
    };
    let scheme = parts.headers.get("x-forwarded-proto").and_then(|value| value.to_str().ok());
    let is_https = scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"));
    format!("{}://{host}", if is_https { "https" } else { "http" })
}
