//! Tool calls: the current state of what the journal tells step by step.

use artel_domain::{CallId, EarlierRef, RunId, Timestamp, ToolCallRow};
use artel_store::{CallChange, Fence, Viewer};
use sqlx::SqlitePool;

use crate::error::Outcome;
use crate::rows::{all, calls};
use crate::values::{hex_list, micros};
use crate::writer::Tx;

pub(crate) async fn of_runs(reads: &SqlitePool, viewer: &Viewer, runs: &[RunId]) -> Outcome<Vec<ToolCallRow>> {
    let user = viewer.reads_only().map(|user| user.0);
    let runs = hex_list(runs.iter().map(|run| run.0))?;
    let found = calls!(
        "WHERE run_id IN (SELECT unhex(value) FROM json_each(?1)) AND tenant_id = ?2
             AND (?3 IS NULL OR EXISTS (SELECT 1 FROM runs r JOIN session_access s ON s.tenant_id = r.tenant_id AND s.id = r.session_id
                 WHERE r.id = tool_calls.run_id AND (NOT s.is_private OR s.owner_id = ?3)))
         ORDER BY run_id, step, ordinal",
        runs,
        viewer.tenant_id.0,
        user
    )
    .fetch_all(reads)
    .await?;
    all(found)
}

/// Calls of the run that waited for something from outside and are over, in the order they were planned.
pub(crate) async fn answered(reads: &SqlitePool, run: RunId) -> Outcome<Vec<ToolCallRow>> {
    let answered = calls!(
        "WHERE run_id = ?1 AND (executor = 'client' OR wait IS NOT NULL) AND finished_at IS NOT NULL ORDER BY step, ordinal",
        run.0
    );
    all(answered.fetch_all(reads).await?)
}

pub(crate) async fn insert(tx: &mut Tx, call: &ToolCallRow) -> Outcome<()> {
    let args = call.args.to_string();
    let earlier = EarlierRef::of(call.tool.as_ref());
    let tool_id = earlier.tool_id.map(|tool| tool.0);
    let tool = call.tool.as_ref().map(serde_json::to_string).transpose()?;
    let wait = call.wait.as_ref().map(serde_json::to_string).transpose()?;
    let answered_by = call.answered_by.map(|user| user.0);
    let (effect, executor, state) = (call.effect.as_str(), earlier.executor.as_str(), call.state.as_str());
    let result = call.result.as_ref().map(ToString::to_string);
    let (planned, dispatched, finished) =
        (micros(call.planned_at), call.dispatched_at.map(micros), call.finished_at.map(micros));
    sqlx::query!(
        "INSERT INTO tool_calls (id, tenant_id, run_id, step, ordinal, provider_call_id, tool_id, name, args, args_digest, effect, executor,
             state, attempts, result, error, duration_ms, planned_at, dispatched_at, finished_at, tool, wait, answered_by)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23)",
        call.id.0,
        call.tenant_id.0,
        call.run_id.0,
        call.step,
        call.ordinal,
        call.provider_call_id,
        tool_id,
        call.name,
        args,
        call.args_digest,
        effect,
        executor,
        state,
        call.attempts,
        result,
        call.error,
        call.duration_ms,
        planned,
        dispatched,
        finished,
        tool,
        wait,
        answered_by
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

pub(crate) async fn change(tx: &mut Tx, fence: &Fence, change: &CallChange) -> Outcome<()> {
    let (state, is_final) = (change.state.as_str(), change.state.is_final());
    let (args, digest) = change.args.as_ref().map(|(args, digest)| (args.to_string(), digest.as_str())).unzip();
    let result = change.result.as_ref().map(ToString::to_string);
    let wait = change.wait.as_ref().map(serde_json::to_string).transpose()?;
    let (service, kind) = change.event().unzip();
    let (dispatched, finished) = (change.dispatched_at.map(micros), change.finished_at.map(micros));
    sqlx::query!(
        "UPDATE tool_calls SET state = iif(finished_at IS NOT NULL AND NOT ?12, state, ?1), attempts = coalesce(?2, attempts),
             args = coalesce(?3, args), args_digest = coalesce(?4, args_digest), result = coalesce(?5, result), error = coalesce(?6, error),
             duration_ms = coalesce(?7, duration_ms), dispatched_at = coalesce(?8, dispatched_at), finished_at = coalesce(finished_at, ?9),
             wait = coalesce(?13, wait), event_service = coalesce(?14, event_service), event_type = coalesce(?15, event_type)
         WHERE id = ?10 AND run_id = ?11",
        state,
        change.attempts,
        args,
        digest,
        result,
        change.error,
        change.duration_ms,
        dispatched,
        finished,
        change.id.0,
        fence.run_id.0,
        is_final,
        wait,
        service,
        kind
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

/// Whether one of these calls of the run has a result from outside.
pub(crate) async fn any_answered(tx: &mut Tx, fence: &Fence, calls: &[CallId]) -> Outcome<bool> {
    let calls = hex_list(calls.iter().map(|call| call.0))?;
    let answered = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM tool_calls WHERE run_id = ?1 AND finished_at IS NOT NULL
               AND id IN (SELECT unhex(value) FROM json_each(?2))) AS "answered!: bool""#,
        fence.run_id.0,
        calls
    );
    Ok(answered.fetch_one(&mut tx.conn).await?)
}

/// Ends the run's calls that have no result.
pub(crate) async fn close(tx: &mut Tx, fence: &Fence, why: &str, at: Timestamp) -> Outcome<()> {
    let at = micros(at);
    sqlx::query!(
        "UPDATE tool_calls SET state = iif(dispatched_at IS NULL, 'failed', 'unknown'), error = ?1, finished_at = ?2
         WHERE run_id = ?3 AND finished_at IS NULL",
        why,
        at,
        fence.run_id.0
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}
