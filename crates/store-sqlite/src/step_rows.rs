//! The rows of their own that a step writes: tool calls and approvals.

use artel_domain::{Approval, EarlierRef, ToolCallRow};
use artel_store::{CallChange, Fence, Step};

use crate::error::Outcome;
use crate::rows::micros;
use crate::writer::Tx;

pub(crate) async fn insert_call(tx: &mut Tx, call: &ToolCallRow) -> Outcome<()> {
    let args = call.args.to_string();
    let earlier = EarlierRef::of(call.tool.as_ref());
    let tool = earlier.tool_id.map(|tool| tool.0);
    let (effect, executor, state) = (call.effect.as_str(), earlier.executor.as_str(), call.state.as_str());
    let result = call.result.as_ref().map(ToString::to_string);
    let (planned, dispatched, finished) = (micros(call.planned_at), call.dispatched_at.map(micros), call.finished_at.map(micros));
    sqlx::query!(
        "INSERT INTO tool_calls (id, tenant_id, run_id, step, ordinal, provider_call_id, tool_id, name, args, args_digest, effect, executor,
             state, attempts, result, error, duration_ms, planned_at, dispatched_at, finished_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)",
        call.id.0,
        call.tenant_id.0,
        call.run_id.0,
        call.step,
        call.ordinal,
        call.provider_call_id,
        tool,
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
        finished
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

pub(crate) async fn change_call(tx: &mut Tx, fence: &Fence, change: &CallChange) -> Outcome<()> {
    let (state, is_final) = (change.state.as_str(), change.state.is_final());
    let (args, digest) = change.args.as_ref().map(|(args, digest)| (args.to_string(), digest.as_str())).unzip();
    let result = change.result.as_ref().map(ToString::to_string);
    let (dispatched, finished) = (change.dispatched_at.map(micros), change.finished_at.map(micros));
    sqlx::query!(
        "UPDATE tool_calls SET state = iif(finished_at IS NOT NULL AND NOT ?12, state, ?1), attempts = coalesce(?2, attempts),
             args = coalesce(?3, args), args_digest = coalesce(?4, args_digest), result = coalesce(?5, result), error = coalesce(?6, error),
             duration_ms = coalesce(?7, duration_ms), dispatched_at = coalesce(?8, dispatched_at), finished_at = coalesce(?9, finished_at)
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
        is_final
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

pub(crate) async fn cancel_approvals(tx: &mut Tx, fence: &Fence, step: &Step) -> Outcome<()> {
    let at = micros(step.at);
    sqlx::query!("UPDATE approvals SET state = 'cancelled', decided_at = ?1 WHERE run_id = ?2 AND state = 'pending'", at, fence.run_id.0)
        .execute(&mut tx.conn)
        .await?;
    Ok(())
}

/// Asking twice about one call finds the first question.
pub(crate) async fn insert_approval(tx: &mut Tx, approval: &Approval) -> Outcome<()> {
    let args = approval.args.to_string();
    let (state, decision) = (approval.state.as_str(), approval.decision.map(artel_domain::Decision::as_str));
    let decided_args = approval.decided_args.as_ref().map(ToString::to_string);
    let decided_by = approval.decided_by.map(|user| user.0);
    let (created, expires, decided) = (micros(approval.created_at), approval.expires_at.map(micros), approval.decided_at.map(micros));
    sqlx::query!(
        "INSERT INTO approvals (id, tenant_id, session_id, run_id, call_id, name, args, args_digest, reason, state, decision, decided_args,
             feedback, decided_by, created_at, expires_at, decided_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
         ON CONFLICT (id) DO NOTHING",
        approval.id.0,
        approval.tenant_id.0,
        approval.session_id.0,
        approval.run_id.0,
        approval.call_id.0,
        approval.name,
        args,
        approval.args_digest,
        approval.reason,
        state,
        decision,
        decided_args,
        approval.feedback,
        decided_by,
        created,
        expires,
        decided
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}
