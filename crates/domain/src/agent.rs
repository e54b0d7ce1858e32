use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::words::words;
use crate::{AgentId, Binding, TenantId, Timestamp, UserId};

words! {
    AgentStatus { Draft = "draft", Published = "published" }
    /// Who made an agent, and with it who may change what.
    AgentKind {
        /// Made by a user.
        Custom = "custom",
        /// Part of the product: every tenant has it without making it. Only its settings may be changed.
        Builtin = "builtin",
        /// The assistant that every organisation has without making it. Only its settings may be changed.
        System = "system",
    }
    /// The agents of the kinds `builtin` and `system`.
    BuiltinAgent {
        /// The row that all specialists of a tenant share: their model, their budgets and their switch hang on it.
        Codelab = "codelab",
        /// The assistant of an organisation: it answers where no agent is named.
        System = "system",
    }
}

/// An agent's profile: prompt, model and parameters. Its tools are its [`Binding`]s.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Agent {
    pub id: AgentId,
    pub tenant_id: TenantId,
    pub owner_user_id: UserId,
    pub name: String,
    pub system_prompt: String,
    /// `provider:model`, for example `openai:gpt-4o-mini` or `demo:echo`.
    pub model: String,
    /// Parameters for the model: `temperature`, `max_tokens` and what else the provider understands.
    #[schema(value_type = Option<Object>)]
    pub llm_params: Option<Value>,
    /// A human decides about each call of a tool that the rules would let pass. It loosens no rule.
    #[serde(default)]
    pub require_approval: bool,
    /// For people: no model reads it, and no version knows it.
    #[serde(default)]
    pub description: Option<String>,
    /// Shown by clients; never fetched by the product.
    #[serde(default)]
    pub avatar_url: Option<String>,
    pub status: AgentStatus,
    /// The number of the newest published version; of a draft, the number that was given at its creation.
    pub version: i64,
    #[serde(default = "custom")]
    pub kind: AgentKind,
    /// False: no run of it can be started.
    #[serde(default = "enabled")]
    pub is_enabled: bool,
    /// True: the agent is published, and its profile or its bindings differ from those of `version`.
    #[serde(default)]
    pub has_unpublished_changes: bool,
    pub created_at: Timestamp,
    pub updated_at: Option<Timestamp>,
}

fn custom() -> AgentKind {
    AgentKind::Custom
}

fn enabled() -> bool {
    true
}

impl Agent {
    /// Prompt, model, parameters, name, and whether a human is asked about calls are the same.
    pub fn has_profile_of(&self, other: &Self) -> bool {
        self.name == other.name
            && self.system_prompt == other.system_prompt
            && self.model == other.model
            && self.llm_params == other.llm_params
            && self.require_approval == other.require_approval
    }

    /// True when only the settings of the agent may be changed. The id decides too: a process of an earlier release
    /// stores a built-in agent without its kind.
    pub fn is_read_only(&self) -> bool {
        self.kind != AgentKind::Custom || BuiltinAgent::of(self.tenant_id, self.id).is_some()
    }
}

/// What an agent was when it was published: never changed afterwards.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AgentVersion {
    pub agent_id: AgentId,
    pub version: i64,
    pub agent: Agent,
    pub bindings: Vec<Binding>,
    pub created_by: UserId,
    pub created_at: Timestamp,
}

impl BuiltinAgent {
    pub const ALL: [Self; 2] = [Self::Codelab, Self::System];

    const DEFAULT_MODEL: &'static str = "default";

    /// FROZEN: the UUIDv5 of the tenant's id and this word. Sessions, runs, budgets and API keys of every installation
    /// name it.
    pub fn id(self, tenant: TenantId) -> AgentId {
        AgentId(Uuid::new_v5(&tenant.0, self.as_str().as_bytes()))
    }

    /// The built-in agent whose id this is in this tenant.
    pub fn of(tenant: TenantId, id: AgentId) -> Option<Self> {
        Self::ALL.into_iter().find(|agent| agent.id(tenant) == id)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Codelab => "CodeLab",
            Self::System => "Assistant",
        }
    }

    pub fn kind(self) -> AgentKind {
        match self {
            Self::Codelab => AgentKind::Builtin,
            Self::System => AgentKind::System,
        }
    }

    /// What the agent is told in every run. It is part of the product and in no row, so that processes of two releases
    /// do not write over each other's. Empty for one whose prompts are the specialists'.
    pub fn prompt(self) -> &'static str {
        match self {
            Self::Codelab => "",
            Self::System => include_str!("agent/assistant.md").trim_ascii(),
        }
    }

    /// The model of a tenant that has set none: what the operator configured.
    pub fn default_model(self) -> &'static str {
        match self {
            Self::Codelab | Self::System => Self::DEFAULT_MODEL,
        }
    }

    /// The agent as every tenant has it at first.
    ///
    /// `owner` is recorded as the user who was there first; it gives them no rights. `at` is the time of creation.
    pub fn new_row(self, tenant: TenantId, owner: UserId, at: Timestamp) -> Agent {
        Agent {
            id: self.id(tenant),
            tenant_id: tenant,
            owner_user_id: owner,
            name: self.name().to_owned(),
            system_prompt: String::new(),
            model: self.default_model().to_owned(),
            llm_params: None,
            require_approval: false,
            description: None,
            avatar_url: None,
            status: AgentStatus::Published,
            version: 1,
            kind: self.kind(),
            is_enabled: true,
            has_unpublished_changes: false,
            created_at: at,
            updated_at: None,
        }
    }

    /// True when the row says what the product says; model, parameters and the switch are the tenant's.
    pub fn is_intact(self, row: &Agent) -> bool {
        row.kind == self.kind()
            && row.status == AgentStatus::Published
            && row.name == self.name()
            && row.system_prompt.is_empty()
    }
}

#[cfg(test)]
mod tests;
