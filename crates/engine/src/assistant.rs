//! The system agent: its row has the tenant's settings, its prompt is part of the product.

use artel_domain::{Agent, AgentKind, BuiltinAgent};

use crate::config::{DEFAULT_MODEL, EngineConfig};

/// The agent as it is asked. Other agents are whole already.
pub(crate) fn whole(agent: Agent, config: &EngineConfig) -> Agent {
    if agent.kind != AgentKind::System {
        return agent;
    }
    let model = if agent.model == DEFAULT_MODEL { config.default_model.clone() } else { agent.model };
    Agent { system_prompt: BuiltinAgent::System.prompt().to_owned(), model, ..agent }
}
