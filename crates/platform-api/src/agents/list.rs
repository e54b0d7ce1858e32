use artel_domain::{Agent, AgentStatus};
use artel_http::caller::AgentsRead;
use artel_http::{Caller, Checked, Faults, Params, Problem};
use artel_store::{AgentFilter, Page};
use axum::extract::State;
use axum::http::HeaderValue;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{TAG, bytes_of_agent};
use crate::App;
use crate::reply::sized;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListAgents {
    /// At most this many; 50 when absent.
    #[param(minimum = 1, maximum = 200, nullable = false)]
    limit: Option<u32>,
    /// Skip this many.
    #[param(minimum = 0, maximum = 2_147_483_647, nullable = false)]
    offset: Option<u32>,
    #[param(nullable = false)]
    status: Option<AgentStatus>,
    /// A part of the name, any case.
    #[param(nullable = false, max_length = 200)]
    q: Option<String>,
}

impl Checked for ListAgents {
    fn check(&self, faults: &mut Faults) {
        faults.range("limit", self.limit, 1..=200);
        faults.range("offset", self.offset, 0..=2_147_483_647);
        faults.length("q", self.q.as_deref(), 0..=200);
    }
}

/// List agents, newest first.
///
/// Needs `agents:read`.
#[utoipa::path(get, path = "/agents", tag = TAG, params(ListAgents),
    responses((status = 200, description = "A page of agents.", body = [Agent],
        headers(("X-Total-Count" = i64, description = "How many match in all.")))))]
pub(crate) async fn list_agents(
    State(app): State<App>,
    caller: Caller<AgentsRead>,
    Params(wanted): Params<ListAgents>,
) -> Result<Response, Problem> {
    let page = Page { limit: wanted.limit.unwrap_or(50), offset: wanted.offset.unwrap_or(0) };
    let filter = AgentFilter { status: wanted.status, kind: None, q: wanted.q.filter(|q| !q.is_empty()) };
    let (agents, total) = app.store.list_agents(&app.viewer(&caller), filter, page).await?;
    let bytes = agents.iter().map(bytes_of_agent).sum();
    let mut answer = sized(caller.tenant_id, bytes, move || agents).await?;
    answer.headers_mut().insert("x-total-count", HeaderValue::from(total));
    Ok(answer)
}
