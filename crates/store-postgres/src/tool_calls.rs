//! Tool calls: the current state of what the journal tells step by step.

use artel_domain::{CallId, EarlierRef, RunId, Timestamp, ToolCallRow};
use artel_store::{CallChange, Viewer};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::rows::select_call;
use crate::values::{json, maybe_json, micros, text};

pub(crate) async fn of_runs(pool: &PgPool, viewer: &Viewer, runs: &[RunId]) -> sqlx::Result<Vec<ToolCallRow>> {
    let runs: Vec<Uuid> = runs.iter().map(|run| run.0).collect();
    let rows = select_call!(
        "WHERE run_id = ANY ($2) AND tenant_id = $1
           AND ($3::uuid IS NULL OR EXISTS (SELECT 1 FROM runs r JOIN session_access s ON s.tenant_id = r.tenant_id AND s.id = r.session_id
               WHERE r.id = tool_calls.run_id AND (NOT s.is_private OR s.owner_id = $3)))
         ORDER BY run_id, step, ordinal",
        viewer.tenant_id.0,
        &runs,
        viewer.reads_only().map(|user| user.0),
    );
    rows.fetch_all(pool).await?.into_iter().map(ToolCallRow::try_from).collect()
}

/// Those of the run that waited for something from outside and are over.
pub(crate) async fn answered(pool: &PgPool, run: RunId) -> sqlx::Result<Vec<ToolCallRow>> {
    let rows = select_call!(
        "WHERE run_id = $1 AND (executor = 'client' OR wait IS NOT NULL) AND finished_at IS NOT NULL ORDER BY step, ordinal",
        run.0
    );
    rows.fetch_all(pool).await?.into_iter().map(ToolCallRow::try_from).collect()
}

/// Planned once: a call that is there already stays as it is.
pub(crate) async fn insert(tx: &mut PgConnection, calls: &[ToolCallRow]) -> sqlx::Result<()> {
    for call in calls {
        let earlier = EarlierRef::of(call.tool.as_ref());
        sqlx::query!(
            "INSERT INTO tool_calls (id, tenant_id, run_id, step, ordinal, provider_call_id, tool_id, name, args, args_digest, effect,
                                     executor, state, attempts, result, error, duration_ms, planned_at, dispatched_at, finished_at,
                                     tool, wait, answered_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)
             ON CONFLICT (id) DO NOTHING",
            call.id.0,
            call.tenant_id.0,
            call.run_id.0,
            i64::from(call.step),
            i64::from(call.ordinal),
            text(&call.provider_call_id),
            earlier.tool_id.map(|id| id.0),
            text(&call.name),
            json(&call.args)?,
            call.args_digest,
            call.effect.as_str(),
            earlier.executor.as_str(),
            call.state.as_str(),
            i64::from(call.attempts),
            maybe_json(call.result.as_ref())?,
            call.error.as_deref().map(text),
            call.duration_ms,
            micros(call.planned_at),
            call.dispatched_at.map(micros),
            call.finished_at.map(micros),
            maybe_json(call.tool.as_ref())?,
            maybe_json(call.wait.as_ref())?,
            call.answered_by.map(|user| user.0),
        )
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

/// `run` is the fence's: a worker changes only the calls of the run it holds.
pub(crate) async fn change(tx: &mut PgConnection, run: RunId, changes: &[CallChange]) -> sqlx::Result<()> {
    for change in changes {
        let args = change.args.as_ref();
        sqlx::query!(
            "UPDATE tool_calls
             SET state = CASE WHEN finished_at IS NOT NULL AND NOT $12::boolean THEN state ELSE $3 END,
                 attempts = coalesce($4, attempts), args = coalesce($5, args), args_digest = coalesce($6, args_digest),
                 result = coalesce($7, result), error = coalesce($8, error), duration_ms = coalesce($9, duration_ms),
                 dispatched_at = coalesce($10, dispatched_at), finished_at = coalesce(finished_at, $11),
                 wait = coalesce($13, wait), event_service = coalesce($14, event_service), event_type = coalesce($15, event_type)
             WHERE id = $1 AND run_id = $2",
            change.id.0,
            run.0,
            change.state.as_str(),
            change.attempts.map(i64::from),
            maybe_json(args.map(|(args, _)| args))?,
            args.map(|(_, digest)| digest),
            maybe_json(change.result.as_ref())?,
            change.error.as_deref().map(text),
            change.duration_ms,
            change.dispatched_at.map(micros),
            change.finished_at.map(micros),
            change.state.is_final(),
            maybe_json(change.wait.as_ref())?,
            change.event().map(|(service, _)| text(service)),
            change.event().map(|(_, kind)| text(kind)),
        )
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

/// Whether one of these calls of the run has a result from outside.
pub(crate) async fn any_answered(tx: &mut PgConnection, run: RunId, calls: &[CallId]) -> sqlx::Result<bool> {
    let calls: Vec<Uuid> = calls.iter().map(|call| call.0).collect();
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM tool_calls WHERE run_id = $1 AND id = ANY ($2) AND finished_at IS NOT NULL)
               AS "answered!""#,
        run.0,
        &calls,
    )
    .fetch_one(tx)
    .await
}

/// Ends the run's calls that have no result.
pub(crate) async fn close(tx: &mut PgConnection, run: RunId, why: &str, at: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE tool_calls SET state = CASE WHEN dispatched_at IS NULL THEN 'failed' ELSE 'unknown' END, error = $2,
             finished_at = $3
         WHERE run_id = $1 AND finished_at IS NULL",
        run.0,
        why,
        micros(at),
    )
    .execute(tx)
    .await?;
    Ok(())
}
