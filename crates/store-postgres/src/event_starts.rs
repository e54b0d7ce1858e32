//! Starts of tasks that events ask for. They are noted with the event (`inbound_events`).

use artel_domain::{InboundEventId, TaskId, TenantId};
use artel_store::{EventStart, Viewer};
use sqlx::{PgConnection, PgPool};

use crate::begun::begin;
use crate::tasks;
use crate::values::{micros, text, time};

pub(crate) async fn waiting(pool: &PgPool, limit: u32) -> sqlx::Result<Vec<EventStart>> {
    let found = sqlx::query!(
        "SELECT task_id, event_id, tenant_id, created_at FROM task_starts ORDER BY created_at LIMIT $1",
        i64::from(limit),
    );
    let mut starts = Vec::new();
    for row in found.fetch_all(pool).await? {
        let tenant = Viewer::service(TenantId(row.tenant_id));
        if let Some(task) = tasks::find(pool, &tenant, TaskId(row.task_id)).await? {
            let (event_id, received_at) = (InboundEventId(row.event_id), time(row.created_at));
            starts.push(EventStart { task, event_id, received_at });
        }
    }
    Ok(starts)
}

/// False: it is taken already.
pub(crate) async fn take(tx: &mut PgConnection, task: TaskId, event: InboundEventId) -> sqlx::Result<bool> {
    let taken = sqlx::query!("DELETE FROM task_starts WHERE task_id = $1 AND event_id = $2", task.0, event.0);
    Ok(taken.execute(tx).await?.rows_affected() > 0)
}

pub(crate) async fn skip(pool: &PgPool, start: &EventStart, reason: &str) -> sqlx::Result<bool> {
    let mut tx = begin(pool).await?;
    if !take(&mut tx, start.task.id, start.event_id).await? {
        return Ok(false);
    }
    sqlx::query!(
        "UPDATE tasks SET skipped_at = $1, skipped_reason = $2 WHERE id = $3",
        micros(start.received_at),
        text(reason),
        start.task.id.0,
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(true)
}
