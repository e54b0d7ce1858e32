//! One transaction of a run: the fence, and behind it all that the step writes.
//!
//! What nearly every step does goes in one trip to SQLite's thread, which costs more than the statements. When the
//! fence does not hold the intent fails, and the writer undoes what came after it.

use artel_domain::{Phase, RunId};
use artel_store::{Fence, SessionChange, Step, StoreError};

use crate::error::{Failure, Outcome};
use crate::values::micros;
use crate::writer::Tx;
use crate::{approvals, budgets, children, sessions, steering, tool_calls};

pub(crate) async fn commit(tx: &mut Tx, fence: &Fence, step: &Step) -> Outcome<()> {
    match step.phase {
        None | Some(Phase::Running) => stay(tx, fence, step).await?,
        Some(phase) => leave(tx, fence, step, phase).await?,
    }
    if !step.unanswered.is_empty() && tool_calls::any_answered(tx, fence, &step.unanswered).await? {
        return Err(Failure(StoreError::Answered));
    }
    for call in &step.new_calls {
        tool_calls::insert(tx, call).await?;
    }
    for change in &step.calls {
        tool_calls::change(tx, fence, change).await?;
    }
    if let Some(why) = &step.close_calls {
        tool_calls::close(tx, fence, why, step.at).await?;
    }
    if step.cancel_approvals {
        steering::cancel_pending(tx, fence.run_id, micros(step.at)).await?;
    }
    for approval in &step.replaced_approvals {
        approvals::replace(tx, fence, *approval, step.at).await?;
    }
    for approval in &step.approvals {
        approvals::insert(tx, approval).await?;
    }
    if !step.approvals.is_empty() {
        children::wake_above(tx, fence.run_id, micros(step.at)).await?;
    }
    if step.session != SessionChange::default() {
        sessions::change(tx, fence, &step.session, micros(step.at)).await?;
    }
    match step.settle {
        Some(spent) => budgets::settle(tx, fence, spent).await,
        None => Ok(()),
    }
}

/// What a step says about the run's row, as it is stored.
struct Columns<'s> {
    at: i64,
    code: Option<&'s str>,
    message: Option<&'s str>,
    prompt: Option<i64>,
    completion: Option<i64>,
    cached: Option<i64>,
    reasoning: Option<i64>,
    /// The journal entries: `[[seq, kind, payload, time], …]`.
    entries: String,
}

impl<'s> Columns<'s> {
    fn of(step: &'s Step) -> Outcome<Self> {
        let (code, message) = step.error.as_ref().map(|(code, message)| (code.as_str(), message.as_str())).unzip();
        let mut entries = Vec::with_capacity(step.entries.len());
        for entry in &step.entries {
            entries.push((entry.seq, entry.event.kind(), entry.event.payload()?, micros(entry.at)));
        }
        Ok(Self {
            at: micros(step.at),
            code,
            message,
            prompt: step.usage.map(|usage| usage.prompt_tokens),
            completion: step.usage.map(|usage| usage.completion_tokens),
            cached: step.usage.map(|usage| usage.cached_tokens),
            reasoning: step.usage.map(|usage| usage.reasoning_tokens),
            entries: serde_json::to_string(&entries)?,
        })
    }
}

/// The run stays its worker's. Touches no column of the run that an index has.
async fn stay(tx: &mut Tx, fence: &Fence, step: &Step) -> Outcome<()> {
    let columns = Columns::of(step)?;
    let written = sqlx::query!(
        "UPDATE runs SET updated_at = ?, crash_count = iif(?, 0, crash_count), output_message = coalesce(?, output_message),
             error_code = coalesce(?, error_code), error_message = coalesce(?, error_message),
             prompt_tokens = coalesce(?, prompt_tokens), completion_tokens = coalesce(?, completion_tokens),
             cached_tokens = coalesce(?, cached_tokens), reasoning_tokens = coalesce(?, reasoning_tokens)
         WHERE id = ? AND tenant_id = ? AND session_id = ? AND epoch = ? AND phase IN ('queued', 'running', 'waiting_for_approval');

         INSERT INTO journal (tenant_id, session_id, run_id, epoch, seq, kind, payload, created_at)
         SELECT ?, ?, ?, ?, value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?) WHERE changes() = 1",
        columns.at,
        step.progress,
        step.output_message,
        columns.code,
        columns.message,
        columns.prompt,
        columns.completion,
        columns.cached,
        columns.reasoning,
        fence.run_id.0,
        fence.tenant_id.0,
        fence.session_id.0,
        fence.epoch,
        fence.tenant_id.0,
        fence.session_id.0,
        fence.run_id.0,
        fence.epoch,
        columns.entries
    )
    .execute(&mut tx.conn)
    .await?;
    if written.rows_affected() == 0 {
        return Err(Failure(StoreError::Fenced));
    }
    if step.reserve > 0 { reserve_numbers(tx, fence, step).await } else { Ok(()) }
}

