//! A receiver of tool calls to try Artel with: it echoes and adds, and on request it is slow, fails, and counts.
//!
//! It honours `x-idempotency-key` as a good receiver does: the first call with a key has the effect, and every later
//! one gets the first one's answer. `GET /calls` tells how many calls and how many effects there were.
//!
//! It must never know Artel: whatever it can do, any receiver in any language could.

mod knobs;
mod ledger;
mod routes;

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::{get, post};
use tokio::net::TcpListener;

use ledger::Ledger;

/// The routes, with an empty ledger of their own.
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
pub async fn serve(listener: TcpListener) -> std::io::Result<()> {
    axum::serve(listener, router()).await
}
