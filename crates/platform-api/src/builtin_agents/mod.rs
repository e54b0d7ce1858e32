//! Built-in agents: every tenant has them without making them, and sets their model, their budget and whether they may
//! run.

pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod update;

use artel_domain::{AgentId, AgentKind, BuiltinAgent, TenantId, Timestamp};
use artel_http::Problem;
use artel_store::Viewer;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;
use crate::budgets::BudgetLimits;

pub(crate) const TAG: &str = "builtin agents";

/// What this resource answers. Operations of one path stand together.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(list::list_builtin_agents))
        .routes(routes!(get::get_builtin_agent, update::update_builtin_agent))
}

/// A built-in agent as the tenant has set it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BuiltinAgentView {
    builtin_agent: BuiltinAgent,
    /// Its id among the tenant's agents.
    agent_id: AgentId,
    name: &'static str,
    kind: AgentKind,
    /// `false`: no run of it can be started on any surface.
    is_enabled: bool,
    /// `null`: what the operator configured.
    model: Option<String>,
    budget: BudgetLimits,
    updated_at: Option<Timestamp>,
}

/// The tenant's settings; those of a tenant that has set nothing are the product's.
async fn view(app: &App, tenant: TenantId, agent: BuiltinAgent) -> Result<BuiltinAgentView, Problem> {
    let id = agent.id(tenant);
    let row = app.store.find_agent(&Viewer::service(tenant), id).await?;
    let budget = app.store.find_budget(tenant, Some(id)).await?;
    Ok(BuiltinAgentView {
        builtin_agent: agent,
        agent_id: id,
        name: agent.name(),
        kind: agent.kind(),
        is_enabled: row.as_ref().is_none_or(|row| row.is_enabled),
        updated_at: row.as_ref().and_then(|row| row.updated_at),
        model: row.map(|row| row.model).filter(|model| model != agent.default_model()),
        budget: budget.into(),
    })
}
