//! One message of a client, and what comes of it as an event stream: for the gateway before us, and for clients without
//! a socket.

mod answer;
pub(crate) mod decide;
pub(crate) mod message;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::post;

use crate::App;
use crate::admission::admitted;
use crate::caller::Surface;

pub(crate) const TAG: &str = "messages";

/// As large as what a socket takes: results of tools are files.
const LARGEST_BODY: usize = 16 * 1024 * 1024;

/// What the gateway serves under its prefix.
pub(crate) fn gateway(app: &App) -> Router<App> {
    admitted(decisions(), Surface::Gateway, app)
}

/// What the runtime serves, with and without the prefix.
pub(crate) fn runtime(app: &App) -> Router<App> {
    let routes = decisions().route("/agent/message/stream", post(message::stream_message));
    admitted(routes.layer(DefaultBodyLimit::max(LARGEST_BODY)), Surface::Runtime, app)
}

fn decisions() -> Router<App> {
    Router::new().route("/sessions/{session_id}/hitl-decision", post(decide::decide_call))
}
