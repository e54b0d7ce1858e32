use artel_domain::{Timestamp, Usage};
use async_trait::async_trait;
use uuid::Uuid;

use crate::Result;

/// One call of a model, as it is accounted for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LlmCall {
    pub id: Uuid,
    /// Who asked: a tenant's id, or the name of a service.
    pub account: String,
    /// The agent whose run asked; absent for calls of the proxy's clients.
    pub agent_id: Option<Uuid>,
    /// For whom it was asked.
    pub user_id: Option<Uuid>,
    /// The full name that was asked for.
    pub requested_model: String,
    pub provider: String,
    /// The model that answered or was asked last, as its provider calls it.
    pub model: String,
    /// `ok`, `error` or `cancelled`.
    pub outcome: String,
    pub error_code: Option<String>,
    pub attempts: i64,
    pub fallbacks: i64,
    /// Absent when nothing was sent.
    pub usage: Option<Usage>,
    /// Some of the usage was counted by us.
    pub is_estimated: bool,
    /// Absent when the price is not known.
    pub cost_nano_usd: Option<i64>,
    pub started_at: Timestamp,
    pub latency_micros: i64,
    pub first_token_micros: Option<i64>,
    pub deltas: i64,
    pub streamed_bytes: i64,
    pub trace_id: Option<String>,
}

/// Which calls of an account; the bounds are on when they began, `since` included and `until` not.
#[derive(Debug, Clone, Copy, Default)]
pub struct LlmCallFilter {
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    pub limit: u32,
}

/// What the calls of an account are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LlmCallGroup {
    /// The UTC day on which the call began. Its key is `2026-11-29`.
    Day,
    /// The key is the agent's id.
    Agent,
    /// The key is `provider:model`, of the model that answered or was asked last.
    Model,
    /// The key is the user's id.
    User,
}

impl LlmCallGroup {
    /// The word by which the queries tell the groups apart.
    pub fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Agent => "agent",
            Self::Model => "model",
            Self::User => "user",
        }
    }
}

/// What the calls of one group come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LlmCallSum {
    /// Which group. Absent: the calls that no agent, or no known user, made.
    pub key: Option<String>,
    pub calls: i64,
    /// Of them, those that ended with an error.
    pub errors: i64,
    pub prompt_tokens: i64,
    pub completion_tokens: i64,
    /// Without the calls whose price is not known.
    pub cost_nano_usd: i64,
}

/// The account book of model calls. It is written in the background, so it is a little behind.
#[async_trait]
pub trait LlmCalls: Send + Sync {
    /// Writes them all. One that is there already stays as it is: a batch may be written again when nobody knows what
    /// became of it.
    async fn record_llm_calls(&self, calls: Vec<LlmCall>) -> Result<()>;
    /// Newest first.
    async fn list_llm_calls(&self, account: &str, filter: LlmCallFilter) -> Result<Vec<LlmCall>>;
    /// The sums of the account's groups, the dearest first, then those with the most tokens; `filter.limit` of them.
    async fn sum_llm_calls(&self, account: &str, group: LlmCallGroup, filter: LlmCallFilter)
    -> Result<Vec<LlmCallSum>>;
    /// Removes calls of all accounts that began before `before`, the oldest first, at most `limit`; how many.
    async fn forget_llm_calls(&self, before: Timestamp, limit: u32) -> Result<u64>;
}
