//! Starts of tasks that events ask for.

use artel_domain::{InboundEventId, Task, TaskId, Timestamp};
use artel_store::{EventStart, NewInboundEvent};
use sqlx::SqlitePool;
use uuid::Uuid;

use crate::error::Outcome;
use crate::rows::tasks;
use crate::tasks;
use crate::values::{hex_list, micros, time};
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

/// And the ids of tasks that cannot be read. Those of a task that was deleted while the event came are left out: the
/// sweep of events removes them.
pub(crate) async fn waiting(reads: &SqlitePool, now: Timestamp, limit: u32) -> Outcome<(Vec<EventStart>, Vec<Uuid>)> {
    let now = micros(now);
    let found = sqlx::query!(
        r#"SELECT picked.task_id AS "task_id!: Uuid", picked.event_id AS "event_id!: Uuid", picked.created_at AS "created_at!: i64"
           FROM (
               SELECT s.task_id, s.event_id, s.created_at,
                   row_number() OVER (PARTITION BY s.tenant_id ORDER BY s.created_at, s.event_id) AS turn
               FROM task_starts s CROSS JOIN tasks t ON t.id = s.task_id AND t.tenant_id = s.tenant_id AND t.deleted_at IS NULL
               WHERE s.created_at <= ?1 AND (s.put_back_until IS NULL OR s.put_back_until <= ?1)
           ) picked ORDER BY picked.turn, picked.created_at, picked.event_id LIMIT ?2"#,
        now,
        limit
    );
    let found = found.fetch_all(reads).await?;
    let of = hex_list(found.iter().map(|row| row.task_id))?;
    let rows =
        tasks!("SELECT", "FROM tasks WHERE id IN (SELECT unhex(value) FROM json_each(?1)) AND deleted_at IS NULL", of);
    let (tasks, unreadable) = tasks::readable(rows.fetch_all(reads).await?);
    let start = |task: &Task, event: Uuid, at: i64| EventStart {
        task: task.clone(),
        event_id: InboundEventId(event),
        received_at: time(at),
    };
    let of = |row: &Uuid| tasks.iter().find(|task| task.id.0 == *row);
    let starts = found.iter().filter_map(|row| Some(start(of(&row.task_id)?, row.event_id, row.created_at)));
    Ok((starts.collect(), unreadable))
}

/// All that wait for these tasks.
pub(crate) async fn put_back_all(tx: &mut Tx, tasks: &[Uuid], until: Timestamp) -> Outcome<()> {
    let until = micros(until);
    for task in tasks {
        sqlx::query!("UPDATE task_starts SET put_back_until = ?1 WHERE task_id = ?2", until, task)
            .execute(&mut tx.conn)
            .await?;
    }
    Ok(())
}

pub(crate) async fn put_back(tx: &mut Tx, start: &EventStart, until: Timestamp) -> Outcome<()> {
    let (until, task, event) = (micros(until), start.task.id.0, start.event_id.0);
    sqlx::query!("UPDATE task_starts SET put_back_until = ?1 WHERE task_id = ?2 AND event_id = ?3", until, task, event)
        .execute(&mut tx.conn)
        .await?;
    Ok(())
}

/// False: it is taken already.
pub(crate) async fn take(tx: &mut Tx, task: TaskId, event: InboundEventId) -> Outcome<bool> {
    let taken = sqlx::query!("DELETE FROM task_starts WHERE task_id = ?1 AND event_id = ?2", task.0, event.0);
    Ok(taken.execute(&mut tx.conn).await?.rows_affected() > 0)
}

pub(crate) async fn skip(tx: &mut Tx, start: &EventStart, reason: &str, pauses: bool) -> Outcome<bool> {
    if !take(tx, start.task.id, start.event_id).await? {
        return Ok(false);
    }
    let (at, task) = (micros(start.received_at), start.task.id.0);
    sqlx::query!("UPDATE tasks SET skipped_at = ?1, skipped_reason = ?2 WHERE id = ?3", at, reason, task)
        .execute(&mut tx.conn)
        .await?;
    if pauses {
        sqlx::query!(
            "UPDATE tasks SET state = 'paused', next_at = NULL, version = version + 1 WHERE id = ?1 AND state = 'active'",
            task
        )
        .execute(&mut tx.conn)
        .await?;
        sqlx::query!("DELETE FROM task_starts WHERE task_id = ?1", task).execute(&mut tx.conn).await?;
    }
    Ok(true)
}
