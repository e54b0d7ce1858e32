//! The gateway's WebSocket: one per client and session. What the client says becomes an intent; what happens in the
//! session, in whichever process, comes to every socket of it.
//!
//! The state is in the store. A socket that is cut loses nothing: another goes on where it was with `?after=`.

mod capability;
mod closing;
pub(crate) mod connect;
mod handshake;
mod meter;
mod outbox;
mod talk;
mod timers;

use axum::Router;
use axum::routing::any;

use crate::App;

/// `/ws/{session_id}`, below the prefix and at the root.
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/ws/{session_id}", any(connect::open_socket))
}
