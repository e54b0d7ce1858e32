//! What a worker writes: fenced by the run's epoch, all or nothing, in one round trip where it can be.

use artel_domain::{Phase, RunId, Timestamp};
use artel_store::{Fence, SessionChange, Step};
use sqlx::{PgConnection, PgExecutor, PgPool};

use crate::begun::begin;
use crate::rows::payload;
use crate::values::{maybe_json, micros, text};
use crate::{approvals, budgets, children, sessions, steering, tool_calls};

/// What became of a step.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    Done,
    /// The run is another worker's, or over.
    Fenced,
    /// A call that the step ends without an answer has one.
    Answered,
}

pub(crate) async fn commit(pool: &PgPool, fence: &Fence, step: &Step) -> sqlx::Result<Written> {
    if only_journal(step) {
        let held = write(pool, fence, step, Followers::MustBeNone).await?;
        if held || !ends(step) {
            return Ok(if held { Written::Done } else { Written::Fenced });
        }
    }
    let mut tx = begin(pool).await?;
    if !write(&mut *tx, fence, step, Followers::MayBe).await? {
        return Ok(Written::Fenced);
    }
    // The run is locked: an answer has come before, or it sees what is written here.
    if !step.unanswered.is_empty() && tool_calls::any_answered(&mut tx, fence.run_id, &step.unanswered).await? {
        tx.rollback().await?;
        return Ok(Written::Answered);
    }
    write_calls(&mut tx, fence, step).await?;
    if let Some(spent) = step.settle {
        budgets::settle(&mut tx, fence, spent).await?;
    }
    if step.session != SessionChange::default() {
        sessions::change(&mut tx, fence, &step.session, step.at).await?;
    }
    if ends(step) {
        promote_follower(&mut tx, fence).await?;
        tell_family(&mut tx, fence, step.at).await?;
    }
    tx.commit().await?;
    Ok(Written::Done)
}

fn only_journal(step: &Step) -> bool {
    let calls = step.new_calls.is_empty() && step.calls.is_empty() && step.close_calls.is_none();
    calls
        && step.approvals.is_empty()
        && !step.cancel_approvals
        && step.settle.is_none()
        && step.session == SessionChange::default()
}

fn ends(step: &Step) -> bool {
    step.phase.is_some_and(Phase::is_end)
}

/// Whether other runs must hear of this one's end: those of its session behind it, the one that started it, and those
/// that it started. Its end must then be followed by statements about them; most runs end in one statement.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Followers {
    MustBeNone,
    MayBe,
}

