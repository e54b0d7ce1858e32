//! Starts of tasks that events ask for.

use artel_domain::{InboundEventId, RunId, Task, TaskId, TenantId, Timestamp};
use artel_store::tasks::{MOST_WAITING, MOST_WAITING_OF_TENANT, SAID_ONCE_IN, TOO_MANY_WAIT};
use artel_store::{EventStart, NewInboundEvent};
use sqlx::SqlitePool;
use uuid::Uuid;

use crate::error::Outcome;
use crate::rows::tasks;
use crate::tasks;
use crate::values::{duration_micros, hex_list, micros, time};
use crate::writer::Tx;

/// A start in this place, counted from 0, says that no more may wait.
const LAST_PLACE: i64 = MOST_WAITING - 1;

/// Notes a start of each active task that the event triggers.
pub(crate) async fn ask(tx: &mut Tx, event: &NewInboundEvent) -> Outcome<()> {
    let (at, room) = (micros(event.received_at), room(tx, event.tenant_id).await?);
    sqlx::query!(
        "INSERT INTO task_starts (task_id, event_id, tenant_id, created_at)
         SELECT t.id, ?1, t.tenant_id, ?2 FROM tasks t
         WHERE t.tenant_id = ?3 AND t.trigger_service = ?4 AND t.trigger_type = ?5 AND t.deleted_at IS NULL AND t.state = 'active'
             AND NOT EXISTS (SELECT 1 FROM task_starts s WHERE s.task_id = t.id LIMIT 1 OFFSET ?6)
         LIMIT ?7",
        event.id.0,
        at,
        event.tenant_id.0,
        event.service,
        event.kind,
        LAST_PLACE,
        room
    )
    .execute(&mut tx.conn)
    .await?;
    let said_before = at - duration_micros(SAID_ONCE_IN);
    sqlx::query!(
        "UPDATE tasks SET skipped_at = ?1, skipped_reason = ?2
         WHERE tenant_id = ?3 AND trigger_service = ?4 AND trigger_type = ?5 AND deleted_at IS NULL AND state = 'active'
             AND NOT EXISTS (SELECT 1 FROM task_starts s WHERE s.task_id = tasks.id AND s.event_id = ?6)
             AND (skipped_reason IS NOT ?2 OR skipped_at < ?7)",
        at,
        TOO_MANY_WAIT,
        event.tenant_id.0,
        event.service,
        event.kind,
        event.id.0,
        said_before
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

/// How many starts of the tenant may still be noted.
async fn room(tx: &mut Tx, tenant: TenantId) -> Outcome<i64> {
    let waiting = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!: i64" FROM (SELECT 1 FROM task_starts WHERE tenant_id = ?1 LIMIT ?2)"#,
        tenant.0,
        MOST_WAITING_OF_TENANT
    );
    Ok(MOST_WAITING_OF_TENANT - waiting.fetch_one(&mut tx.conn).await?)
}

/// Notes a start of each active task that follows this one, whose run succeeded.
pub(crate) async fn ask_followers(tx: &mut Tx, tenant: TenantId, task: TaskId, run: RunId, at: i64) -> Outcome<()> {
    let has_followers = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM tasks WHERE tenant_id = ?1 AND parent_id = ?2 AND deleted_at IS NULL) AS "has!: bool""#,
        tenant.0,
        task.0
    );
    if !has_followers.fetch_one(&mut tx.conn).await? {
        return Ok(());
    }
    let room = room(tx, tenant).await?;
    sqlx::query!(
        "INSERT INTO task_starts (task_id, event_id, tenant_id, created_at)
         SELECT t.id, ?1, t.tenant_id, ?2 FROM tasks t
         WHERE t.tenant_id = ?3 AND t.parent_id = ?4 AND t.deleted_at IS NULL AND t.state = 'active'
             AND NOT EXISTS (SELECT 1 FROM task_starts s WHERE s.task_id = t.id LIMIT 1 OFFSET ?5)
         LIMIT ?6
         ON CONFLICT DO NOTHING",
        run.0,
        at,
        tenant.0,
        task.0,
        LAST_PLACE,
        room
    )
    .execute(&mut tx.conn)
    .await?;
    let said_before = at - duration_micros(SAID_ONCE_IN);
    sqlx::query!(
        "UPDATE tasks SET skipped_at = ?1, skipped_reason = ?2
         WHERE tenant_id = ?3 AND parent_id = ?4 AND deleted_at IS NULL AND state = 'active'
             AND NOT EXISTS (SELECT 1 FROM task_starts s WHERE s.task_id = tasks.id AND s.event_id = ?5)
             AND (skipped_reason IS NOT ?2 OR skipped_at < ?6)",
        at,
        TOO_MANY_WAIT,
        tenant.0,
        task.0,
        run.0,
        said_before
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
        r#"WITH RECURSIVE waits(tenant_id) AS (
               SELECT min(tenant_id) FROM task_starts
               UNION ALL
               SELECT (SELECT min(n.tenant_id) FROM task_starts n WHERE n.tenant_id > w.tenant_id) FROM waits w
               WHERE w.tenant_id IS NOT NULL)
           SELECT picked.task_id AS "task_id!: Uuid", picked.event_id AS "event_id!: Uuid", picked.created_at AS "created_at!: i64"
           FROM (
               SELECT s.task_id, s.event_id, s.created_at,
                   row_number() OVER (PARTITION BY s.tenant_id ORDER BY s.created_at, s.event_id) AS turn
               FROM waits CROSS JOIN task_starts s ON (s.task_id, s.event_id) IN (
                   SELECT h.task_id, h.event_id FROM task_starts h
                   CROSS JOIN tasks t ON t.id = h.task_id AND t.tenant_id = h.tenant_id AND t.deleted_at IS NULL
                   WHERE h.tenant_id = waits.tenant_id AND h.created_at <= ?1
                       AND (h.put_back_until IS NULL OR h.put_back_until <= ?1)
                   ORDER BY h.created_at, h.event_id LIMIT ?2)
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
