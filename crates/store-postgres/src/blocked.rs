//! Runs that their worker handed back because it cannot read their journal.

use artel_store::{Blocked, Fence};
use sqlx::PgPool;

use crate::values::{duration_micros, micros, text};

/// False when the run is another worker's.
pub(crate) async fn hand_back(pool: &PgPool, fence: &Fence, blocked: &Blocked) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"WITH handed_back AS (
             UPDATE runs
             SET phase = CASE WHEN wake OR cancel_requested THEN 'queued' ELSE 'waiting_for_approval' END, wake = false,
                 owner = NULL, lease_until = NULL, blocked_level = $5, blocked_reason = $6, updated_at = $7,
                 waits_for = NULL, wake_at = (extract(epoch FROM clock_timestamp()) * 1000000)::bigint + $8::bigint
             WHERE id = $1 AND tenant_id = $2 AND session_id = $3 AND epoch = $4 AND phase = 'running'
             RETURNING id
           ), numbers AS (
             UPDATE sessions s SET next_seq = $9 FROM handed_back WHERE s.tenant_id = $2 AND s.id = $3
           )
           SELECT count(*) = 1 AS "held!" FROM handed_back"#,
        fence.run_id.0,
        fence.tenant_id.0,
        text(&fence.session_id.0),
        fence.epoch,
        blocked.level,
        text(&blocked.reason),
        micros(blocked.at),
        duration_micros(blocked.pause),
        blocked.next_seq,
    )
    .fetch_one(pool)
    .await
}

/// Locked in the order of their ids, as everywhere where one transaction takes several runs.
pub(crate) async fn wake(pool: &PgPool, level: i64) -> sqlx::Result<u64> {
    let woken = sqlx::query!(
        "WITH due AS (
           SELECT id FROM runs
           WHERE blocked_level < $1 AND phase = 'waiting_for_approval'
           ORDER BY id
           FOR UPDATE SKIP LOCKED
         )
         UPDATE runs SET phase = 'queued' FROM due WHERE runs.id = due.id",
        level,
    )
    .execute(pool)
    .await?;
    Ok(woken.rows_affected())
}
