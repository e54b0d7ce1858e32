use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::words::words;
use crate::{AgentId, Binding, TenantId, Timestamp, UserId};

words! {
    AgentStatus { Draft = "draft", Published = "published" }
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
    pub status: AgentStatus,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Option<Timestamp>,
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
