//! Agents in an organisation's sessions. The system agent's row has the tenant's settings; its prompt is part of the
//! product. Every agent has the tools of the catalogue there, and is told which.

use artel_domain::{Agent, AgentKind, BuiltinAgent};

use crate::config::{DEFAULT_MODEL, EngineConfig};
use crate::toolbox::Toolbox;

/// The agent as it is asked. Any other agent is returned unchanged.
pub(crate) fn whole(agent: Agent, config: &EngineConfig) -> Agent {
    if agent.kind != AgentKind::System {
        return agent;
    }
    let model = if agent.model == DEFAULT_MODEL { config.default_model.clone() } else { agent.model };
    Agent { system_prompt: BuiltinAgent::System.prompt().to_owned(), model, ..agent }
}

/// The agent in a session of an organisation, where it is told which tools it has.
pub(crate) fn in_organization(agent: Agent, toolbox: &Toolbox) -> Agent {
    let names: Vec<String> = toolbox.specs().into_iter().map(|spec| spec.name).collect();
    if names.is_empty() {
        return agent;
    }
    let told = format!("Your tools now: {}. There are no others.", names.join(", "));
    let system_prompt = [agent.system_prompt.trim(), &told].join("\n\n").trim().to_owned();
    Agent { system_prompt, ..agent }
}
