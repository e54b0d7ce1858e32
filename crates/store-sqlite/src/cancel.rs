use artel_domain::{AuditEntry, Run, RunId, TenantId};
use artel_store::CancelOutcome;

use crate::error::Outcome;
use crate::rows::{micros, one, runs};
use crate::runs;
use crate::writer::Tx;

pub(crate) async fn cancel(tx: &mut Tx, tenant: TenantId, run: RunId, audit: &AuditEntry) -> Outcome<CancelOutcome> {
    if let Some(requested) = request(tx, tenant, run, micros(audit.at)).await? {
        tx.audit(tenant, audit);
        return Ok(CancelOutcome::Requested(Box::new(requested)));
    }
    let over = runs::find(&mut tx.conn, tenant, run).await?;
    Ok(over.map_or(CancelOutcome::Missing, |run| CancelOutcome::AlreadyOver(Box::new(run))))
}

/// A waiting run goes back to the queue, for somebody to end it.
pub(crate) async fn request(tx: &mut Tx, tenant: TenantId, run: RunId, at: i64) -> Outcome<Option<Run>> {
    let requested = runs!(
        "UPDATE runs SET cancel_requested = 1, updated_at = ?1,
             phase = CASE phase WHEN 'waiting_for_approval' THEN 'queued' ELSE phase END
         WHERE id = ?2 AND tenant_id = ?3 AND phase IN ('queued', 'running', 'waiting_for_approval') RETURNING",
        "",
        at,
        run.0,
        tenant.0
    );
    one(requested.fetch_optional(&mut tx.conn).await?)
}
