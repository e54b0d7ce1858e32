//! Runs that calls of other runs start, and how the runs above and below one hear of it.

use artel_domain::{Approval, Artifact, AuditEntry, RunId, SessionId, TenantId, Timestamp};
use artel_store::files::note_artifacts;
use artel_store::{Fence, NewChild};
use futures::TryStreamExt as _;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::audit;
use crate::begun::begin;
use crate::rows::{artifacts, select_approval};
use crate::values::{json, micros, text};

/// False when the run is another worker's, or not under way.
pub(crate) async fn start(pool: &PgPool, fence: &Fence, children: &[NewChild]) -> sqlx::Result<bool> {
    let mut tx = begin(pool).await?;
    if !mark(&mut tx, fence).await? {
        return Ok(false);
    }
    let mut made: Vec<&NewChild> = Vec::new();
    for child in children {
        if insert(&mut tx, fence, child).await? {
            made.push(child);
        }
    }
    for child in &made {
        insert_session(&mut tx, fence, child).await?;
    }
    let entries: Vec<AuditEntry> = made.iter().map(|child| child.audit.clone()).collect();
    audit::append(&mut tx, fence.tenant_id, &entries).await?;
    tx.commit().await?;
    Ok(true)
}

/// Locks the run, and marks it as one whose end others must hear of. Whoever ends it sees the mark, because both change
/// the same row.
async fn mark(tx: &mut PgConnection, fence: &Fence) -> sqlx::Result<bool> {
    let marked = sqlx::query!(
        "UPDATE runs SET is_head = 2
         WHERE id = $1 AND tenant_id = $2 AND session_id = $3 AND epoch = $4 AND phase = 'running'",
        fence.run_id.0,
        fence.tenant_id.0,
        text(&fence.session_id.0),
        fence.epoch,
    );
    Ok(marked.execute(tx).await?.rows_affected() == 1)
}

/// False when the run is there already.
async fn insert(tx: &mut PgConnection, fence: &Fence, child: &NewChild) -> sqlx::Result<bool> {
    let inserted = sqlx::query!(
        "INSERT INTO runs (id, tenant_id, agent_id, agent_version, is_draft, session_id, trace_id, principal, input_message,
                           parent_run_id, parent_call_id, subagent, phase, epoch, crash_count, cancel_requested, is_head, wake, folded,
                           created_at)
         SELECT $1, p.tenant_id, p.agent_id, p.agent_version, p.is_draft, $2, p.trace_id, p.principal, $3,
                p.id, $4, $5, 'queued', 0, 0, false, 1, false, false, $6
         FROM runs p WHERE p.id = $7
         ON CONFLICT (id) DO NOTHING",
        child.id.0,
        child.id.to_string(),
        text(&child.input_message),
        child.call_id.0,
        json(&child.subagent)?,
        micros(child.at),
        fence.run_id.0,
    );
    Ok(inserted.execute(tx).await?.rows_affected() == 1)
}

/// Whoever sees the session of the run that starts the child sees the child's.
async fn insert_session(tx: &mut PgConnection, fence: &Fence, child: &NewChild) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO sessions (tenant_id, id, agent_id, next_seq, created_at, updated_at, owner_id, visibility)
         SELECT p.tenant_id, $1, p.agent_id, 1, $2, $2, s.owner_id, CASE WHEN s.is_private THEN 'private' ELSE 'tenant' END
         FROM runs p JOIN session_access s ON s.tenant_id = p.tenant_id AND s.id = p.session_id WHERE p.id = $3
         ON CONFLICT (tenant_id, id) DO NOTHING",
        child.id.to_string(),
        micros(child.at),
        fence.run_id.0,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Asks for the end of every run below this one that is not over. Nobody decides about their calls any more. The rows
