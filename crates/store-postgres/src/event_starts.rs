//! Starts of tasks that events ask for. They are noted with the event (`inbound_events`).

use artel_domain::{InboundEventId, RunId, Task, TaskId, TenantId, Timestamp};
use artel_store::EventStart;
use artel_store::tasks::{MOST_WAITING, MOST_WAITING_OF_TENANT, SAID_ONCE_IN, TOO_MANY_WAIT, UNREADABLE_FOR};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::begun::begin;
use crate::rows::tasks;
use crate::tasks;
use crate::values::{duration_micros, micros, text, time};

/// Those of a task that was deleted while the event came are left out: the sweep of events removes them.
pub(crate) async fn waiting(pool: &PgPool, now: Timestamp, limit: u32) -> sqlx::Result<Vec<EventStart>> {
    let found = sqlx::query!(
        r#"WITH RECURSIVE waits(tenant_id) AS (
               (SELECT s.tenant_id FROM task_starts s ORDER BY s.tenant_id LIMIT 1)
               UNION ALL
               SELECT (SELECT n.tenant_id FROM task_starts n WHERE n.tenant_id > w.tenant_id ORDER BY n.tenant_id LIMIT 1)
               FROM waits w WHERE w.tenant_id IS NOT NULL)
           SELECT picked.task_id AS "task_id!", picked.event_id AS "event_id!", picked.created_at AS "created_at!" FROM (
               SELECT s.task_id, s.event_id, s.created_at,
                   row_number() OVER (PARTITION BY waits.tenant_id ORDER BY s.created_at, s.event_id) AS turn
               FROM waits CROSS JOIN LATERAL (
                   SELECT h.task_id, h.event_id, h.created_at FROM task_starts h
                   JOIN tasks t ON t.id = h.task_id AND t.tenant_id = h.tenant_id AND t.deleted_at IS NULL
                   WHERE h.tenant_id = waits.tenant_id AND h.created_at <= $1
                       AND (h.put_back_until IS NULL OR h.put_back_until <= $1)
                   ORDER BY h.created_at, h.event_id LIMIT $2) s
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

/// Notes a start of each active task that follows this one, whose run succeeded, and that has room for one.
pub(crate) async fn ask_followers(
    tx: &mut PgConnection,
    tenant: TenantId,
    task: TaskId,
    run: RunId,
    at: i64,
) -> sqlx::Result<()> {
    sqlx::query!(
        "WITH start AS (
             INSERT INTO task_starts (task_id, event_id, tenant_id, created_at)
             SELECT t.id, $1::uuid, t.tenant_id, $2::bigint FROM tasks t
             WHERE t.tenant_id = $3 AND t.parent_id = $4 AND t.deleted_at IS NULL AND t.state = 'active'
                 AND NOT EXISTS (SELECT 1 FROM task_starts s WHERE s.task_id = t.id OFFSET $5 LIMIT 1)
             LIMIT $6::bigint - (SELECT count(*) FROM (SELECT 1 FROM task_starts w WHERE w.tenant_id = $3 LIMIT $6::bigint) AS waiting)
             ON CONFLICT DO NOTHING RETURNING task_id),
         left_out AS (
             SELECT t.id FROM tasks t
             WHERE t.tenant_id = $3 AND t.parent_id = $4 AND t.deleted_at IS NULL AND t.state = 'active'
                 AND t.id NOT IN (SELECT task_id FROM start)
                 AND (t.skipped_reason IS DISTINCT FROM $7 OR t.skipped_at < $2::bigint - $8::bigint)
             FOR NO KEY UPDATE OF t SKIP LOCKED)
         UPDATE tasks t SET skipped_at = $2::bigint, skipped_reason = $7 FROM left_out l WHERE t.id = l.id",
        run.0,
        at,
        tenant.0,
        task.0,
        MOST_WAITING - 1,
        MOST_WAITING_OF_TENANT,
        TOO_MANY_WAIT,
        duration_micros(SAID_ONCE_IN)
    )
    .execute(tx)
    .await?;
    Ok(())
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
