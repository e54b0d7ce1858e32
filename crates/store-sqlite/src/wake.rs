//! Runs that sleep get back into the queue. One that a worker still has is only marked: it goes there when that worker puts it to sleep.

use artel_domain::{RunId, SessionId, TenantId};

use crate::error::Outcome;
use crate::writer::Tx;

pub(crate) async fn run(tx: &mut Tx, run: RunId, at: i64) -> Outcome<()> {
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
pub(crate) async fn session(tx: &mut Tx, tenant: TenantId, session: &SessionId, at: i64) -> Outcome<()> {
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
