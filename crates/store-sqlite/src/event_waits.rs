//! Calls that wait for events: an event ends their waits in its own transaction.

use artel_domain::wait::resumed_by_event;
use artel_store::NewInboundEvent;
use uuid::Uuid;

use crate::error::Outcome;
use crate::values::{hex_list, micros};
use crate::writer::Tx;

/// Gives each call that waits for such an event its result, and wakes its run.
pub(crate) async fn end(tx: &mut Tx, event: &NewInboundEvent) -> Outcome<()> {
    let Some(kind) = &event.kind else { return Ok(()) };
    let result = resumed_by_event(event.received_at, event.id, &event.service, kind).to_string();
    let at = micros(event.received_at);
    let ended = sqlx::query_scalar!(
        r#"UPDATE tool_calls SET state = 'succeeded', result = ?1, finished_at = ?2
           WHERE tenant_id = ?3 AND event_service = ?4 AND event_type = ?5 AND finished_at IS NULL AND state = 'dispatched'
               AND EXISTS (SELECT 1 FROM runs r WHERE r.id = tool_calls.run_id AND NOT r.cancel_requested
                   AND r.phase IN ('queued', 'running', 'waiting_for_approval'))
           RETURNING run_id AS "run_id!: Uuid""#,
        result,
        at,
        event.tenant_id.0,
        event.service,
        kind
    );
    let runs = ended.fetch_all(&mut tx.conn).await?;
    if runs.is_empty() {
        return Ok(());
    }
    let runs = hex_list(runs)?;
    sqlx::query!(
        "UPDATE runs SET wake = (phase = 'running'), phase = CASE phase WHEN 'running' THEN 'running' ELSE 'queued' END, updated_at = ?1
         WHERE id IN (SELECT unhex(value) FROM json_each(?2)) AND phase IN ('running', 'waiting_for_approval')",
        at,
        runs
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}
