//! Runs that their worker handed back because it cannot read their journal.

use artel_store::{Blocked, Fence, StoreError};

use crate::error::{Failure, Outcome};
use crate::values::{duration_micros, micros};
use crate::writer::Tx;

pub(crate) async fn hand_back(tx: &mut Tx, fence: &Fence, blocked: &Blocked) -> Outcome<()> {
    let pause = duration_micros(blocked.pause);
    let at = micros(blocked.at);
    let handed_back = sqlx::query!(
        "UPDATE runs SET phase = CASE WHEN wake = 1 OR cancel_requested = 1 THEN 'queued' ELSE 'waiting_for_approval' END,
             owner = NULL, lease_until = NULL, blocked_level = ?1, blocked_reason = ?2, updated_at = ?3,
             waits_for = NULL, wake_at = CAST(unixepoch('subsec') * 1000000 AS INTEGER) + ?4
         WHERE id = ?5 AND tenant_id = ?6 AND session_id = ?7 AND epoch = ?8 AND phase = 'running'",
        blocked.level,
        blocked.reason,
        at,
        pause,
        fence.run_id.0,
        fence.tenant_id.0,
        fence.session_id.0,
        fence.epoch
    )
    .execute(&mut tx.conn)
    .await?;
    if handed_back.rows_affected() == 0 {
        return Err(Failure(StoreError::Fenced));
    }
    sqlx::query!(
        "UPDATE sessions SET next_seq = ?1 WHERE tenant_id = ?2 AND id = ?3",
        blocked.next_seq,
        fence.tenant_id.0,
        fence.session_id.0
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

pub(crate) async fn wake(tx: &mut Tx, level: i64) -> Outcome<u64> {
    let woken = sqlx::query!(
        "UPDATE runs SET phase = 'queued' WHERE blocked_level < ?1 AND phase = 'waiting_for_approval'",
        level
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(woken.rows_affected())
}
