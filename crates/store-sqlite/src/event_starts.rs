//! Starts of tasks that events ask for.

use artel_domain::{InboundEventId, TaskId, TenantId};
use artel_store::{EventStart, NewInboundEvent, Viewer};
use sqlx::SqlitePool;
use uuid::Uuid;

use crate::error::Outcome;
use crate::tasks;
use crate::values::{micros, time};
use crate::writer::Tx;

/// Notes a start of each active task that the event triggers.
pub(crate) async fn ask(tx: &mut Tx, event: &NewInboundEvent) -> Outcome<()> {
    let at = micros(event.received_at);
    sqlx::query!(
        "INSERT INTO task_starts (task_id, event_id, tenant_id, created_at)
         SELECT id, ?1, tenant_id, ?2 FROM tasks
         WHERE tenant_id = ?3 AND trigger_service = ?4 AND trigger_type = ?5 AND deleted_at IS NULL AND state = 'active'",
        event.id.0,
        at,
        event.tenant_id.0,
        event.service,
        event.kind
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

pub(crate) async fn waiting(reads: &SqlitePool, limit: u32) -> Outcome<Vec<EventStart>> {
    let found = sqlx::query!(
        r#"SELECT s.task_id AS "task_id!: Uuid", s.event_id AS "event_id!: Uuid", s.tenant_id AS "tenant_id!: Uuid",
               s.created_at AS "created_at!: i64"
           FROM task_starts s ORDER BY s.created_at LIMIT ?1"#,
        limit
    );
    let mut starts = Vec::new();
    for row in found.fetch_all(reads).await? {
        let tenant = Viewer::service(TenantId(row.tenant_id));
        if let Some(task) = tasks::find(reads, &tenant, TaskId(row.task_id)).await? {
            let (event_id, received_at) = (InboundEventId(row.event_id), time(row.created_at));
            starts.push(EventStart { task, event_id, received_at });
        }
    }
    Ok(starts)
}

/// False: it is taken already.
pub(crate) async fn take(tx: &mut Tx, task: TaskId, event: InboundEventId) -> Outcome<bool> {
    let taken = sqlx::query!("DELETE FROM task_starts WHERE task_id = ?1 AND event_id = ?2", task.0, event.0);
    Ok(taken.execute(&mut tx.conn).await?.rows_affected() > 0)
}

pub(crate) async fn skip(tx: &mut Tx, start: &EventStart, reason: &str) -> Outcome<bool> {
    if !take(tx, start.task.id, start.event_id).await? {
        return Ok(false);
    }
    let at = micros(start.received_at);
    sqlx::query!("UPDATE tasks SET skipped_at = ?1, skipped_reason = ?2 WHERE id = ?3", at, reason, start.task.id.0)
        .execute(&mut tx.conn)
        .await?;
    Ok(true)
}
