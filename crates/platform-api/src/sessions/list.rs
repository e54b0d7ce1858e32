use artel_domain::AgentId;
use artel_http::caller::RunsRead;
use artel_http::{Caller, Checked, Faults, Params, Problem};
use artel_store::{OrganizationSessionFilter, Page};
use axum::Json;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse};
use serde::Deserialize;
use utoipa::IntoParams;

use super::TAG;
use super::view::SessionView;
use crate::App;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListSessions {
    /// Only those where this agent spoke last.
    #[param(nullable = false)]
    agent_id: Option<AgentId>,
    /// A part of the title, any case.
    #[param(nullable = false, max_length = 200)]
    q: Option<String>,
    /// Of private sessions, the caller's own only. An administrator's list looks into nobody's then, and leaves no
    /// audit rows.
    #[param(nullable = false)]
    own: Option<bool>,
    /// At most this many; 20 when absent.
    #[param(minimum = 1, maximum = 100, nullable = false)]
    limit: Option<u32>,
    /// Skip this many.
    #[param(minimum = 0, maximum = 2_147_483_647, nullable = false)]
    offset: Option<u32>,
}

impl Checked for ListSessions {
    fn check(&self, faults: &mut Faults) {
        faults.length("q", self.q.as_deref(), 0..=200);
        faults.range("limit", self.limit, 1..=100);
        faults.range("offset", self.offset, 0..=2_147_483_647);
    }
}

/// List the sessions with an organisation's agents, newest activity first.
///
/// One's own; an administrator's list has everybody's. Needs `runs:read`.
#[utoipa::path(get, path = "/sessions", tag = TAG, params(ListSessions),
    responses((status = 200, description = "A page of sessions.", body = [SessionView],
        headers(("X-Total-Count" = i64, description = "How many match in all.")))))]
pub(crate) async fn list_sessions(
    State(app): State<App>,
    caller: Caller<RunsRead>,
    Params(wanted): Params<ListSessions>,
) -> Result<impl IntoResponse, Problem> {
    let page = Page { limit: wanted.limit.unwrap_or(20), offset: wanted.offset.unwrap_or(0) };
    let filter = OrganizationSessionFilter { agent_id: wanted.agent_id, q: wanted.q.filter(|q| !q.is_empty()) };
    let viewer = app.viewer_of(&caller, wanted.own);
    let (sessions, total) = app.store.list_organization_sessions(&viewer, filter, page).await?;
    let sessions: Vec<SessionView> = sessions.into_iter().map(SessionView::from).collect();
    Ok((AppendHeaders([("x-total-count", total)]), Json(sessions)))
}
