//! Starts of tasks that events ask for. They are noted with the event (`inbound_events`).

use artel_domain::{InboundEventId, Task, TaskId, Timestamp};
use artel_store::EventStart;
use artel_store::tasks::UNREADABLE_FOR;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::begun::begin;
use crate::rows::tasks;
use crate::tasks;
use crate::values::{duration_micros, micros, text, time};

/// Those of a task that was deleted while the event came are left out: the sweep of events removes them.
pub(crate) async fn waiting(pool: &PgPool, now: Timestamp, limit: u32) -> sqlx::Result<Vec<EventStart>> {
    let found = sqlx::query!(
        r#"SELECT picked.task_id AS "task_id!", picked.event_id AS "event_id!", picked.created_at AS "created_at!" FROM (
               SELECT s.task_id, s.event_id, s.created_at,
                   row_number() OVER (PARTITION BY s.tenant_id ORDER BY s.created_at, s.event_id) AS turn
               FROM task_starts s JOIN tasks t ON t.id = s.task_id AND t.tenant_id = s.tenant_id AND t.deleted_at IS NULL
               WHERE s.created_at <= $1 AND (s.put_back_until IS NULL OR s.put_back_until <= $1)
           ) picked ORDER BY picked.turn, picked.created_at, picked.event_id LIMIT $2"#,
        micros(now),
        i64::from(limit),
    );
    let found = found.fetch_all(pool).await?;
    let of: Vec<Uuid> = found.iter().map(|row| row.task_id).collect();
    let rows = tasks!("SELECT", "FROM tasks WHERE id = ANY ($1) AND deleted_at IS NULL", &of).fetch_all(pool).await?;
    let (tasks, unreadable) = tasks::readable(rows);
    if !unreadable.is_empty() {
        let until = micros(now) + duration_micros(UNREADABLE_FOR);
        sqlx::query!("UPDATE task_starts SET put_back_until = $1 WHERE task_id = ANY ($2)", until, &unreadable)
            .execute(pool)
            .await?;
    }
    let start = |task: &Task, event: Uuid, at: i64| EventStart {
        task: task.clone(),
        event_id: InboundEventId(event),
        received_at: time(at),
    };
    let of = |row: &Uuid| tasks.iter().find(|task| task.id.0 == *row);
    Ok(found.iter().filter_map(|row| Some(start(of(&row.task_id)?, row.event_id, row.created_at))).collect())
}

pub(crate) async fn put_back(pool: &PgPool, start: &EventStart, until: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE task_starts SET put_back_until = $1 WHERE task_id = $2 AND event_id = $3",
        micros(until),
        start.task.id.0,
        start.event_id.0,
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// False: it is taken already.
pub(crate) async fn take(tx: &mut PgConnection, task: TaskId, event: InboundEventId) -> sqlx::Result<bool> {
    let taken = sqlx::query!("DELETE FROM task_starts WHERE task_id = $1 AND event_id = $2", task.0, event.0);
    Ok(taken.execute(tx).await?.rows_affected() > 0)
}

pub(crate) async fn skip(pool: &PgPool, start: &EventStart, reason: &str, pauses: bool) -> sqlx::Result<bool> {
    let (mut tx, task) = (begin(pool).await?, start.task.id.0);
    if !take(&mut tx, start.task.id, start.event_id).await? {
        return Ok(false);
    }
    sqlx::query!(
        "UPDATE tasks SET skipped_at = $1, skipped_reason = $2 WHERE id = $3",
        micros(start.received_at),
        text(reason),
        task,
    )
    .execute(&mut *tx)
    .await?;
    if pauses {
        sqlx::query!(
            "UPDATE tasks SET state = 'paused', next_at = NULL, version = version + 1 WHERE id = $1 AND state = 'active'",
            task
        )
        .execute(&mut *tx)
        .await?;
        sqlx::query!("DELETE FROM task_starts WHERE task_id = $1", task).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(true)
}
