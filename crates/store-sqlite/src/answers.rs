//! Answers from outside to calls that wait for them.

use artel_domain::{AuditEntry, RunId, ToolOutcome};
use artel_store::{AnswerTo, Answered, CallAnswer, Viewer};

use crate::error::Outcome;
use crate::steering;
use crate::values::micros;
use crate::writer::Tx;

pub(crate) async fn answer(tx: &mut Tx, viewer: &Viewer, answer: &CallAnswer, audit: &AuditEntry) -> Outcome<Answered> {
    let Some((run, is_open)) = find(tx, viewer, answer).await? else {
        return Ok(Answered::Unknown);
    };
    if !is_open {
        return Ok(Answered::Already(run));
    }
    set(tx, answer).await?;
    approve(tx, viewer, answer).await?;
    steering::wake(tx, run, micros(answer.at)).await?;
    tx.audit(viewer.tenant_id, audit);
    Ok(Answered::Accepted(run))
}

/// The run of the call, and whether an answer still counts: nobody answered or refused the call, and its run is neither
/// over nor cancelled.
async fn find(tx: &mut Tx, viewer: &Viewer, answer: &CallAnswer) -> Outcome<Option<(RunId, bool)>> {
    let to_form = answer.to == AnswerTo::Form;
    let user = viewer.changes_only().map(|user| user.0);
    let call = sqlx::query!(
        r#"SELECT r.id AS "run!: uuid::Uuid",
               c.finished_at IS NULL AND r.phase IN ('queued', 'running', 'waiting_for_approval')
                   AND NOT r.cancel_requested AND NOT EXISTS (
                   SELECT 1 FROM approvals a WHERE a.tenant_id = r.tenant_id AND a.session_id = r.session_id AND a.call_id = c.id
                       AND a.state NOT IN ('pending', 'approved')) AS "is_open!: bool"
           FROM tool_calls c JOIN runs r ON r.id = c.run_id
           WHERE c.id = ?1 AND r.tenant_id = ?2 AND r.session_id = ?3
               AND iif(?4, c.wait ->> '$.for' = 'form', c.executor = 'client')
               AND (?5 IS NULL OR EXISTS (SELECT 1 FROM session_access s WHERE s.tenant_id = r.tenant_id AND s.id = r.session_id
                   AND (NOT s.is_private OR s.owner_id = ?5)))"#,
        answer.call_id.0,
        viewer.tenant_id.0,
        answer.session_id.0,
        to_form,
        user
    )
    .fetch_optional(&mut tx.conn)
    .await?;
    Ok(call.map(|call| (RunId(call.run), call.is_open)))
}

async fn set(tx: &mut Tx, answer: &CallAnswer) -> Outcome<()> {
    let (state, at) = (answer.outcome.state().as_str(), micros(answer.at));
    let result = if let ToolOutcome::Succeeded { output } = &answer.outcome { Some(output.to_string()) } else { None };
    let error = answer.outcome.error();
    let by = answer.by.map(|user| user.0);
    sqlx::query!(
        "UPDATE tool_calls SET state = ?1, result = ?2, error = ?3, finished_at = ?4, answered_by = ?5 WHERE id = ?6",
        state,
        result,
        error,
        at,
        by,
        answer.call_id.0
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

/// An answer to a call that a human is still asked about approves the call.
async fn approve(tx: &mut Tx, viewer: &Viewer, answer: &CallAnswer) -> Outcome<()> {
    let (by, at) = (answer.by.map(|user| user.0), micros(answer.at));
    sqlx::query!(
        "UPDATE approvals SET state = 'approved', decision = 'approve', decided_by = ?1, decided_at = ?2
         WHERE tenant_id = ?3 AND session_id = ?4 AND call_id = ?5 AND state = 'pending'",
        by,
        at,
        viewer.tenant_id.0,
        answer.session_id.0,
        answer.call_id.0
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}
