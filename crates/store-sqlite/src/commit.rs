//! One transaction of a run: the fence, and behind it all that the step writes.

use artel_domain::{Approval, Entry, Phase, ToolCallRow};
use artel_store::{CallChange, Fence, Step, StoreError};

use crate::error::{Failure, Outcome};
use crate::rows::micros;
use crate::writer::Tx;

pub(crate) async fn commit(tx: &mut Tx, fence: &Fence, step: &Step) -> Outcome<()> {
    let left = match step.phase {
        None | Some(Phase::Running) => stay(tx, fence, step).await?,
        Some(phase) => leave(tx, fence, step, phase).await?,
    };
    write_entries(tx, fence, &step.entries).await?;
    for call in &step.new_calls {
        insert_call(tx, call).await?;
    }
    for change in &step.calls {
        change_call(tx, fence, change).await?;
    }
    if step.cancel_approvals {
        cancel_approvals(tx, fence, step).await?;
    }
    for approval in &step.approvals {
        insert_approval(tx, approval).await?;
    }
    match left {
        Left::Over { successor } => {
            give_back_numbers(tx, fence, step).await?;
            if successor {
                promote_successor(tx, fence).await?;
            }
        }
        Left::Open if step.reserve > 0 => reserve_numbers(tx, fence, step).await?,
        Left::Open => {}
    }
    Ok(())
}

/// What the run's row became.
enum Left {
    Open,
    /// `successor`: another run of the session waits for its turn.
    Over {
        successor: bool,
    },
}

/// The fence when the run stays its worker's. Touches no column that an index has.
async fn stay(tx: &mut Tx, fence: &Fence, step: &Step) -> Outcome<Left> {
    let (code, message) = error_of(step);
    let usage = step.usage;
    let at = micros(step.at);
    let (prompt, completion) = (usage.map(|usage| usage.prompt_tokens), usage.map(|usage| usage.completion_tokens));
    let (cached, reasoning) = (usage.map(|usage| usage.cached_tokens), usage.map(|usage| usage.reasoning_tokens));
    let updated = sqlx::query!(
        "UPDATE runs SET updated_at = ?1, crash_count = iif(?2, 0, crash_count), output_message = coalesce(?3, output_message),
             error_code = coalesce(?4, error_code), error_message = coalesce(?5, error_message),
             prompt_tokens = coalesce(?6, prompt_tokens), completion_tokens = coalesce(?7, completion_tokens),
             cached_tokens = coalesce(?8, cached_tokens), reasoning_tokens = coalesce(?9, reasoning_tokens)
         WHERE id = ?10 AND tenant_id = ?11 AND session_id = ?12 AND epoch = ?13
             AND phase IN ('queued', 'running', 'waiting_for_approval')",
        at,
        step.progress,
        step.output_message,
        code,
        message,
        prompt,
        completion,
        cached,
        reasoning,
        fence.run_id.0,
        fence.tenant_id.0,
        fence.session_id.0,
        fence.epoch
    )
    .execute(&mut tx.conn)
    .await?;
    if updated.rows_affected() == 0 { Err(Failure(StoreError::Fenced)) } else { Ok(Left::Open) }
}

/// The fence when the worker lets go of the run. A run that was cancelled or decided meanwhile does not go to sleep.
async fn leave(tx: &mut Tx, fence: &Fence, step: &Step, phase: Phase) -> Outcome<Left> {
    let (code, message) = error_of(step);
    let usage = step.usage;
    let at = micros(step.at);
    let (prompt, completion) = (usage.map(|usage| usage.prompt_tokens), usage.map(|usage| usage.completion_tokens));
    let (cached, reasoning) = (usage.map(|usage| usage.cached_tokens), usage.map(|usage| usage.reasoning_tokens));
    let (word, over) = (phase.as_str(), phase.is_end());
    let left = sqlx::query!(
        r#"UPDATE runs SET updated_at = ?1, crash_count = iif(?2, 0, crash_count), output_message = coalesce(?3, output_message),
             error_code = coalesce(?4, error_code), error_message = coalesce(?5, error_message),
             prompt_tokens = coalesce(?6, prompt_tokens), completion_tokens = coalesce(?7, completion_tokens),
             cached_tokens = coalesce(?8, cached_tokens), reasoning_tokens = coalesce(?9, reasoning_tokens),
             phase = iif(?14 = 'waiting_for_approval' AND (wake = 1 OR cancel_requested = 1), 'queued', ?14),
             owner = NULL, lease_until = NULL, is_head = iif(?15, 0, is_head), finished_at = iif(?15, ?1, NULL)
         WHERE id = ?10 AND tenant_id = ?11 AND session_id = ?12 AND epoch = ?13
             AND phase IN ('queued', 'running', 'waiting_for_approval')
         RETURNING EXISTS (SELECT 1 FROM runs o WHERE o.tenant_id = ?11 AND o.session_id = ?12
             AND o.phase IN ('queued', 'running', 'waiting_for_approval') AND o.id <> ?10) AS "successor!: bool""#,
        at,
        step.progress,
        step.output_message,
        code,
        message,
        prompt,
        completion,
        cached,
        reasoning,
        fence.run_id.0,
        fence.tenant_id.0,
        fence.session_id.0,
        fence.epoch,
        word,
        over
    )
    .fetch_optional(&mut tx.conn)
    .await?
    .ok_or(Failure(StoreError::Fenced))?;
    Ok(if over { Left::Over { successor: left.successor } } else { Left::Open })
}

