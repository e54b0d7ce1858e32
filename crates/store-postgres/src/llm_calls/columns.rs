//! New rows as arrays, for one statement.

use artel_store::LlmCall;
use sqlx::PgPool;
use uuid::Uuid;

use crate::values::{micros, text};

#[derive(Default)]
pub(super) struct Columns {
    id: Vec<Uuid>,
    account: Vec<String>,
    requested_model: Vec<String>,
    provider: Vec<String>,
    model: Vec<String>,
    outcome: Vec<String>,
    error_code: Vec<Option<String>>,
    attempts: Vec<i64>,
    fallbacks: Vec<i64>,
    prompt_tokens: Vec<Option<i64>>,
    completion_tokens: Vec<Option<i64>>,
    cached_tokens: Vec<Option<i64>>,
    cache_write_tokens: Vec<Option<i64>>,
    reasoning_tokens: Vec<Option<i64>>,
    is_estimated: Vec<bool>,
    cost_nano_usd: Vec<Option<i64>>,
    started_at: Vec<i64>,
    latency_micros: Vec<i64>,
    first_token_micros: Vec<Option<i64>>,
    deltas: Vec<i64>,
    streamed_bytes: Vec<i64>,
    trace_id: Vec<Option<String>>,
    agent_id: Vec<Option<Uuid>>,
    user_id: Vec<Option<Uuid>>,
}

impl Columns {
    pub(super) fn of(calls: &[LlmCall]) -> Self {
        let mut columns = Self::default();
        for call in calls {
            columns.push(call);
        }
        columns
    }

    fn push(&mut self, call: &LlmCall) {
        self.id.push(call.id);
        self.account.push(text(&call.account));
        self.requested_model.push(text(&call.requested_model));
        self.provider.push(text(&call.provider));
        self.model.push(text(&call.model));
        self.outcome.push(text(&call.outcome));
        self.error_code.push(call.error_code.as_deref().map(text));
        self.attempts.push(call.attempts);
        self.fallbacks.push(call.fallbacks);
        self.prompt_tokens.push(call.usage.map(|usage| usage.prompt_tokens));
        self.completion_tokens.push(call.usage.map(|usage| usage.completion_tokens));
        self.cached_tokens.push(call.usage.map(|usage| usage.cached_tokens));
        self.cache_write_tokens.push(call.usage.map(|usage| usage.cache_write_tokens));
        self.reasoning_tokens.push(call.usage.map(|usage| usage.reasoning_tokens));
        self.is_estimated.push(call.is_estimated);
        self.cost_nano_usd.push(call.cost_nano_usd);
        self.started_at.push(micros(call.started_at));
        self.latency_micros.push(call.latency_micros);
        self.first_token_micros.push(call.first_token_micros);
        self.deltas.push(call.deltas);
        self.streamed_bytes.push(call.streamed_bytes);
        self.trace_id.push(call.trace_id.as_deref().map(text));
        self.agent_id.push(call.agent_id);
        self.user_id.push(call.user_id);
    }

    pub(super) async fn insert(&self, pool: &PgPool) -> sqlx::Result<()> {
        sqlx::query!(
            "INSERT INTO llm_calls (id, account, requested_model, provider, model, outcome, error_code, attempts, fallbacks, prompt_tokens,
                 completion_tokens, cached_tokens, cache_write_tokens, reasoning_tokens, is_estimated, cost_nano_usd,
                 started_at, latency_micros, first_token_micros, deltas, streamed_bytes, trace_id, agent_id, user_id)
             SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                                  $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[],
                                  $14::bigint[], $15::boolean[], $16::bigint[], $17::bigint[], $18::bigint[], $19::bigint[],
                                  $20::bigint[], $21::bigint[], $22::text[], $23::uuid[], $24::uuid[])
             ON CONFLICT (id) DO NOTHING",
            &self.id,
            &self.account,
            &self.requested_model,
            &self.provider,
            &self.model,
            &self.outcome,
            &self.error_code as &[Option<String>],
            &self.attempts,
            &self.fallbacks,
            &self.prompt_tokens as &[Option<i64>],
            &self.completion_tokens as &[Option<i64>],
            &self.cached_tokens as &[Option<i64>],
            &self.cache_write_tokens as &[Option<i64>],
            &self.reasoning_tokens as &[Option<i64>],
            &self.is_estimated,
            &self.cost_nano_usd as &[Option<i64>],
            &self.started_at,
            &self.latency_micros,
            &self.first_token_micros as &[Option<i64>],
            &self.deltas,
            &self.streamed_bytes,
            &self.trace_id as &[Option<String>],
            &self.agent_id as &[Option<Uuid>],
            &self.user_id as &[Option<Uuid>],
        )
        .execute(pool)
        .await
        .map(drop)
    }
}
