use artel_http::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;

use crate::App;

/// Read the public keys of this service.
///
/// They verify the access tokens of the auth service, and the tokens with which Artel calls tools of `auth_type`
/// `service`.
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = crate::auth::TAG, security(()),
    responses((status = 200, description = "A JSON Web Key Set.", body = Object)))]
pub(crate) async fn get_jwks(State(app): State<App>) -> Result<impl IntoResponse, Problem> {
    let jwks = app.public_keys.jwks().await.map_err(Problem::unavailable)?;
    Ok(([(CACHE_CONTROL, "public, max-age=3600")], Json(jwks)))
}