/// The worker lets go of the run. A run that was cancelled or decided meanwhile does not go to sleep, and only a run
/// that is being driven does: one that did before, and whose worker never heard of it, may have been woken. The numbers
/// that an ended run did not use go back to its session: only a run under way has any, so they are nobody's.
async fn leave(tx: &mut Tx, fence: &Fence, step: &Step, phase: Phase) -> Outcome<()> {
    let columns = Columns::of(step)?;
    let (word, over) = (phase.as_str(), phase.is_end());
    let reserved = step.next_seq + step.reserve;
    let waits_for = (!step.waits_for.is_empty()).then(|| serde_json::to_string(&step.waits_for)).transpose()?;
    let wake_at = step.wake_at.map(micros);
    let left = sqlx::query!(
        r#"UPDATE runs SET updated_at = ?, crash_count = iif(?, 0, crash_count), output_message = coalesce(?, output_message),
               error_code = coalesce(?, error_code), error_message = coalesce(?, error_message),
               prompt_tokens = coalesce(?, prompt_tokens), completion_tokens = coalesce(?, completion_tokens),
               cached_tokens = coalesce(?, cached_tokens), reasoning_tokens = coalesce(?, reasoning_tokens),
               phase = CASE WHEN ? = 'waiting_for_approval' AND (wake = 1 OR cancel_requested = 1) THEN 'queued' ELSE ? END,
               waits_for = ?, wake_at = ?, owner = NULL, lease_until = NULL, is_head = iif(?, 0, is_head), finished_at = iif(?, ?, NULL)
           WHERE id = ? AND tenant_id = ? AND session_id = ? AND epoch = ? AND phase IN ('queued', 'running', 'waiting_for_approval')
               AND (phase = 'running' OR ? <> 'waiting_for_approval')
           RETURNING EXISTS (SELECT 1 FROM runs o WHERE o.tenant_id = runs.tenant_id AND o.session_id = runs.session_id
               AND o.phase IN ('queued', 'running', 'waiting_for_approval') AND o.id <> runs.id) AS "successor!: bool",
               EXISTS (SELECT 1 FROM runs c WHERE c.parent_run_id = runs.id) AS "has_children!: bool",
               parent_run_id AS "parent?: uuid::Uuid";

           INSERT INTO journal (tenant_id, session_id, run_id, epoch, seq, kind, payload, created_at)
           SELECT ?, ?, ?, ?, value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?) WHERE changes() = 1;

           UPDATE sessions SET next_seq = iif(?, ?, max(next_seq, ?)), updated_at = ? WHERE tenant_id = ? AND id = ?"#,
        columns.at,
        step.progress,
        step.output_message,
        columns.code,
        columns.message,
        columns.prompt,
        columns.completion,
        columns.cached,
        columns.reasoning,
        word,
        word,
        waits_for,
        wake_at,
        over,
        over,
        columns.at,
        fence.run_id.0,
        fence.tenant_id.0,
        fence.session_id.0,
        fence.epoch,
        word,
        fence.tenant_id.0,
        fence.session_id.0,
        fence.run_id.0,
        fence.epoch,
        columns.entries,
        over,
        step.next_seq,
        reserved,
        columns.at,
        fence.tenant_id.0,
        fence.session_id.0
    );
    // All rows, so that every statement runs.
    let left = left.fetch_all(&mut tx.conn).await?.pop().ok_or(Failure(StoreError::Fenced))?;
    if over && left.successor {
        promote_successor(tx, fence).await?;
    }
    if over && left.has_children {
        children::cancel_below(tx, fence.run_id, columns.at).await?;
    }
    match left.parent.filter(|_| over) {
        Some(parent) => steering::wake(tx, RunId(parent), columns.at).await,
        None => Ok(()),
    }
}

async fn reserve_numbers(tx: &mut Tx, fence: &Fence, step: &Step) -> Outcome<()> {
    let end = step.next_seq + step.reserve;
    sqlx::query!(
        "UPDATE sessions SET next_seq = max(next_seq, ?1) WHERE tenant_id = ?2 AND id = ?3",
        end,
        fence.tenant_id.0,
        fence.session_id.0
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

async fn promote_successor(tx: &mut Tx, fence: &Fence) -> Outcome<()> {
    sqlx::query!(
        "UPDATE runs SET is_head = 1 WHERE id = (SELECT o.id FROM runs o WHERE o.tenant_id = ?1 AND o.session_id = ?2
             AND o.phase IN ('queued', 'running', 'waiting_for_approval') ORDER BY o.id LIMIT 1)",
        fence.tenant_id.0,
        fence.session_id.0
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}
