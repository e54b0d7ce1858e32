//! What changes a run from outside while it is under way: a cancel, and whatever wakes it.

use artel_domain::{AuditEntry, Phase, Run, RunId, TenantId, Timestamp};
use artel_store::{CancelOutcome, Viewer};
use sqlx::{PgConnection, PgPool};

use crate::begun::begin;
use crate::rows::select_run;
use crate::values::micros;
use crate::{audit, children};

pub(crate) async fn cancel(
    pool: &PgPool,
    viewer: &Viewer,
    run: RunId,
    audit: &AuditEntry,
) -> sqlx::Result<CancelOutcome> {
    let mut tx = begin(pool).await?;
    let Some(mut found) = lock(&mut tx, viewer, run).await? else { return Ok(CancelOutcome::Missing) };
    if found.phase.is_end() {
        return Ok(CancelOutcome::AlreadyOver(Box::new(found)));
    }
    request_cancel(&mut tx, run, audit.at).await?;
    audit::append(&mut tx, viewer.tenant_id, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    found.cancel_requested = true;
    if found.phase == Phase::Waiting {
        found.phase = Phase::Queued;
        found.waits_for.clear();
    }
    Ok(CancelOutcome::Requested(Box::new(found)))
}

async fn lock(tx: &mut PgConnection, viewer: &Viewer, run: RunId) -> sqlx::Result<Option<Run>> {
    let row = select_run!(
        "FROM runs WHERE tenant_id = $1 AND id = $2
           AND ($3::uuid IS NULL OR EXISTS (SELECT 1 FROM session_access s WHERE s.tenant_id = runs.tenant_id AND s.id = runs.session_id
               AND (NOT s.is_private OR s.owner_id = $3)))
         FOR UPDATE",
        viewer.tenant_id.0,
        run.0,
        viewer.changes_only().map(|user| user.0),
    );
    row.fetch_optional(tx).await?.map(Run::try_from).transpose()
}

/// The run is open, and locked by this transaction. The runs below it are to end too. Nobody decides about its calls
/// any more.
pub(crate) async fn request_cancel(tx: &mut PgConnection, run: RunId, at: Timestamp) -> sqlx::Result<()> {
    sqlx::query!("UPDATE runs SET cancel_requested = true, updated_at = $2 WHERE id = $1", run.0, micros(at))
        .execute(&mut *tx)
        .await?;
    cancel_pending(tx, run, at).await?;
    children::cancel_below(tx, run, at).await?;
    wake(tx, run, at).await
}

/// A run that sleeps becomes claimable; one that a worker has does so instead of going to sleep.
pub(crate) async fn wake(tx: &mut PgConnection, run: RunId, at: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE runs
         SET wake = phase = 'running', phase = CASE phase WHEN 'waiting_for_approval' THEN 'queued' ELSE phase END, updated_at = $2
         WHERE id = $1",
        run.0,
        micros(at),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The same for a run that may be over by now.
pub(crate) async fn wake_open(tx: &mut PgConnection, run: RunId, at: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE runs
         SET wake = phase = 'running', phase = CASE phase WHEN 'waiting_for_approval' THEN 'queued' ELSE phase END, updated_at = $2
         WHERE id = $1 AND phase IN ('running', 'waiting_for_approval')",
        run.0,
        micros(at),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The same for whichever run of each session sleeps or is under way: its head.
pub(crate) async fn wake_sessions(
    tx: &mut PgConnection,
    tenant: TenantId,
    sessions: &[String],
    at: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE runs
         SET wake = phase = 'running', phase = CASE phase WHEN 'waiting_for_approval' THEN 'queued' ELSE phase END, updated_at = $3
         WHERE tenant_id = $1 AND session_id = ANY ($2) AND is_head > 0 AND phase IN ('running', 'waiting_for_approval')",
        tenant.0,
        sessions,
        micros(at),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Nobody decides about the run's calls any more.
pub(crate) async fn cancel_pending(tx: &mut PgConnection, run: RunId, at: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE approvals SET state = 'cancelled', decided_at = $2 WHERE run_id = $1 AND state = 'pending'",
        run.0,
        micros(at),
    )
    .execute(tx)
    .await?;
    Ok(())
}
