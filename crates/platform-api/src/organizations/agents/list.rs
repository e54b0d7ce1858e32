use artel_domain::{Agent, AgentId, AgentKind, BuiltinAgent, TenantId};
use artel_http::caller::AgentsRead;
use artel_http::{Checked, Faults, Params, Problem};
use artel_store::{AgentFilter, Page};
use axum::Json;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{OrganizationAgent, agent_view, found};
use crate::App;
use crate::organizations::{Member, TAG};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListOrganizationAgents {
    /// At most this many agents beside the system agent; 20 when absent.
    #[param(minimum = 1, maximum = 100, nullable = false)]
    limit: Option<u32>,
    /// Skip this many.
    #[param(minimum = 0, maximum = 2_147_483_647, nullable = false)]
    offset: Option<u32>,
}

impl Checked for ListOrganizationAgents {
    fn check(&self, faults: &mut Faults) {
        faults.range("limit", self.limit, 1..=100);
        faults.range("offset", self.offset, 0..=2_147_483_647);
    }
}

/// List an organisation's agents.
///
/// The system agent is the first of the first page and counts neither against `limit` nor in `X-Total-Count`. The
/// others follow, newest first. Needs `agents:read`.
#[utoipa::path(get, path = "/organizations/{org_id}/agents", tag = TAG, params(("org_id" = String, Path), ListOrganizationAgents),
    responses((status = 200, description = "A page of agents.", body = [OrganizationAgent],
        headers(("X-Total-Count" = i64, description = "How many the organisation has made.")))))]
pub(crate) async fn list_organization_agents(
    State(app): State<App>,
    caller: Member<AgentsRead>,
    Params(wanted): Params<ListOrganizationAgents>,
) -> Result<impl IntoResponse, Problem> {
    let page = Page { limit: wanted.limit.unwrap_or(20), offset: wanted.offset.unwrap_or(0) };
    let filter = AgentFilter { kind: Some(AgentKind::Custom), ..AgentFilter::default() };
    let (custom, total) = app.store.list_agents(&app.viewer(&caller), filter, page).await?;
    let mut views = Vec::new();
    if page.offset == 0 {
        let system = found(&app, &caller, BuiltinAgent::System.id(caller.tenant_id)).await?;
        views.push(OrganizationAgent::of(&app, system).await?);
    }
    views.extend(views_of(&app, caller.tenant_id, custom).await?);
    Ok((AppendHeaders([("x-total-count", total)]), Json(views)))
}

async fn views_of(app: &App, tenant: TenantId, agents: Vec<Agent>) -> Result<Vec<OrganizationAgent>, Problem> {
    let ids: Vec<AgentId> = agents.iter().map(|agent| agent.id).collect();
    let mut connectors = app.store.connectors_of_agents(tenant, &ids).await?;
    let view = |agent: Agent| {
        let keys = connectors.remove(&agent.id).unwrap_or_default();
        agent_view(app, agent, keys)
    };
    Ok(agents.into_iter().map(view).collect())
}
