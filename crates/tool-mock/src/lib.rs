//! A receiver of tool calls for trying out Artel. It echoes and adds. On request it is slow or fails, and it counts its
//! calls.
//!
//! It honours `x-idempotency-key` as a good receiver does: the first call with a key takes effect, and every later one
//! gets the first answer. `GET /calls` reports the number of calls and of effects.
//!
//! It must never know Artel: every receiver in every language could do the same.

mod ledger;
mod options;
mod routes;

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::{get, post};
use tokio::net::TcpListener;

use ledger::Ledger;

/// The routes, with a ledger of their own.
pub fn router() -> Router {
    Router::new()
        .route("/echo", post(routes::echo))
        .route("/sum", post(routes::sum))
        .route("/calls", get(routes::calls).delete(routes::reset))
        .route("/status", get(routes::status))
        .route("/health", get(routes::health))
        .with_state(Arc::new(Mutex::new(Ledger::default())))
}

/// Serves until the future is dropped.
///
/// # Errors
/// Fails when the listener fails.
pub async fn serve(listener: TcpListener) -> std::io::Result<()> {
    axum::serve(listener, router()).await
}
