//! The journal: its rows, and reading them. Writing is in `commit`.

use artel_domain::{Entry, RunId, SessionId};
use artel_store::{Fence, Viewer};
use sqlx::PgPool;

use crate::rows::EntryRow;
use crate::values::text;

pub(crate) async fn of_run(
    pool: &PgPool,
    viewer: &Viewer,
    run: RunId,
    after_seq: i64,
    limit: u32,
) -> sqlx::Result<Vec<Entry>> {
    let rows = sqlx::query_as!(
        EntryRow,
        "SELECT seq, run_id, kind, payload, created_at FROM journal
         WHERE run_id = $2 AND tenant_id = $1 AND seq > $3
           AND ($5::uuid IS NULL OR EXISTS (SELECT 1 FROM runs r JOIN session_access s ON s.tenant_id = r.tenant_id AND s.id = r.session_id
               WHERE r.id = $2 AND (NOT s.is_private OR s.owner_id = $5)))
         ORDER BY seq LIMIT $4",
        viewer.tenant_id.0,
        run.0,
        after_seq,
        i64::from(limit),
        viewer.reads_only().map(|user| user.0),
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(Entry::from).collect())
}

pub(crate) async fn of_session(
    pool: &PgPool,
    viewer: &Viewer,
    session: &SessionId,
    before_seq: i64,
    limit: u32,
) -> sqlx::Result<Vec<Entry>> {
    let before_seq = if before_seq == 0 { i64::MAX } else { before_seq };
    let rows = sqlx::query_as!(
        EntryRow,
        "SELECT seq, run_id, kind, payload, created_at FROM journal
         WHERE tenant_id = $1 AND session_id = $2 AND seq < $3 AND kind <> 'delta'
           AND ($5::uuid IS NULL OR EXISTS (SELECT 1 FROM session_access s
               WHERE s.tenant_id = $1 AND s.id = $2 AND (NOT s.is_private OR s.owner_id = $5)))
         ORDER BY seq DESC LIMIT $4",
        viewer.tenant_id.0,
        text(&session.0),
        before_seq,
        i64::from(limit),
        viewer.reads_only().map(|user| user.0),
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().rev().map(Entry::from).collect())
}

pub(crate) async fn of_session_after(
    pool: &PgPool,
    viewer: &Viewer,
    session: &SessionId,
    after_seq: i64,
    limit: u32,
) -> sqlx::Result<Vec<Entry>> {
    let rows = sqlx::query_as!(
        EntryRow,
        "SELECT seq, run_id, kind, payload, created_at FROM journal
         WHERE tenant_id = $1 AND session_id = $2 AND seq > $3
           AND ($5::uuid IS NULL OR EXISTS (SELECT 1 FROM session_access s
               WHERE s.tenant_id = $1 AND s.id = $2 AND (NOT s.is_private OR s.owner_id = $5)))
         ORDER BY seq LIMIT $4",
        viewer.tenant_id.0,
        text(&session.0),
        after_seq,
        i64::from(limit),
        viewer.reads_only().map(|user| user.0),
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(Entry::from).collect())
}

/// The run's own journal without deltas, oldest first.
pub(crate) async fn for_turn(pool: &PgPool, run: RunId) -> sqlx::Result<Vec<Entry>> {
    let rows = sqlx::query_as!(
        EntryRow,
        "SELECT seq, run_id, kind, payload, created_at FROM journal WHERE run_id = $1 AND kind <> 'delta' ORDER BY seq",
        run.0,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(Entry::from).collect())
}

/// The newest of what the session's other runs left, oldest first.
pub(crate) async fn before_turn(pool: &PgPool, fence: &Fence, limit: u32) -> sqlx::Result<Vec<Entry>> {
    let rows = sqlx::query_as!(
        EntryRow,
        "SELECT seq, run_id, kind, payload, created_at FROM journal
         WHERE tenant_id = $1 AND session_id = $2 AND run_id <> $3 AND kind <> 'delta'
         ORDER BY seq DESC LIMIT $4",
        fence.tenant_id.0,
        text(&fence.session_id.0),
        fence.run_id.0,
        i64::from(limit),
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().rev().map(Entry::from).collect())
}
