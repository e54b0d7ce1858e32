//! The account book of model calls.

mod columns;

use artel_domain::Timestamp;
use artel_store::{LlmCall, LlmCallFilter, LlmCallGroup, LlmCallSum};
use sqlx::PgPool;

use crate::filters::filtered;
use crate::rows::LlmCallRow;
use crate::values::micros;
use columns::Columns;

pub(crate) async fn record(pool: &PgPool, calls: &[LlmCall]) -> sqlx::Result<()> {
    if calls.is_empty() { Ok(()) } else { Columns::of(calls).insert(pool).await }
}

pub(crate) async fn list(pool: &PgPool, account: &str, filter: LlmCallFilter) -> sqlx::Result<Vec<LlmCallRow>> {
    let mut tx = filtered(pool).await?;
    sqlx::query_as!(
        LlmCallRow,
        "SELECT id, account, agent_id, user_id, requested_model, provider, model, outcome, error_code, attempts, fallbacks, prompt_tokens, completion_tokens,
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

pub(crate) async fn sum(
    pool: &PgPool,
    account: &str,
    group: LlmCallGroup,
    filter: LlmCallFilter,
) -> sqlx::Result<Vec<LlmCallSum>> {
    let mut tx = filtered(pool).await?;
    sqlx::query_as!(
        LlmCallSum,
        r#"SELECT key AS "key?", count(*) AS "calls!", count(*) FILTER (WHERE outcome = 'error') AS "errors!",
             coalesce(sum(prompt_tokens), 0)::bigint AS "prompt_tokens!", coalesce(sum(completion_tokens), 0)::bigint AS "completion_tokens!",
             coalesce(sum(cost_nano_usd), 0)::bigint AS "cost_nano_usd!"
         FROM llm_calls, LATERAL (SELECT CASE $4::text
             WHEN 'day' THEN to_char(to_timestamp(started_at / 1000000) AT TIME ZONE 'UTC', 'YYYY-MM-DD')
             WHEN 'agent' THEN agent_id::text
             WHEN 'user' THEN user_id::text
             ELSE provider || ':' || model
         END AS key) AS groups
         WHERE account = $1 AND ($2::bigint IS NULL OR started_at >= $2) AND ($3::bigint IS NULL OR started_at < $3)
         GROUP BY key
         ORDER BY coalesce(sum(cost_nano_usd), 0) DESC, coalesce(sum(prompt_tokens), 0) + coalesce(sum(completion_tokens), 0) DESC,
             key COLLATE "C" NULLS FIRST
         LIMIT $5"#,
        account,
        filter.since.map(micros),
        filter.until.map(micros),
        group.word(),
        i64::from(filter.limit),
    )
    .fetch_all(&mut *tx)
    .await
}

/// Two workers that do so at the same time do not wait for each other.
pub(crate) async fn forget(pool: &PgPool, before: Timestamp, limit: u32) -> sqlx::Result<u64> {
    let forgotten = sqlx::query!(
        "DELETE FROM llm_calls WHERE id = ANY (ARRAY(
             SELECT id FROM llm_calls WHERE started_at < $1 ORDER BY started_at LIMIT $2 FOR UPDATE SKIP LOCKED))",
        micros(before),
        i64::from(limit),
    );
    Ok(forgotten.execute(pool).await?.rows_affected())
}
