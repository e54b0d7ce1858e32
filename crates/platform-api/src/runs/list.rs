use artel_domain::{AgentId, Phase, RunId, RunStatus, SessionId};
use artel_http::caller::RunsRead;
use artel_http::{Caller, Checked, Faults, Params, Problem};
use artel_store::RunFilter;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;

use super::TAG;
use super::view::{RunView, views};
use crate::App;
use crate::reply::sized;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListRuns {
    #[param(nullable = false)]
    agent_id: Option<AgentId>,
    #[param(nullable = false, min_length = 1, max_length = 200)]
    session_id: Option<String>,
    #[param(nullable = false)]
    status: Option<RunStatus>,
    /// Only runs older than this one: the last id of the page before.
    #[param(nullable = false)]
    before: Option<RunId>,
    /// Of private sessions, the caller's own only. An administrator's list looks into nobody's then, and leaves no
    /// audit rows.
    #[param(nullable = false)]
    own: Option<bool>,
    /// At most this many; 50 when absent.
    #[param(nullable = false, minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

impl Checked for ListRuns {
    fn check(&self, faults: &mut Faults) {
        faults.length("session_id", self.session_id.as_deref(), 1..=200);
        faults.range("limit", self.limit, 1..=200);
    }
}

/// List runs, newest first.
///
/// Needs `runs:read`.
#[utoipa::path(get, path = "/runs", tag = TAG, params(ListRuns),
    responses((status = 200, description = "A page of runs.", body = [RunView])))]
pub(crate) async fn list_runs(
    State(app): State<App>,
    caller: Caller<RunsRead>,
    Params(wanted): Params<ListRuns>,
) -> Result<Response, Problem> {
    let viewer = app.viewer_of(&caller, wanted.own);
    let session_id = match wanted.session_id {
        Some(name) => match app.store.find_session(&viewer, &SessionId(name)).await? {
            Some(session) => Some(session.id),
            None => return sized(caller.tenant_id, 0, Vec::<RunView>::new).await,
        },
        None => None,
    };
    let filter = RunFilter {
        agent_id: wanted.agent_id,
        session_id,
        phases: wanted.status.map(phases).unwrap_or_default(),
        before: wanted.before,
        limit: wanted.limit.unwrap_or(50),
    };
    let runs = app.store.list_runs(&viewer, filter).await?;
    let views = views(&app, &viewer, runs).await?;
    let bytes = views.iter().map(RunView::bytes).sum();
    sized(caller.tenant_id, bytes, move || views).await
}

/// The phases that show as this status.
fn phases(status: RunStatus) -> Vec<Phase> {
    const ALL: [Phase; 6] =
        [Phase::Queued, Phase::Running, Phase::Waiting, Phase::Succeeded, Phase::Failed, Phase::Cancelled];
    ALL.into_iter().filter(|phase| phase.status() == status).collect()
}
