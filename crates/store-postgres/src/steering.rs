//! What people do to a run that is under way: cancel it, decide an approval.

use artel_domain::{Approval, ApprovalState, AuditEntry, Decision, Phase, Run, RunId, TenantId};
use artel_store::{CancelOutcome, Decided};
use sqlx::{PgConnection, PgPool};

use crate::runs::select_run;
use crate::{approvals, audit};

pub(crate) async fn cancel(pool: &PgPool, tenant: TenantId, run: RunId, audit: &AuditEntry) -> sqlx::Result<CancelOutcome> {
    let mut tx = pool.begin().await?;
    let Some(mut found) = lock(&mut tx, tenant, run).await? else { return Ok(CancelOutcome::Missing) };
    if found.phase.is_end() {
        return Ok(CancelOutcome::AlreadyOver(Box::new(found)));
    }
    request_cancel(&mut tx, run).await?;
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    found.cancel_requested = true;
    if found.phase == Phase::WaitingForApproval {
        found.phase = Phase::Queued;
    }
    Ok(CancelOutcome::Requested(Box::new(found)))
}

async fn lock(tx: &mut PgConnection, tenant: TenantId, run: RunId) -> sqlx::Result<Option<Run>> {
    let row = select_run!("FROM runs WHERE tenant_id = $1 AND id = $2 FOR UPDATE", tenant.0, run.0).fetch_optional(tx).await?;
    row.map(Run::try_from).transpose()
}

/// The run is open, and locked by this transaction.
pub(crate) async fn request_cancel(tx: &mut PgConnection, run: RunId) -> sqlx::Result<()> {
    sqlx::query!("UPDATE runs SET cancel_requested = true WHERE id = $1", run.0).execute(&mut *tx).await?;
    wake(tx, run).await
}

/// A run that sleeps becomes claimable; one that a worker has does so instead of going to sleep.
pub(crate) async fn wake(tx: &mut PgConnection, run: RunId) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE runs
         SET wake = phase = 'running', phase = CASE phase WHEN 'waiting_for_approval' THEN 'queued' ELSE phase END
         WHERE id = $1",
        run.0,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The same for whichever run of each session sleeps or is under way: its head.
pub(crate) async fn wake_sessions(tx: &mut PgConnection, tenant: TenantId, sessions: &[String]) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE runs
         SET wake = phase = 'running', phase = CASE phase WHEN 'waiting_for_approval' THEN 'queued' ELSE phase END
         WHERE tenant_id = $1 AND session_id = ANY ($2) AND is_head > 0 AND phase IN ('running', 'waiting_for_approval')",
        tenant.0,
        sessions,
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub(crate) async fn decide(pool: &PgPool, decided: &Decided, audit: &AuditEntry) -> sqlx::Result<Option<Approval>> {
    let mut tx = pool.begin().await?;
    // The run first: its worker locks run and approvals in this order too.
    let run = sqlx::query_scalar!(
        "SELECT r.id FROM approvals a JOIN runs r ON r.id = a.run_id WHERE a.tenant_id = $1 AND a.id = $2 FOR UPDATE OF r",
        decided.tenant_id.0,
        decided.approval_id.0,
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(run) = run else { return Ok(None) };
    let Some(approval) = approvals::decide(&mut tx, decided, state_after(decided.decision)).await? else {
        // At once, because a claim passes over a run that is locked.
        tx.rollback().await?;
        return Ok(None);
    };
    wake(&mut tx, RunId(run)).await?;
    audit::append(&mut tx, decided.tenant_id, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(Some(approval))
}

fn state_after(decision: Decision) -> ApprovalState {
    match decision {
        Decision::Approve | Decision::Edit => ApprovalState::Approved,
        Decision::Reject => ApprovalState::Rejected,
        Decision::Expire => ApprovalState::Expired,
    }
}
