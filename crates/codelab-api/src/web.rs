//! The plain HTTP half of both surfaces: the same handlers, on the gateway for people, on the runtime for services.

use axum::Router;
use axum::routing::{get, post};

use crate::admission::admitted;
use crate::caller::Surface;
use crate::sessions::{create, delete, get as read, list, rename};
use crate::{App, agents, approvals, document, events, health, history};

/// What the gateway serves under its prefix.
pub(crate) fn gateway(app: &App) -> Router<App> {
    let session = get(read::get_session).patch(rename::rename_session).delete(delete::delete_session);
    let known = known().route("/sessions/{session_id}", session);
    let open = Router::new()
        .route("/health", get(health::check_gateway))
        .route("/metrics", get(health::get_metrics))
        .route("/openapi.json", get(document::get_gateway_document));
    admitted(known, Surface::Gateway, app).merge(open)
}

/// Probes that the public port answers beside its own.
pub(crate) fn probes() -> Router<App> {
    Router::new().route("/gateway-health", get(health::check_gateway)).route("/nginx-health", get(health::check_nginx))
}

/// What the runtime serves, with and without the prefix.
pub(crate) fn runtime(app: &App) -> Router<App> {
    let session = get(read::get_nested_session).patch(rename::rename_session).delete(delete::delete_session);
    let known = known().route("/sessions/{session_id}", session);
    let open = Router::new()
        .route("/health", get(health::check_runtime))
        .route("/metrics", get(health::get_metrics))
        .route("/openapi.json", get(document::get_runtime_document));
    admitted(known, Surface::Runtime, app).merge(open)
}

/// What both surfaces serve alike to those whom they know.
fn known() -> Router<App> {
    Router::new()
        .route("/sessions", post(create::create_session).get(list::list_sessions))
        .route("/sessions/{session_id}/history", get(history::get::get_history))
        .route("/sessions/{session_id}/pending-approvals", get(approvals::list_pending))
        .route("/agents", get(agents::list::list_agents))
        .route("/agents/{session_id}/current", get(agents::current::get_current))
        .route("/agents/{session_id}/switch", post(agents::switch::switch_agent))
        .route("/events/metrics", get(events::metrics::get_metrics))
        .route("/events/metrics/sessions", get(events::sessions::list_sessions_with_metrics))
        .route("/events/metrics/session/{session_id}", get(events::session_metrics::get_session_metrics))
        .route("/events/audit-log", get(events::audit_log::list_audit_log))
        .route("/events/stats", get(events::stats::get_stats))
}
