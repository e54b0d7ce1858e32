//! The journal: reading it. Writing is in `commit`.

use artel_domain::{Entry, RunId, SessionId};
use artel_store::{Fence, Viewer};
use sqlx::SqlitePool;

use crate::error::Outcome;
use crate::rows::{all, entries};

pub(crate) async fn of_session(
    reads: &SqlitePool,
    viewer: &Viewer,
    session: &SessionId,
    before_seq: i64,
    limit: u32,
) -> Outcome<Vec<Entry>> {
    let user = viewer.reads_only().map(|user| user.0);
    let before_seq = if before_seq == 0 { i64::MAX } else { before_seq };
    let mut found = entries!(
        "WHERE tenant_id = ?1 AND session_id = ?2 AND seq < ?3 AND kind <> 'delta'
             AND (?5 IS NULL OR EXISTS (SELECT 1 FROM session_access s
                 WHERE s.tenant_id = ?1 AND s.id = ?2 AND (NOT s.is_private OR s.owner_id = ?5)))
         ORDER BY seq DESC LIMIT ?4 + 0",
        viewer.tenant_id.0,
        session.0,
        before_seq,
        limit,
        user
    )
    .fetch_all(reads)
    .await?;
    found.reverse();
    all(found)
}

pub(crate) async fn of_session_after(
    reads: &SqlitePool,
    viewer: &Viewer,
    session: &SessionId,
    after_seq: i64,
    limit: u32,
) -> Outcome<Vec<Entry>> {
    let user = viewer.reads_only().map(|user| user.0);
    let found = entries!(
        "WHERE tenant_id = ?1 AND session_id = ?2 AND seq > ?3
             AND (?5 IS NULL OR EXISTS (SELECT 1 FROM session_access s
                 WHERE s.tenant_id = ?1 AND s.id = ?2 AND (NOT s.is_private OR s.owner_id = ?5)))
         ORDER BY seq LIMIT ?4 + 0",
        viewer.tenant_id.0,
        session.0,
        after_seq,
        limit,
        user
    )
    .fetch_all(reads)
    .await?;
    all(found)
}

pub(crate) async fn of_run(
    reads: &SqlitePool,
    viewer: &Viewer,
    run: RunId,
    after_seq: i64,
    limit: u32,
) -> Outcome<Vec<Entry>> {
    let user = viewer.reads_only().map(|user| user.0);
    let found = entries!(
        "WHERE run_id = ?1 AND seq > ?2 AND tenant_id = ?3
             AND (?5 IS NULL OR EXISTS (SELECT 1 FROM runs r JOIN session_access s ON s.tenant_id = r.tenant_id AND s.id = r.session_id
                 WHERE r.id = ?1 AND (NOT s.is_private OR s.owner_id = ?5)))
         ORDER BY seq LIMIT ?4 + 0",
        run.0,
        after_seq,
        viewer.tenant_id.0,
        limit,
        user
    )
    .fetch_all(reads)
    .await?;
    all(found)
}

/// The run's own journal without deltas, oldest first.
pub(crate) async fn for_turn(reads: &SqlitePool, run: RunId) -> Outcome<Vec<Entry>> {
    all(entries!("WHERE run_id = ?1 AND kind <> 'delta' ORDER BY seq", run.0).fetch_all(reads).await?)
}

/// The newest entries of the session's other runs, oldest first. Runs of a session come one after the other, so
/// whatever is in it from other runs is from earlier ones.
pub(crate) async fn before_turn(reads: &SqlitePool, fence: &Fence, limit: u32) -> Outcome<Vec<Entry>> {
    let mut found = entries!(
        "WHERE tenant_id = ?1 AND session_id = ?2 AND run_id <> ?3 AND kind <> 'delta' ORDER BY seq DESC LIMIT ?4 + 0",
        fence.tenant_id.0,
        fence.session_id.0,
        fence.run_id.0,
        limit
    )
    .fetch_all(reads)
    .await?;
    found.reverse();
    all(found)
}