/// Run, journal and the session's numbers, when the fence holds. An approval that was decided, or a cancel that came,
/// while the run was being driven is not slept over: the run goes back to the queue instead. Only a run that is being
/// driven falls asleep: one that did before, and whose worker never heard of it, may have been woken meanwhile.
async fn write(executor: impl PgExecutor<'_>, fence: &Fence, step: &Step, followers: Followers) -> sqlx::Result<bool> {
    let seqs: Vec<i64> = step.entries.iter().map(|entry| entry.seq).collect();
    let kinds: Vec<String> = step.entries.iter().map(|entry| entry.event.kind().to_owned()).collect();
    let payloads = step.entries.iter().map(payload).collect::<sqlx::Result<Vec<_>>>()?;
    let times: Vec<i64> = step.entries.iter().map(|entry| micros(entry.at)).collect();
    let waits_for = maybe_json((!step.waits_for.is_empty()).then_some(&step.waits_for))?;
    let (code, message) = step.error.as_ref().map(|(code, message)| (text(code.as_str()), text(message))).unzip();
    let held = sqlx::query_scalar!(
        r#"WITH fence AS (
             UPDATE runs
             SET phase = CASE WHEN $5::text = 'waiting_for_approval' AND (wake OR cancel_requested) THEN 'queued'
                              ELSE coalesce($5, phase) END,
                 owner = CASE WHEN coalesce($5, 'running') = 'running' THEN owner END,
                 lease_until = CASE WHEN coalesce($5, 'running') = 'running' THEN lease_until END,
                 wake = wake AND $5 IS NULL,
                 waits_for = CASE WHEN $5::text = 'waiting_for_approval' THEN $23 ELSE waits_for END,
                 wake_at = CASE WHEN $5::text = 'waiting_for_approval' THEN $24 ELSE wake_at END,
                 is_head = CASE WHEN $6 THEN 0 ELSE is_head END,
                 crash_count = CASE WHEN $7 THEN 0 ELSE crash_count END,
                 output_message = coalesce($8, output_message),
                 error_code = coalesce($9, error_code),
                 error_message = coalesce($10, error_message),
                 prompt_tokens = coalesce($11, prompt_tokens),
                 completion_tokens = coalesce($12, completion_tokens),
                 cached_tokens = coalesce($13, cached_tokens),
                 reasoning_tokens = coalesce($14, reasoning_tokens),
                 updated_at = $15,
                 finished_at = CASE WHEN $6 THEN $15 ELSE finished_at END
             WHERE id = $1 AND tenant_id = $2 AND session_id = $3 AND epoch = $4
               AND phase IN ('queued', 'running', 'waiting_for_approval')
               AND (phase = 'running' OR $5::text IS DISTINCT FROM 'waiting_for_approval')
               AND ((is_head < 2 AND parent_run_id IS NULL) OR NOT $6 OR $16)
             RETURNING id
           ), entry AS (
             INSERT INTO journal (tenant_id, session_id, seq, run_id, kind, payload, epoch, created_at)
             SELECT $2, $3, e.seq, fence.id, e.kind, e.payload, $4, e.at
             FROM fence, unnest($17::bigint[], $18::text[], $19::text[], $20::bigint[]) AS e (seq, kind, payload, at)
           ), numbers AS (
             UPDATE sessions s SET next_seq = CASE WHEN $6 THEN $21::bigint ELSE greatest(s.next_seq, $21::bigint + $22::bigint) END
             FROM fence WHERE ($6 OR $22::bigint > 0) AND s.tenant_id = $2 AND s.id = $3
           )
           SELECT count(*) = 1 AS "held!" FROM fence"#,
        fence.run_id.0,
        fence.tenant_id.0,
        text(&fence.session_id.0),
        fence.epoch,
        step.phase.map(Phase::as_str),
        ends(step),
        step.progress,
        step.output_message.as_deref().map(text),
        code,
        message,
        step.usage.map(|usage| usage.prompt_tokens),
        step.usage.map(|usage| usage.completion_tokens),
        step.usage.map(|usage| usage.cached_tokens),
        step.usage.map(|usage| usage.reasoning_tokens),
        micros(step.at),
        followers == Followers::MayBe,
        &seqs,
        &kinds,
        &payloads,
        &times,
        step.next_seq,
        step.reserve,
        waits_for,
        step.wake_at.map(micros),
    )
    .fetch_one(executor)
    .await?;
    Ok(held)
}

async fn write_calls(tx: &mut PgConnection, fence: &Fence, step: &Step) -> sqlx::Result<()> {
    tool_calls::insert(tx, &step.new_calls).await?;
    tool_calls::change(tx, fence.run_id, &step.calls).await?;
    if let Some(why) = &step.close_calls {
        tool_calls::close(tx, fence.run_id, why, step.at).await?;
    }
    if step.cancel_approvals {
        steering::cancel_pending(tx, fence.run_id, step.at).await?;
    }
    if !step.replaced_approvals.is_empty() {
        approvals::replace(tx, fence.run_id, &step.replaced_approvals, step.at).await?;
    }
    approvals::insert(tx, &step.approvals).await?;
    if step.approvals.is_empty() { Ok(()) } else { children::wake_above(tx, fence.run_id, step.at).await }
}

/// The runs below this one are to end, and the run that started it hears of the end.
async fn tell_family(tx: &mut PgConnection, fence: &Fence, at: Timestamp) -> sqlx::Result<()> {
    let family = sqlx::query!(
        r#"SELECT parent_run_id, EXISTS (SELECT 1 FROM runs c WHERE c.parent_run_id = r.id) AS "has_children!"
           FROM runs r WHERE id = $1"#,
        fence.run_id.0
    );
    let family = family.fetch_one(&mut *tx).await?;
    if family.has_children {
        children::cancel_below(tx, fence.run_id, at).await?;
    }
    match family.parent_run_id {
        Some(parent) => steering::wake_open(tx, RunId(parent), at).await,
        None => Ok(()),
    }
}

/// The oldest run behind becomes the session's head. Nobody can join the queue unseen: who does marks the head's row,
/// which this transaction has changed.
async fn promote_follower(tx: &mut PgConnection, fence: &Fence) -> sqlx::Result<()> {
    sqlx::query!(
        "WITH behind AS (
           SELECT b.id FROM runs b
           WHERE b.tenant_id = $1 AND b.session_id = $2 AND b.phase = 'queued' AND b.is_head = 0
           ORDER BY b.id LIMIT 2
         )
         UPDATE runs SET is_head = (SELECT count(*) FROM behind)
         WHERE id = (SELECT id FROM behind ORDER BY id LIMIT 1)",
        fence.tenant_id.0,
        text(&fence.session_id.0),
    )
    .execute(tx)
    .await?;
    Ok(())
}