fn error_of(step: &Step) -> (Option<&str>, Option<&str>) {
    step.error.as_ref().map(|(code, message)| (code.as_str(), message.as_str())).unzip()
}

async fn write_entries(tx: &mut Tx, fence: &Fence, entries: &[Entry]) -> Outcome<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let mut values = Vec::with_capacity(entries.len());
    for entry in entries {
        values.push((entry.seq, entry.event.kind(), serde_json::to_string(&entry.event)?, micros(entry.at)));
    }
    let values = serde_json::to_string(&values)?;
    sqlx::query!(
        "INSERT INTO journal (tenant_id, session_id, run_id, epoch, seq, kind, payload, created_at)
         SELECT ?1, ?2, ?3, ?4, value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?5)",
        fence.tenant_id.0,
        fence.session_id.0,
        fence.run_id.0,
        fence.epoch,
        values
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

async fn insert_call(tx: &mut Tx, call: &ToolCallRow) -> Outcome<()> {
    let args = call.args.to_string();
    let tool = call.tool_id.map(|tool| tool.0);
    let (effect, state) = (call.effect.as_str(), call.state.as_str());
    let result = call.result.as_ref().map(ToString::to_string);
    let (planned, dispatched, finished) = (micros(call.planned_at), call.dispatched_at.map(micros), call.finished_at.map(micros));
    sqlx::query!(
        "INSERT INTO tool_calls (id, tenant_id, run_id, step, ordinal, provider_call_id, tool_id, name, args, args_digest, effect, state,
             attempts, result, error, duration_ms, planned_at, dispatched_at, finished_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
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

async fn change_call(tx: &mut Tx, fence: &Fence, change: &CallChange) -> Outcome<()> {
    let state = change.state.as_str();
    let (args, digest) = change.args.as_ref().map(|(args, digest)| (args.to_string(), digest.as_str())).unzip();
    let result = change.result.as_ref().map(ToString::to_string);
    let (dispatched, finished) = (change.dispatched_at.map(micros), change.finished_at.map(micros));
    sqlx::query!(
        "UPDATE tool_calls SET state = ?1, attempts = coalesce(?2, attempts), args = coalesce(?3, args),
             args_digest = coalesce(?4, args_digest), result = coalesce(?5, result), error = coalesce(?6, error),
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
        fence.run_id.0
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

async fn cancel_approvals(tx: &mut Tx, fence: &Fence, step: &Step) -> Outcome<()> {
    let at = micros(step.at);
    sqlx::query!("UPDATE approvals SET state = 'cancelled', decided_at = ?1 WHERE run_id = ?2 AND state = 'pending'", at, fence.run_id.0)
        .execute(&mut tx.conn)
        .await?;
    Ok(())
}

/// Asking twice about one call finds the first question.
async fn insert_approval(tx: &mut Tx, approval: &Approval) -> Outcome<()> {
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

/// Only a run that is under way has numbers of its session, so what it did not use is nobody's.
async fn give_back_numbers(tx: &mut Tx, fence: &Fence, step: &Step) -> Outcome<()> {
    let at = micros(step.at);
    sqlx::query!(
        "UPDATE sessions SET next_seq = ?1, updated_at = ?2 WHERE tenant_id = ?3 AND id = ?4",
        step.next_seq,
        at,
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
