use artel_http::Problem;
use axum::Json;
use axum::extract::State;
use serde_json::Value;

use crate::App;

/// Read the public keys of this service.
///
/// They verify the tokens with which Artel calls tools of `auth_type` `service`.
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = crate::auth::TAG, security(()),
    responses((status = 200, description = "A JSON Web Key Set.", body = Object)))]
pub(crate) async fn get_jwks(State(app): State<App>) -> Result<Json<Value>, Problem> {
    app.public_keys.jwks().await.map(Json).map_err(Problem::internal)
}
