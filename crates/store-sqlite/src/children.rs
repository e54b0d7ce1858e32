//! Runs that calls of other runs start, and how the runs above and below one hear of it.

use artel_domain::{Approval, Artifact, RunId, SessionId, TenantId};
use artel_store::files::note_artifacts;
use artel_store::{Fence, NewChild, StoreError};
use futures::TryStreamExt as _;
use sqlx::SqlitePool;

use crate::error::{Failure, Outcome};
use crate::rows::{all, approvals, artifacts};
use crate::values::{hex_list, micros};
use crate::writer::Tx;

pub(crate) async fn start(tx: &mut Tx, fence: &Fence, children: &[NewChild]) -> Outcome<()> {
    let held = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM runs WHERE id = ?1 AND tenant_id = ?2 AND session_id = ?3 AND epoch = ?4 AND phase = 'running') AS "held!: bool""#,
        fence.run_id.0,
        fence.tenant_id.0,
        fence.session_id.0,
        fence.epoch
    );
    if !held.fetch_one(&mut tx.conn).await? {
        return Err(Failure(StoreError::Fenced));
    }
    for child in children {
        if insert(tx, fence, child).await? {
            insert_session(tx, fence, child).await?;
            tx.audit(fence.tenant_id, &child.audit);
        }
    }
    Ok(())
}

/// False when the run is there already.
async fn insert(tx: &mut Tx, fence: &Fence, child: &NewChild) -> Outcome<bool> {
    let (session, at) = (child.id.to_string(), micros(child.at));
    let subagent = serde_json::to_string(&child.subagent)?;
    let inserted = sqlx::query!(
        "INSERT INTO runs (id, tenant_id, session_id, agent_id, agent_version, is_draft, trace_id, principal, input_message,
             parent_run_id, parent_call_id, subagent, created_at, phase, epoch, crash_count, cancel_requested, wake, folded, is_head)
         SELECT ?1, p.tenant_id, ?2, p.agent_id, p.agent_version, p.is_draft, p.trace_id, p.principal, ?3,
             p.id, ?4, ?5, ?6, 'queued', 0, 0, 0, 0, 0, 1
         FROM runs p WHERE p.id = ?7
         ON CONFLICT (id) DO NOTHING",
        child.id.0,
        session,
        child.input_message,
        child.call_id.0,
        subagent,
        at,
        fence.run_id.0
    );
    Ok(inserted.execute(&mut tx.conn).await?.rows_affected() == 1)
}

