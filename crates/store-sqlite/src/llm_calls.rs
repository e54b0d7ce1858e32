//! The account book of model calls.

use artel_domain::Timestamp;
use artel_store::{LlmCall, LlmCallFilter, LlmCallGroup, LlmCallSum};
use sqlx::SqlitePool;
use uuid::Uuid;

use crate::error::Outcome;
use crate::rows::LlmCallRow;
use crate::values::{hex, micros};
use crate::writer::Tx;

fn bounds(filter: LlmCallFilter) -> (Option<i64>, Option<i64>) {
    (filter.since.map(micros), filter.until.map(micros))
}

pub(crate) async fn record(tx: &mut Tx, calls: &[LlmCall]) -> Outcome<()> {
    let rows = calls.iter().map(|call| {
        let who = (hex(call.id), &call.account, &call.requested_model, &call.provider, &call.model, &call.trace_id);
        let how = (&call.outcome, &call.error_code, call.attempts, call.fallbacks, call.deltas, call.streamed_bytes);
        let usage = call.usage.map(|usage| {
            (
                usage.prompt_tokens,
                usage.completion_tokens,
                usage.cached_tokens,
                usage.cache_write_tokens,
                usage.reasoning_tokens,
            )
        });
        let used_by = (call.agent_id.map(hex), call.user_id.map(hex));
        let when = (micros(call.started_at), call.latency_micros, call.first_token_micros);
        (who, how, usage, i64::from(call.is_estimated), call.cost_nano_usd, when, used_by)
    });
    let rows = serde_json::to_string(&rows.collect::<Vec<_>>())?;
    sqlx::query!(
        "INSERT INTO llm_calls (id, account, requested_model, provider, model, trace_id, outcome, error_code, attempts, fallbacks, deltas,
             streamed_bytes, prompt_tokens, completion_tokens, cached_tokens, cache_write_tokens, reasoning_tokens, is_estimated,
             cost_nano_usd, started_at, latency_micros, first_token_micros, agent_id, user_id)
         SELECT unhex(value ->> '$[0][0]'), value ->> '$[0][1]', value ->> '$[0][2]', value ->> '$[0][3]', value ->> '$[0][4]',
             value ->> '$[0][5]', value ->> '$[1][0]', value ->> '$[1][1]', value ->> '$[1][2]', value ->> '$[1][3]', value ->> '$[1][4]',
             value ->> '$[1][5]', value ->> '$[2][0]', value ->> '$[2][1]', value ->> '$[2][2]', value ->> '$[2][3]', value ->> '$[2][4]',
             value ->> 3, value ->> 4, value ->> '$[5][0]', value ->> '$[5][1]', value ->> '$[5][2]',
             unhex(value ->> '$[6][0]'), unhex(value ->> '$[6][1]')
         FROM json_each(?) WHERE true
         ON CONFLICT (id) DO NOTHING",
        rows
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

pub(crate) async fn list(reads: &SqlitePool, account: &str, filter: LlmCallFilter) -> Outcome<Vec<LlmCall>> {
    let (since, until) = bounds(filter);
    let rows = sqlx::query_as!(
        LlmCallRow,
        r#"SELECT id AS "id!: uuid::Uuid", account AS "account!: String", agent_id AS "agent_id?: uuid::Uuid",
               user_id AS "user_id?: uuid::Uuid", requested_model AS "requested_model!: String",
               provider AS "provider!: String", model AS "model!: String", outcome AS "outcome!: String",
               error_code AS "error_code?: String", attempts AS "attempts!: i64", fallbacks AS "fallbacks!: i64",
               prompt_tokens AS "prompt_tokens?: i64", completion_tokens AS "completion_tokens?: i64",
               cached_tokens AS "cached_tokens?: i64", cache_write_tokens AS "cache_write_tokens?: i64",
               reasoning_tokens AS "reasoning_tokens?: i64", is_estimated AS "is_estimated!: bool",
               cost_nano_usd AS "cost_nano_usd?: i64", started_at AS "started_at!: i64", latency_micros AS "latency_micros!: i64",
               first_token_micros AS "first_token_micros?: i64", deltas AS "deltas!: i64", streamed_bytes AS "streamed_bytes!: i64",
               trace_id AS "trace_id?: String"
           FROM llm_calls
           WHERE account = ?1 AND (?2 IS NULL OR started_at >= ?2) AND (?3 IS NULL OR started_at < ?3)
           ORDER BY started_at DESC, id DESC LIMIT ?4"#,
        account,
        since,
        until,
        filter.limit
    );
    let rows = rows.fetch_all(reads).await?;
    Ok(rows.into_iter().map(LlmCall::from).collect())
}

/// An id as people read it; the database gives its digits only.
fn hyphenated(digits: String) -> String {
    digits.parse::<Uuid>().map_or(digits, |id| id.to_string())
}

pub(crate) async fn sum(
    reads: &SqlitePool,
    account: &str,
    group: LlmCallGroup,
    filter: LlmCallFilter,
) -> Outcome<Vec<LlmCallSum>> {
    let (word, (since, until)) = (group.word(), bounds(filter));
    let sums = sqlx::query_as!(
        LlmCallSum,
        r#"SELECT CASE ?4
                   WHEN 'day' THEN date(started_at / 1000000, 'unixepoch')
                   WHEN 'agent' THEN CASE WHEN agent_id IS NOT NULL THEN lower(hex(agent_id)) END
                   WHEN 'user' THEN CASE WHEN user_id IS NOT NULL THEN lower(hex(user_id)) END
                   ELSE provider || ':' || model
               END AS "key?: String",
               count(*) AS "calls!: i64", count(*) FILTER (WHERE outcome = 'error') AS "errors!: i64",
               coalesce(sum(prompt_tokens), 0) AS "prompt_tokens!: i64",
               coalesce(sum(completion_tokens), 0) AS "completion_tokens!: i64", coalesce(sum(cost_nano_usd), 0) AS "cost_nano_usd!: i64"
           FROM llm_calls
           WHERE account = ?1 AND (?2 IS NULL OR started_at >= ?2) AND (?3 IS NULL OR started_at < ?3)
           GROUP BY 1
           ORDER BY coalesce(sum(cost_nano_usd), 0) DESC, coalesce(sum(prompt_tokens), 0) + coalesce(sum(completion_tokens), 0) DESC, 1
           LIMIT ?5"#,
        account,
        since,
        until,
        word,
        filter.limit
    );
    let mut sums = sums.fetch_all(reads).await?;
    if matches!(group, LlmCallGroup::Agent | LlmCallGroup::User) {
        sums.iter_mut().for_each(|sum| sum.key = sum.key.take().map(hyphenated));
    }
    Ok(sums)
}

pub(crate) async fn forget(tx: &mut Tx, before: Timestamp, limit: u32) -> Outcome<u64> {
    let before = micros(before);
    let forgotten = sqlx::query!(
        "DELETE FROM llm_calls WHERE id IN (SELECT id FROM llm_calls WHERE started_at < ?1 ORDER BY started_at LIMIT ?2)",
        before,
        limit
    );
    Ok(forgotten.execute(&mut tx.conn).await?.rows_affected())
}
