//! Calls that wait for events: an event ends their waits in its own transaction.

use artel_domain::wait::resumed_by_event;
use artel_store::NewInboundEvent;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::values::{json, micros, text};

/// Whether a call waits for such an event. Most events need no more than this.
pub(crate) async fn any(pool: &PgPool, event: &NewInboundEvent) -> sqlx::Result<bool> {
    let Some(kind) = &event.kind else { return Ok(false) };
    let any = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM tool_calls
               WHERE tenant_id = $1 AND event_service = $2 AND event_type = $3 AND finished_at IS NULL) AS "any!""#,
        event.tenant_id.0,
        text(&event.service),
        text(kind),
    );
    any.fetch_one(pool).await
}

/// The runs whose calls wait for such an event. They come first: a worker locks run and calls in this order too.
pub(crate) async fn lock(tx: &mut PgConnection, event: &NewInboundEvent) -> sqlx::Result<Vec<Uuid>> {
    let Some(kind) = &event.kind else { return Ok(Vec::new()) };
    let runs = sqlx::query_scalar!(
        "SELECT r.id FROM runs r
         WHERE r.tenant_id = $1 AND NOT r.cancel_requested AND r.phase IN ('queued', 'running', 'waiting_for_approval')
             AND r.id IN (SELECT c.run_id FROM tool_calls c
                 WHERE c.tenant_id = $1 AND c.event_service = $2 AND c.event_type = $3 AND c.finished_at IS NULL)
         ORDER BY r.id FOR UPDATE OF r",
        event.tenant_id.0,
        text(&event.service),
        text(kind),
    );
    runs.fetch_all(tx).await
}

/// Gives each call of these runs that waits for such an event its result, and wakes its run.
pub(crate) async fn end(tx: &mut PgConnection, event: &NewInboundEvent, runs: &[Uuid]) -> sqlx::Result<()> {
    let Some(kind) = &event.kind else { return Ok(()) };
    let ended = sqlx::query_scalar!(
        "UPDATE tool_calls SET state = 'succeeded', result = $1, finished_at = $2
         WHERE tenant_id = $3 AND event_service = $4 AND event_type = $5 AND finished_at IS NULL AND state = 'dispatched'
             AND run_id = ANY ($6)
         RETURNING run_id",
        json(&resumed_by_event(event.received_at, event.id, &event.service, kind))?,
        micros(event.received_at),
        event.tenant_id.0,
        text(&event.service),
        text(kind),
        runs,
    );
    let ended = ended.fetch_all(&mut *tx).await?;
    sqlx::query!(
        "UPDATE runs
         SET wake = phase = 'running', phase = CASE phase WHEN 'waiting_for_approval' THEN 'queued' ELSE phase END, updated_at = $2
         WHERE id = ANY ($1) AND phase IN ('running', 'waiting_for_approval')",
        &ended,
        micros(event.received_at),
    )
    .execute(tx)
    .await?;
    Ok(())
}