/// of those that know it already stay unlocked: their workers may be ending them, and then want this run's row.
pub(crate) async fn cancel_below(tx: &mut PgConnection, run: RunId, at: Timestamp) -> sqlx::Result<()> {
    let asked = sqlx::query!(
        "WITH RECURSIVE below (id) AS (
           SELECT id FROM runs WHERE parent_run_id = $1
           UNION ALL SELECT r.id FROM below b JOIN runs r ON r.parent_run_id = b.id
         )
         UPDATE runs
         SET cancel_requested = true, updated_at = $2, wake = phase = 'running',
             phase = CASE phase WHEN 'waiting_for_approval' THEN 'queued' ELSE phase END
         WHERE id IN (SELECT id FROM below) AND NOT cancel_requested AND phase IN ('queued', 'running', 'waiting_for_approval')",
        run.0,
        micros(at),
    );
    if asked.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(());
    }
    sqlx::query!(
        "WITH RECURSIVE below (id) AS (
           SELECT id FROM runs WHERE parent_run_id = $1
           UNION ALL SELECT r.id FROM below b JOIN runs r ON r.parent_run_id = b.id
         )
         UPDATE approvals SET state = 'cancelled', decided_at = $2 WHERE run_id IN (SELECT id FROM below) AND state = 'pending'",
        run.0,
        micros(at),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Wakes the runs above this one, so that they show what it asks.
pub(crate) async fn wake_above(tx: &mut PgConnection, run: RunId, at: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "WITH RECURSIVE above (id) AS (
           SELECT parent_run_id FROM runs WHERE id = $1 AND parent_run_id IS NOT NULL
           UNION ALL SELECT r.parent_run_id FROM above a JOIN runs r ON r.id = a.id WHERE r.parent_run_id IS NOT NULL
         )
         UPDATE runs
         SET wake = phase = 'running', phase = CASE phase WHEN 'waiting_for_approval' THEN 'queued' ELSE phase END, updated_at = $2
         WHERE id IN (SELECT id FROM above) AND phase IN ('running', 'waiting_for_approval')",
        run.0,
        micros(at),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The sessions of the runs below those of a session end with it.
pub(crate) async fn end_sessions(
    tx: &mut PgConnection,
    tenant: TenantId,
    session: &SessionId,
    at: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "WITH RECURSIVE below (id, session_id) AS (
           SELECT c.id, c.session_id FROM runs p JOIN runs c ON c.parent_run_id = p.id WHERE p.tenant_id = $1 AND p.session_id = $2
           UNION ALL SELECT r.id, r.session_id FROM below b JOIN runs r ON r.parent_run_id = b.id
         )
         UPDATE sessions SET is_active = false, updated_at = $3 WHERE tenant_id = $1 AND id IN (SELECT session_id FROM below)",
        tenant.0,
        text(&session.0),
        micros(at),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The files that calls of the runs that this one started made, oldest first. Only for calls of this run that are open:
/// nobody asks for the others any more, and a run may have started many.
pub(crate) async fn files(pool: &PgPool, fence: &Fence) -> sqlx::Result<Vec<Artifact>> {
    let mut results = sqlx::query_scalar!(
        r#"SELECT c.result AS "result!" FROM runs r JOIN tool_calls c ON c.run_id = r.id
           WHERE r.parent_run_id = $1 AND c.result LIKE '%artifact_id%'
             AND NOT EXISTS (SELECT 1 FROM tool_calls p WHERE p.id = r.parent_call_id AND p.finished_at IS NOT NULL)
           ORDER BY r.id, c.step, c.ordinal"#,
        fence.run_id.0,
    )
    .fetch(pool);
    let mut named = Vec::new();
    while let Some(result) = results.try_next().await? {
        note_artifacts(&result, &mut named);
    }
    drop(results);
    let ids: Vec<Uuid> = named.into_iter().map(|id| id.0).collect();
    let files = artifacts!(
        "SELECT",
        "FROM artifacts WHERE tenant_id = $1 AND id = ANY ($2) AND state = 'stored'
           AND session_id IN (SELECT session_id FROM runs WHERE parent_run_id = $3)
         ORDER BY created_at, id",
        fence.tenant_id.0,
        &ids,
        fence.run_id.0,
    );
    files.fetch_all(pool).await?.into_iter().map(Artifact::try_from).collect()
}

/// What the runs below this one asked, oldest first. Also what is decided: a quick human decides before the run above
/// is claimed, and it shows the question all the same.
pub(crate) async fn asked(pool: &PgPool, run: RunId) -> sqlx::Result<Vec<Approval>> {
    let asked = select_approval!(
        "FROM approvals WHERE run_id IN (
           WITH RECURSIVE below (id) AS (
             SELECT id FROM runs WHERE parent_run_id = $1
             UNION ALL SELECT r.id FROM below b JOIN runs r ON r.parent_run_id = b.id
           ) SELECT id FROM below)
         ORDER BY created_at, id",
        run.0
    );
    asked.fetch_all(pool).await?.into_iter().map(Approval::try_from).collect()
}
