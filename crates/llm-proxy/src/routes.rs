//! All routes of this surface.

use artel_http::around;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Uri;
use axum::routing::{get, post};

use crate::chat::create::create_chat_completion;
use crate::embeddings::create_embeddings;
use crate::fault::Fault;
use crate::models::get::get_model;
use crate::models::list::list_models;
use crate::models::list_llm::list_llm_models;
use crate::payload::MAX_BODY_BYTES;
use crate::{App, document, health};

/// The complete router of the internal port: routes, fallbacks, trace ids.
pub fn router(app: App) -> Router {
    let clock = app.clock.clone();
    let inner = Router::new()
        .route("/chat/completions", post(create_chat_completion))
        .route("/v1/llm/models", get(list_llm_models))
        .route("/health", get(health::check_health))
        .route("/metrics", get(health::get_metrics))
        .route("/openapi.json", get(document::get_document))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(app.clone());
    let routes = public_routes(app).merge(inner).fallback(unknown_route).method_not_allowed_fallback(wrong_method);
    around(routes, clock)
}

/// The routes that a public port may serve in addition to its own.
pub fn public_routes(app: App) -> Router {
    Router::new()
        .route("/v1/chat/completions", post(create_chat_completion))
        .route("/v1/llm/openapi.json", get(document::get_document))
        .route("/v1/embeddings", post(create_embeddings))
        .route("/v1/models", get(list_models))
        .route("/v1/models/{*id}", get(get_model))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(app)
}

async fn unknown_route(uri: Uri) -> Fault {
    Fault::no_route(uri.path())
}

async fn wrong_method() -> Fault {
    Fault::wrong_method()
}
