//! Agents as an organisation's people see them: a profile, and the connectors that it may call.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod put_connectors;
pub(crate) mod update;
mod view;

use artel_domain::{Agent, AgentId, BuiltinAgent};
use artel_egress::check_endpoint;
use artel_http::{Faults, Problem};
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) use view::{OrganizationAgent, agent_view};

use super::Member;
use crate::App;

/// What this resource answers. Operations of one path stand together.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(create::create_organization_agent, list::list_organization_agents))
        .routes(routes!(
            get::get_organization_agent,
            update::update_organization_agent,
            delete::delete_organization_agent
        ))
        .routes(routes!(put_connectors::put_agent_connectors))
}

/// What a path names behind the organisation.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct AgentAt {
    pub(crate) agent_id: AgentId,
}

/// The agent, when it is one of the organisation's: its own, or the system agent, which is made when it is absent.
pub(crate) async fn found<P>(app: &App, caller: &Member<P>, agent: AgentId) -> Result<Agent, Problem> {
    if agent == BuiltinAgent::System.id(caller.tenant_id) {
        return Ok(app.intents.ensure_builtin_agent(&caller.requester(), BuiltinAgent::System).await?);
    }
    let found = app.store.find_agent(&app.viewer(caller), agent).await?;
    found.filter(|agent| !agent.is_read_only()).ok_or_else(|| Problem::not_found("agent"))
}

/// The agent as somebody who wants to change it finds it.
///
/// # Errors
/// 400 for the system agent, 404 for one that is not the organisation's.
pub(crate) fn changeable<P>(caller: &Member<P>, agent: AgentId) -> Result<AgentId, Problem> {
    match BuiltinAgent::of(caller.tenant_id, agent) {
        None => Ok(agent),
        Some(BuiltinAgent::System) => Err(read_only()),
        Some(BuiltinAgent::Codelab) => Err(Problem::not_found("agent")),
    }
}

fn read_only() -> Problem {
    let message = "The system agent is part of the product. An administrator sets its model, its budget and whether it may run: \
                   PUT /v1/builtin-agents/system. Make an agent of your own for another prompt or other connectors.";
    Problem::new(StatusCode::BAD_REQUEST, "system_agent_read_only", message)
}

/// The same limits at creation and change.
fn check_profile(faults: &mut Faults, texts: [(&str, Option<&str>); 4]) {
    let [description, prompt, avatar, model] = texts;
    faults.length(description.0, description.1, 0..=2000);
    faults.length(prompt.0, prompt.1, 0..=65_536);
    faults.length(model.0, model.1, 1..=200);
    faults.length(avatar.0, avatar.1, 1..=2000);
    if let Some(Err(refusal)) = avatar.1.map(check_endpoint) {
        faults.add(avatar.0, refusal.to_string());
    }
}
