//! Answers from outside to calls that wait for them.

use artel_domain::{AuditEntry, RunId, ToolOutcome};
use artel_store::{AnswerTo, Answered, CallAnswer, Viewer};
use sqlx::{PgConnection, PgPool};

use crate::begun::begin;
use crate::values::{json, micros, text};
use crate::{audit, steering};

pub(crate) async fn answer(
    pool: &PgPool,
    viewer: &Viewer,
    answer: &CallAnswer,
    audit: &AuditEntry,
) -> sqlx::Result<Answered> {
    let mut tx = begin(pool).await?;
    let Some(run) = lock_run(&mut tx, viewer, answer).await? else { return Ok(Answered::Unknown) };
    if !is_open(&mut tx, answer).await? {
        // At once, because a claim passes over a run that is locked.
        tx.rollback().await?;
        return Ok(Answered::Already(run));
    }
    set(&mut tx, answer).await?;
    approve(&mut tx, viewer, answer).await?;
    steering::wake(&mut tx, run, audit.at).await?;
    audit::append(&mut tx, viewer.tenant_id, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(Answered::Accepted(run))
}

/// The run of the call. It comes first: its worker locks run and calls in this order too.
async fn lock_run(tx: &mut PgConnection, viewer: &Viewer, answer: &CallAnswer) -> sqlx::Result<Option<RunId>> {
    let run = sqlx::query_scalar!(
        "SELECT r.id FROM tool_calls c JOIN runs r ON r.id = c.run_id
         WHERE c.id = $1 AND r.tenant_id = $2 AND r.session_id = $3
           AND CASE WHEN $4::boolean THEN c.wait::json ->> 'for' = 'form' ELSE c.executor = 'client' END
           AND ($5::uuid IS NULL OR EXISTS (SELECT 1 FROM session_access s WHERE s.tenant_id = r.tenant_id AND s.id = r.session_id
               AND (NOT s.is_private OR s.owner_id = $5)))
         FOR UPDATE OF r",
        answer.call_id.0,
        viewer.tenant_id.0,
        text(&answer.session_id.0),
        answer.to == AnswerTo::Form,
        viewer.changes_only().map(|user| user.0),
    );
    Ok(run.fetch_optional(tx).await?.map(RunId))
}

/// Whether an answer still counts: nobody answered or refused the call, and its run is neither over nor cancelled.
/// Asked when the run is locked, so that of two answers, or an answer and a cancel, the second sees the first.
async fn is_open(tx: &mut PgConnection, answer: &CallAnswer) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT c.finished_at IS NULL AND r.phase IN ('queued', 'running', 'waiting_for_approval')
                  AND NOT r.cancel_requested AND NOT EXISTS (
                  SELECT 1 FROM approvals a
                  WHERE a.tenant_id = r.tenant_id AND a.session_id = r.session_id AND a.call_id = c.id
                    AND a.state NOT IN ('pending', 'approved')) AS "is_open!"
           FROM tool_calls c JOIN runs r ON r.id = c.run_id WHERE c.id = $1"#,
        answer.call_id.0,
    )
    .fetch_one(tx)
    .await
}

async fn set(tx: &mut PgConnection, answer: &CallAnswer) -> sqlx::Result<()> {
    let result = if let ToolOutcome::Succeeded { output } = &answer.outcome { Some(json(output)?) } else { None };
    sqlx::query!(
        "UPDATE tool_calls SET state = $2, result = $3, error = $4, finished_at = $5, answered_by = $6 WHERE id = $1",
        answer.call_id.0,
        answer.outcome.state().as_str(),
        result,
        answer.outcome.error().map(text),
        micros(answer.at),
        answer.by.map(|user| user.0),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// An answer to a call that a human is still asked about approves the call.
async fn approve(tx: &mut PgConnection, viewer: &Viewer, answer: &CallAnswer) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE approvals SET state = 'approved', decision = 'approve', decided_by = $4, decided_at = $5
         WHERE tenant_id = $1 AND session_id = $2 AND call_id = $3 AND state = 'pending'",
        viewer.tenant_id.0,
        text(&answer.session_id.0),
        answer.call_id.0,
        answer.by.map(|user| user.0),
        micros(answer.at),
    )
    .execute(tx)
    .await?;
    Ok(())
}
