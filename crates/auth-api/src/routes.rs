//! All routes in two sets: those of the service's own port, and those that the public port serves.

use artel_http::surface;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::bearer::Address;
use crate::form::MAX_FORM_BYTES;
use crate::guard::{refusal, report};
use crate::no_store::add_no_store;
use crate::{
    AuthApp, authorize, document, health, introspect, logout, metadata, password, register, revoke, token, userinfo,
};

/// The complete router of the service's own port.
pub fn router(app: AuthApp) -> Router {
    let own = Router::new()
        .route("/.well-known/jwks.json", get(metadata::get_jwks))
        .route("/health", get(health::check_health))
        .route("/metrics", get(health::get_metrics))
        .route("/openapi.json", get(document::get_document))
        .route("/", get(health::get_root));
    let clock = app.clock.clone();
    surface(shared(&app).merge(own).with_state(app), clock)
}

/// The routes for the public port, which has its own key set document and `/health`.
pub fn public_routes(app: AuthApp) -> Router {
    let own = Router::new().route("/auth-health", get(health::check_health));
    shared(&app).merge(own).with_state(app)
}

fn shared(app: &AuthApp) -> Router<AuthApp> {
    // The routes that check a secret.
    let guarded = Router::new()
        .route("/oauth/token", post(token::issue_token))
        .route("/oauth/register-user", post(register::register_user))
        .route("/oauth/password", post(password::change_password))
        .route_layer(from_fn_with_state(app.clone(), limit_address));
    let busy = Router::new()
        .route("/oauth/revoke", post(revoke::revoke_token))
        .route("/oauth/introspect", post(introspect::introspect_token))
        .route("/oauth/userinfo", get(userinfo::get_userinfo).post(userinfo::post_userinfo))
        .route("/oauth/logout", post(logout::log_out))
        // The handler counts the form itself, because it answers with a page.
        .route("/oauth/authorize", get(authorize::show_login).post(authorize::sign_in))
        .route_layer(from_fn_with_state(app.clone(), limit_requests));
    let tokens = guarded.merge(busy).layer(from_fn(add_no_store)).layer(DefaultBodyLimit::max(MAX_FORM_BYTES));
    let open = Router::new()
        .route("/.well-known/oauth-authorization-server", get(metadata::get_server_metadata))
        .route("/.well-known/openid-configuration", get(metadata::get_server_metadata))
        .route("/oauth/openapi.json", get(document::get_document));
    tokens.merge(open)
}

/// Limits requests per address strictly, against guessing.
async fn limit_address(State(app): State<AuthApp>, address: Address, request: Request, next: Next) -> Response {
    let endpoint = request.uri().path().to_owned();
    limited(app.guard.admit_address(&endpoint, address.0).await, request, next).await
}

/// Limits requests per address loosely: these routes check no secret, but each request has a cost.
async fn limit_requests(State(app): State<AuthApp>, address: Address, request: Request, next: Next) -> Response {
    limited(app.guard.admit_request(address.0).await, request, next).await
}

async fn limited(
    admission: Result<Option<artel_bus::Admission>, crate::error::OAuthError>,
    request: Request,
    next: Next,
) -> Response {
    match admission {
        Err(error) => error.into_response(),
        Ok(None) => next.run(request).await,
        Ok(Some(admission)) if !admission.allowed => refusal(&admission).into_response(),
        Ok(Some(admission)) => {
            let mut response = next.run(request).await;
            report(&admission, response.headers_mut());
            response
        }
    }
}
