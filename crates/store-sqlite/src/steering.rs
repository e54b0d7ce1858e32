//! What changes a run from outside while it is under way: a cancel, and whatever wakes it.

use artel_domain::{AuditEntry, Run, RunId, SessionId, TenantId};
use artel_store::{CancelOutcome, Viewer};

use crate::error::Outcome;
use crate::rows::{one, runs};
use crate::values::micros;
use crate::writer::Tx;
use crate::{children, runs};

pub(crate) async fn cancel(tx: &mut Tx, viewer: &Viewer, run: RunId, audit: &AuditEntry) -> Outcome<CancelOutcome> {
    let tenant = viewer.tenant_id;
    if !may_cancel(tx, viewer, run).await? {
        return Ok(CancelOutcome::Missing);
    }
    if let Some(requested) = request_cancel(tx, tenant, run, micros(audit.at)).await? {
        tx.audit(tenant, audit);
        return Ok(CancelOutcome::Requested(Box::new(requested)));
    }
    let over = runs::find(&mut tx.conn, tenant, run).await?;
    Ok(over.map_or(CancelOutcome::Missing, |run| CancelOutcome::AlreadyOver(Box::new(run))))
}

async fn may_cancel(tx: &mut Tx, viewer: &Viewer, run: RunId) -> Outcome<bool> {
    let Some(user) = viewer.changes_only() else { return Ok(true) };
    let may = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM runs r JOIN session_access s ON s.tenant_id = r.tenant_id AND s.id = r.session_id
               WHERE r.id = ?1 AND r.tenant_id = ?2 AND (NOT s.is_private OR s.owner_id = ?3)) AS "may!: bool""#,
        run.0,
        viewer.tenant_id.0,
        user.0
    );
    Ok(may.fetch_one(&mut tx.conn).await?)
}

/// A waiting run goes back to the queue, for somebody to end it. The runs below it are to end too. Nobody decides about
/// its calls any more.
pub(crate) async fn request_cancel(tx: &mut Tx, tenant: TenantId, run: RunId, at: i64) -> Outcome<Option<Run>> {
    let requested = runs!(
        "UPDATE runs SET cancel_requested = 1, updated_at = ?1,
             phase = CASE phase WHEN 'waiting_for_approval' THEN 'queued' ELSE phase END
         WHERE id = ?2 AND tenant_id = ?3 AND phase IN ('queued', 'running', 'waiting_for_approval') RETURNING",
        "",
        at,
        run.0,
        tenant.0
    );
    let requested = one(requested.fetch_optional(&mut tx.conn).await?)?;
    if requested.is_some() {
        cancel_pending(tx, run, at).await?;
        children::cancel_below(tx, run, at).await?;
    }
    Ok(requested)
}

/// A run that sleeps gets back into the queue. One that a worker still has is only marked: it goes there instead of
/// going to sleep.
pub(crate) async fn wake(tx: &mut Tx, run: RunId, at: i64) -> Outcome<()> {
    sqlx::query!(
        "UPDATE runs SET wake = (phase = 'running'), phase = CASE phase WHEN 'running' THEN 'running' ELSE 'queued' END, updated_at = ?1
         WHERE id = ?2 AND phase IN ('running', 'waiting_for_approval')",
        at,
        run.0
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

/// Whichever run of the session sleeps or is under way.
pub(crate) async fn wake_session(tx: &mut Tx, tenant: TenantId, session: &SessionId, at: i64) -> Outcome<()> {
    sqlx::query!(
        "UPDATE runs SET wake = (phase = 'running'), phase = CASE phase WHEN 'running' THEN 'running' ELSE 'queued' END, updated_at = ?1
         WHERE tenant_id = ?2 AND session_id = ?3 AND phase IN ('running', 'waiting_for_approval')",
        at,
        tenant.0,
        session.0
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

/// Nobody decides about the run's calls any more.
pub(crate) async fn cancel_pending(tx: &mut Tx, run: RunId, at: i64) -> Outcome<()> {
    sqlx::query!(
        "UPDATE approvals SET state = 'cancelled', decided_at = ?1 WHERE run_id = ?2 AND state = 'pending'",
        at,
        run.0
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}
