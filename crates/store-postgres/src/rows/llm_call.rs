use artel_domain::Usage;
use artel_store::LlmCall;
use uuid::Uuid;

use crate::values::time;

pub(crate) struct LlmCallRow {
    pub(crate) id: Uuid,
    pub(crate) account: String,
    pub(crate) agent_id: Option<Uuid>,
    pub(crate) user_id: Option<Uuid>,
    pub(crate) requested_model: String,
    pub(crate) provider: String,
    pub(crate) model: String,
    pub(crate) outcome: String,
    pub(crate) error_code: Option<String>,
    pub(crate) attempts: i64,
    pub(crate) fallbacks: i64,
    pub(crate) prompt_tokens: Option<i64>,
    pub(crate) completion_tokens: Option<i64>,
    pub(crate) cached_tokens: Option<i64>,
    pub(crate) cache_write_tokens: Option<i64>,
    pub(crate) reasoning_tokens: Option<i64>,
    pub(crate) is_estimated: bool,
    pub(crate) cost_nano_usd: Option<i64>,
    pub(crate) started_at: i64,
    pub(crate) latency_micros: i64,
    pub(crate) first_token_micros: Option<i64>,
    pub(crate) deltas: i64,
    pub(crate) streamed_bytes: i64,
    pub(crate) trace_id: Option<String>,
}

impl From<LlmCallRow> for LlmCall {
    fn from(row: LlmCallRow) -> Self {
        let usage = row.prompt_tokens.map(|prompt_tokens| Usage {
            prompt_tokens,
            completion_tokens: row.completion_tokens.unwrap_or_default(),
            cached_tokens: row.cached_tokens.unwrap_or_default(),
            cache_write_tokens: row.cache_write_tokens.unwrap_or_default(),
            reasoning_tokens: row.reasoning_tokens.unwrap_or_default(),
        });
        Self {
            id: row.id,
            account: row.account,
            agent_id: row.agent_id,
            user_id: row.user_id,
            requested_model: row.requested_model,
            provider: row.provider,
            model: row.model,
            outcome: row.outcome,
            error_code: row.error_code,
            attempts: row.attempts,
            fallbacks: row.fallbacks,
            usage,
            is_estimated: row.is_estimated,
            cost_nano_usd: row.cost_nano_usd,
            started_at: time(row.started_at),
            latency_micros: row.latency_micros,
            first_token_micros: row.first_token_micros,
            deltas: row.deltas,
            streamed_bytes: row.streamed_bytes,
            trace_id: row.trace_id,
        }
    }
}
