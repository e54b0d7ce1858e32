//! All routes of the console.

use artel_http::limits::admit_strangers;
use axum::Router;
use axum::http::StatusCode;
use axum::http::header::ALLOW;
use axum::middleware::from_fn_with_state;
use axum::response::Redirect;
use axum::routing::{get, post};

use crate::{Console, enter, pages, place, sign_in};

/// The routes under `/console/`.
pub fn routes(console: Console) -> Router {
    let strangers = Router::new()
        .route("/console/session/key", post(enter::with_key))
        // A look at a link does not use it up: GET alone does.
        .route(
            "/console/enter/{code}",
            get(enter::with_link).head(|| async { (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET")]) }),
        )
        .route("/console/sign-in/start", get(sign_in::start))
        .route(place::CALLBACK, get(sign_in::finish))
        .layer(from_fn_with_state(console.gate.clone(), admit_strangers));
    Router::new()
        .route("/console", get(|| async { Redirect::permanent("/console/") }))
        .route("/console/", get(pages::show))
        .route("/console/{*path}", get(pages::show))
        .route("/console/session", post(enter::renew).delete(enter::leave))
        .merge(strangers)
        .with_state(console)
}
