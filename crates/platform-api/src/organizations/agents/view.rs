use artel_domain::{Agent, AgentId, AgentKind, BuiltinAgent, TenantId, Timestamp, UserId};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::App;

/// An agent of an organisation: the same one as under `/agents`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrganizationAgent {
    id: AgentId,
    org_id: TenantId,
    name: String,
    description: Option<String>,
    system_prompt: String,
    avatar_url: Option<String>,
    /// `false`: no run of it can be started, on any surface.
    is_enabled: bool,
    created_by: UserId,
    created_at: Timestamp,
    updated_at: Option<Timestamp>,
    /// Its connectors, in the order in which they were given. The system agent has all.
    connectors: Vec<String>,
    /// `custom`, or `system`: the assistant that every organisation has without making it.
    kind: AgentKind,
    model: String,
    #[schema(value_type = Option<Object>)]
    llm_params: Option<Value>,
}

/// The agent with its connectors.
pub(crate) fn agent_view(app: &App, agent: Agent, connectors: Vec<String>) -> OrganizationAgent {
    let is_system = agent.kind == AgentKind::System;
    let is_default = is_system && agent.model == BuiltinAgent::System.default_model();
    OrganizationAgent {
        id: agent.id,
        org_id: agent.tenant_id,
        name: agent.name,
        description: agent.description,
        system_prompt: if is_system { BuiltinAgent::System.prompt().to_owned() } else { agent.system_prompt },
        avatar_url: agent.avatar_url,
        is_enabled: agent.is_enabled,
        created_by: agent.owner_user_id,
        created_at: agent.created_at,
        updated_at: agent.updated_at,
        connectors,
        kind: agent.kind,
        model: if is_default { app.config.default_model.clone() } else { agent.model },
        llm_params: agent.llm_params,
    }
}

impl OrganizationAgent {
    /// The agent with its connectors as the store has them. The system agent has all.
    pub(super) async fn of(app: &App, agent: Agent) -> Result<Self, artel_http::Problem> {
        let connectors = match agent.kind {
            AgentKind::System => app.connectors.keys(agent.tenant_id).await?,
            _ => app.store.connectors_of_agent(agent.tenant_id, agent.id).await?,
        };
        Ok(agent_view(app, agent, connectors))
    }
}