/// Whoever sees the session of the run that starts the child sees the child's.
async fn insert_session(tx: &mut Tx, fence: &Fence, child: &NewChild) -> Outcome<()> {
    let (session, at) = (child.id.to_string(), micros(child.at));
    sqlx::query!(
        "INSERT INTO sessions (tenant_id, id, agent_id, next_seq, created_at, updated_at, owner_id, visibility)
         SELECT p.tenant_id, ?1, p.agent_id, 1, ?2, ?2, s.owner_id, iif(s.is_private, 'private', 'tenant')
         FROM runs p JOIN session_access s ON s.tenant_id = p.tenant_id AND s.id = p.session_id WHERE p.id = ?3
         ON CONFLICT (tenant_id, id) DO NOTHING",
        session,
        at,
        fence.run_id.0
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

/// Asks for the end of every run below this one that is not over. Nobody decides about their calls any more.
pub(crate) async fn cancel_below(tx: &mut Tx, run: RunId, at: i64) -> Outcome<()> {
    let asked = sqlx::query!(
        "WITH RECURSIVE below(id) AS (
             SELECT id FROM runs WHERE parent_run_id = ?1
             UNION ALL SELECT r.id FROM below b CROSS JOIN runs r ON r.parent_run_id = b.id)
         UPDATE runs SET cancel_requested = 1, updated_at = ?2,
             phase = CASE phase WHEN 'waiting_for_approval' THEN 'queued' ELSE phase END
         WHERE id IN (SELECT id FROM below) AND cancel_requested = 0 AND phase IN ('queued', 'running', 'waiting_for_approval')",
        run.0,
        at
    );
    if asked.execute(&mut tx.conn).await?.rows_affected() == 0 {
        return Ok(());
    }
    sqlx::query!(
        "WITH RECURSIVE below(id) AS (
             SELECT id FROM runs WHERE parent_run_id = ?1
             UNION ALL SELECT r.id FROM below b CROSS JOIN runs r ON r.parent_run_id = b.id)
         UPDATE approvals SET state = 'cancelled', decided_at = ?2
         WHERE run_id IN (SELECT id FROM below) AND state = 'pending'",
        run.0,
        at
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

/// Wakes the runs above this one, so that they show what it asks.
pub(crate) async fn wake_above(tx: &mut Tx, run: RunId, at: i64) -> Outcome<()> {
    sqlx::query!(
        "WITH RECURSIVE above(id) AS (
             SELECT parent_run_id FROM runs WHERE id = ?1 AND parent_run_id IS NOT NULL
             UNION ALL SELECT r.parent_run_id FROM above a CROSS JOIN runs r ON r.id = a.id WHERE r.parent_run_id IS NOT NULL)
         UPDATE runs SET wake = (phase = 'running'), phase = CASE phase WHEN 'running' THEN 'running' ELSE 'queued' END, updated_at = ?2
         WHERE id IN (SELECT id FROM above) AND phase IN ('running', 'waiting_for_approval')",
        run.0,
        at
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

/// The sessions of the runs below those of a session end with it.
pub(crate) async fn end_sessions(tx: &mut Tx, tenant: TenantId, session: &SessionId, at: i64) -> Outcome<()> {
    sqlx::query!(
        "WITH RECURSIVE below(id, session_id) AS (
             SELECT c.id, c.session_id FROM runs p CROSS JOIN runs c ON c.parent_run_id = p.id WHERE p.tenant_id = ?1 AND p.session_id = ?2
             UNION ALL SELECT r.id, r.session_id FROM below b CROSS JOIN runs r ON r.parent_run_id = b.id)
         UPDATE sessions SET is_active = 0, updated_at = ?3 WHERE tenant_id = ?1 AND id IN (SELECT session_id FROM below)",
        tenant.0,
        session.0,
        at
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

/// The files that calls of the runs that this one started made, oldest first. Only for calls of this run that are open:
/// nobody asks for the others any more, and a run may have started many.
pub(crate) async fn files(reads: &SqlitePool, fence: &Fence) -> Outcome<Vec<Artifact>> {
    let mut results = sqlx::query_scalar!(
        r#"SELECT c.result AS "result!: String" FROM runs r CROSS JOIN tool_calls c ON c.run_id = r.id
           WHERE r.parent_run_id = ?1 AND c.result LIKE '%artifact_id%'
               AND NOT EXISTS (SELECT 1 FROM tool_calls p WHERE p.id = r.parent_call_id AND p.finished_at IS NOT NULL)
           ORDER BY r.id, c.step, c.ordinal"#,
        fence.run_id.0
    )
    .fetch(reads);
    let mut named = Vec::new();
    while let Some(result) = results.try_next().await? {
        note_artifacts(&result, &mut named);
    }
    drop(results);
    let ids = hex_list(named.into_iter().map(|id| id.0))?;
    let files = artifacts!(
        "SELECT",
        "FROM artifacts WHERE tenant_id = ?1 AND id IN (SELECT unhex(value) FROM json_each(?2)) AND state = 'stored'
             AND session_id IN (SELECT session_id FROM runs WHERE parent_run_id = ?3)
         ORDER BY created_at, id",
        fence.tenant_id.0,
        ids,
        fence.run_id.0
    );
    all(files.fetch_all(reads).await?)
}

/// What the runs below this one asked, oldest first. Also what is decided: a quick human decides before the run above
/// is claimed, and it shows the question all the same.
pub(crate) async fn asked(reads: &SqlitePool, run: RunId) -> Outcome<Vec<Approval>> {
    let asked = approvals!(
        "SELECT",
        "FROM approvals WHERE run_id IN (
             WITH RECURSIVE below(id) AS (
                 SELECT id FROM runs WHERE parent_run_id = ?1
                 UNION ALL SELECT r.id FROM below b CROSS JOIN runs r ON r.parent_run_id = b.id)
             SELECT id FROM below)
         ORDER BY created_at, id",
        run.0
    );
    all(asked.fetch_all(reads).await?)
}
