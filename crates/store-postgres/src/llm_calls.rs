//! The account book of model calls.

mod columns;

use artel_domain::{Timestamp, Usage};
use artel_store::{LlmCall, LlmCallFilter, LlmCallSum, LlmCalls, Result};
use async_trait::async_trait;
use sqlx::PgPool;
use uuid::Uuid;

use crate::PostgresStore;
use crate::connect::filtered;
use crate::error::{retrying, store_error};
use crate::values::{micros, text, time};
use columns::Columns;

#[async_trait]
impl LlmCalls for PostgresStore {
    async fn record_llm_calls(&self, calls: Vec<LlmCall>) -> Result<()> {
        if calls.is_empty() {
            return Ok(());
        }
        let columns = Columns::of(&calls);
        retrying(|| columns.insert(&self.pool)).await
    }

    async fn list_llm_calls(&self, account: &str, filter: LlmCallFilter) -> Result<Vec<LlmCall>> {
        let rows = list(&self.pool, &text(account), filter).await.map_err(store_error)?;
        Ok(rows.into_iter().map(LlmCall::from).collect())
    }

    async fn sum_llm_calls(&self, account: &str, filter: LlmCallFilter) -> Result<Vec<LlmCallSum>> {
        sum(&self.pool, &text(account), filter).await.map_err(store_error)
    }

    async fn forget_llm_calls(&self, before: Timestamp, limit: u32) -> Result<u64> {
        retrying(|| forget(&self.pool, before, limit)).await
    }
}

async fn list(pool: &PgPool, account: &str, filter: LlmCallFilter) -> sqlx::Result<Vec<Row>> {
    let mut tx = filtered(pool).await?;
    sqlx::query_as!(
        Row,
        "SELECT id, account, requested_model, provider, model, outcome, error_code, attempts, fallbacks, prompt_tokens, completion_tokens,
             cached_tokens, cache_write_tokens, reasoning_tokens, is_estimated, cost_nano_usd, started_at, latency_micros,
             first_token_micros, deltas, streamed_bytes, trace_id
         FROM llm_calls
         WHERE account = $1 AND ($2::bigint IS NULL OR started_at >= $2) AND ($3::bigint IS NULL OR started_at < $3)
         ORDER BY started_at DESC, id DESC LIMIT $4",
        account,
        filter.since.map(micros),
        filter.until.map(micros),
        i64::from(filter.limit),
    )
    .fetch_all(&mut *tx)
    .await
}

async fn sum(pool: &PgPool, account: &str, filter: LlmCallFilter) -> sqlx::Result<Vec<LlmCallSum>> {
    let mut tx = filtered(pool).await?;
    sqlx::query_as!(
        LlmCallSum,
        r#"SELECT provider, model, count(*) AS "calls!", count(*) FILTER (WHERE outcome = 'error') AS "errors!",
             coalesce(sum(prompt_tokens), 0)::bigint AS "prompt_tokens!", coalesce(sum(completion_tokens), 0)::bigint AS "completion_tokens!",
             coalesce(sum(cost_nano_usd), 0)::bigint AS "cost_nano_usd!"
         FROM llm_calls
         WHERE account = $1 AND ($2::bigint IS NULL OR started_at >= $2) AND ($3::bigint IS NULL OR started_at < $3)
         GROUP BY provider, model ORDER BY provider COLLATE "C", model COLLATE "C" "#,
        account,
        filter.since.map(micros),
        filter.until.map(micros),
    )
    .fetch_all(&mut *tx)
    .await
}

/// Two workers that do so at the same time do not wait for each other.
async fn forget(pool: &PgPool, before: Timestamp, limit: u32) -> sqlx::Result<u64> {
    let forgotten = sqlx::query!(
        "DELETE FROM llm_calls WHERE id = ANY (ARRAY(
             SELECT id FROM llm_calls WHERE started_at < $1 ORDER BY started_at LIMIT $2 FOR UPDATE SKIP LOCKED))",
        micros(before),
        i64::from(limit),
    );
    Ok(forgotten.execute(pool).await?.rows_affected())
}

struct Row {
    id: Uuid,
    account: String,
    requested_model: String,
    provider: String,
    model: String,
    outcome: String,
    error_code: Option<String>,
    attempts: i64,
    fallbacks: i64,
    prompt_tokens: Option<i64>,
    completion_tokens: Option<i64>,
    cached_tokens: Option<i64>,
    cache_write_tokens: Option<i64>,
    reasoning_tokens: Option<i64>,
    is_estimated: bool,
    cost_nano_usd: Option<i64>,
    started_at: i64,
    latency_micros: i64,
    first_token_micros: Option<i64>,
    deltas: i64,
    streamed_bytes: i64,
    trace_id: Option<String>,
}

impl From<Row> for LlmCall {
    fn from(row: Row) -> Self {
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
