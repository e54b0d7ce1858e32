//! Saved tasks, as people and models make them. What starts them is in `firing`, what came of it in `executions`.

use artel_domain::{AuditEntry, Task, TaskId, TenantId, Timestamp};
use artel_store::{Page, SkippedDue, TaskFilter, Viewer};
use sqlx::{SqliteExecutor, SqlitePool};
use uuid::Uuid;

use crate::error::{Failure, Outcome};
use crate::rows::{TaskRow, all, one, tasks};
use crate::values::micros;
use crate::writer::Tx;

pub(crate) async fn create(tx: &mut Tx, task: &Task, most: i64, audit: &AuditEntry) -> Outcome<Option<Task>> {
    if let Some(known) = find_even_deleted(tx, task.tenant_id, task.id).await? {
        return Ok(Some(known));
    }
    let there = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!: i64" FROM tasks WHERE tenant_id = ?1 AND deleted_at IS NULL AND owner_id = ?2"#,
        task.tenant_id.0,
        task.owner_id.0
    );
    if there.fetch_one(&mut tx.conn).await? >= most {
        return Ok(None);
    }
    insert(tx, task).await?;
    tx.audit(task.tenant_id, audit);
    Ok(Some(task.clone()))
}

/// What an earlier try of a request made.
async fn find_even_deleted(tx: &mut Tx, tenant: TenantId, task: TaskId) -> Outcome<Option<Task>> {
    let found = tasks!("SELECT", "FROM tasks WHERE id = ?1 AND tenant_id = ?2", task.0, tenant.0);
    one(found.fetch_optional(&mut tx.conn).await?)
}

async fn insert(tx: &mut Tx, task: &Task) -> Outcome<()> {
    let (parent, trigger) = (task.parent_id.map(|parent| parent.0), task.trigger.as_ref());
    let (service, kind) = trigger.map(|trigger| (&trigger.service, &trigger.kind)).unzip();
    let (schedule, acts_for) = texts(task)?;
    let (overlap, misfire, state) = (task.overlap.as_str(), task.misfire.as_str(), task.state.as_str());
    let (next_at, created_at) = (task.next_run_at.map(micros), micros(task.created_at));
    sqlx::query!(
        "INSERT INTO tasks (id, tenant_id, owner_id, parent_id, agent_id, title, prompt, schedule, trigger_service, trigger_type,
             overlap, misfire, run_tokens, run_nano_usd, state, next_at, acts_for, version, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
        task.id.0,
        task.tenant_id.0,
        task.owner_id.0,
        parent,
        task.agent_id.0,
        task.title,
        task.prompt,
        schedule,
        service,
        kind,
        overlap,
        misfire,
        task.budget.tokens,
        task.budget.nano_usd,
        state,
        next_at,
        acts_for,
        task.version,
        created_at
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

/// Schedule and requester, as they are stored.
fn texts(task: &Task) -> Outcome<(Option<String>, String)> {
    let schedule = task.schedule.as_ref().map(serde_json::to_string).transpose()?;
    Ok((schedule, serde_json::to_string(&task.acts_for)?))
}

pub(crate) async fn find(reads: &SqlitePool, viewer: &Viewer, task: TaskId) -> Outcome<Option<Task>> {
    find_of(reads, viewer, task).await
}

pub(crate) async fn find_of(db: impl SqliteExecutor<'_>, viewer: &Viewer, task: TaskId) -> Outcome<Option<Task>> {
    let owner = viewer.reads_only().map(|user| user.0);
    let found = tasks!(
        "SELECT",
        "FROM tasks WHERE id = ?1 AND tenant_id = ?2 AND deleted_at IS NULL AND (?3 IS NULL OR owner_id = ?3)",
        task.0,
        viewer.tenant_id.0,
        owner
    );
    one(found.fetch_optional(db).await?)
}

pub(crate) async fn list(
    reads: &SqlitePool,
    viewer: &Viewer,
    filter: TaskFilter,
    page: Page,
) -> Outcome<(Vec<Task>, i64)> {
    let (owner, parent) = (viewer.reads_only().map(|user| user.0), filter.parent_id.map(|parent| parent.0));
    let state = filter.state.map(artel_domain::TaskState::as_str);
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!: i64" FROM tasks WHERE tenant_id = ?1 AND deleted_at IS NULL
               AND (?2 IS NULL OR owner_id = ?2) AND (?3 IS NULL OR state = ?3) AND (?4 IS NULL OR parent_id = ?4)"#,
        viewer.tenant_id.0,
        owner,
        state,
        parent
    )
    .fetch_one(reads)
    .await?;
    let found = tasks!(
        "SELECT",
        "FROM tasks WHERE tenant_id = ?1 AND deleted_at IS NULL
             AND (?2 IS NULL OR owner_id = ?2) AND (?3 IS NULL OR state = ?3) AND (?4 IS NULL OR parent_id = ?4)
         ORDER BY created_at DESC, id DESC LIMIT ?5 OFFSET ?6",
        viewer.tenant_id.0,
        owner,
        state,
        parent,
        page.limit,
        page.offset
    );
    Ok((all(found.fetch_all(reads).await?)?, total))
}

pub(crate) async fn update(
    tx: &mut Tx,
    viewer: &Viewer,
    task: &Task,
    moves: bool,
    audit: &AuditEntry,
) -> Outcome<Option<Task>> {
    let (owner, trigger) = (viewer.reads_only().map(|user| user.0), task.trigger.as_ref());
    let (service, kind) = trigger.map(|trigger| (&trigger.service, &trigger.kind)).unzip();
    let (schedule, acts_for) = texts(task)?;
    let (overlap, misfire, state) = (task.overlap.as_str(), task.misfire.as_str(), task.state.as_str());
    let (next_at, at) = (task.next_run_at.map(micros), micros(audit.at));
    let updated = tasks!(
        "UPDATE tasks SET agent_id = ?1, title = ?2, prompt = ?3, schedule = ?4, trigger_service = ?5, trigger_type = ?6,
             overlap = ?7, misfire = ?8, run_tokens = ?9, run_nano_usd = ?10, state = ?11, next_at = iif(?12, ?13, next_at),
             put_back_until = iif(?12, NULL, put_back_until), acts_for = ?14, version = version + 1, updated_at = ?15
         WHERE id = ?16 AND tenant_id = ?17 AND deleted_at IS NULL AND version = ?18 AND (?19 IS NULL OR owner_id = ?19)
         RETURNING",
        "",
        task.agent_id.0,
        task.title,
        task.prompt,
        schedule,
        service,
        kind,
        overlap,
        misfire,
        task.budget.tokens,
        task.budget.nano_usd,
        state,
        moves,
        next_at,
        acts_for,
        at,
        task.id.0,
        viewer.tenant_id.0,
        task.version,
        owner
    );
    let updated = one(updated.fetch_optional(&mut tx.conn).await?)?;
    if updated.is_some() {
        tx.audit(viewer.tenant_id, audit);
    }
    Ok(updated)
}

pub(crate) async fn delete(tx: &mut Tx, viewer: &Viewer, task: TaskId, audit: &AuditEntry) -> Outcome<bool> {
    let (owner, at) = (viewer.reads_only().map(|user| user.0), micros(audit.at));
    let deleted = sqlx::query!(
        "UPDATE tasks SET deleted_at = ?1, next_at = NULL
         WHERE id = ?2 AND tenant_id = ?3 AND deleted_at IS NULL AND (?4 IS NULL OR owner_id = ?4)",
        at,
        task.0,
        viewer.tenant_id.0,
        owner
    );
    if deleted.execute(&mut tx.conn).await?.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!(
        "WITH RECURSIVE following(id) AS (
             SELECT id FROM tasks WHERE tenant_id = ?1 AND parent_id = ?2 AND deleted_at IS NULL
             UNION SELECT t.id FROM following f CROSS JOIN tasks t ON t.tenant_id = ?1 AND t.parent_id = f.id AND t.deleted_at IS NULL)
         UPDATE tasks SET deleted_at = ?3, next_at = NULL WHERE id IN (SELECT id FROM following)",
        viewer.tenant_id.0,
        task.0,
        at
    )
    .execute(&mut tx.conn)
    .await?;
    sqlx::query!("DELETE FROM task_starts WHERE task_id = ?1", task.0).execute(&mut tx.conn).await?;
    tx.audit(viewer.tenant_id, audit);
    Ok(true)
}

pub(crate) async fn find_deleted(reads: &SqlitePool, viewer: &Viewer, task: TaskId) -> Outcome<Option<Task>> {
    let owner = viewer.reads_only().map(|user| user.0);
    let found = tasks!(
        "SELECT",
        "FROM tasks WHERE id = ?1 AND tenant_id = ?2 AND deleted_at IS NOT NULL AND (?3 IS NULL OR owner_id = ?3)",
        task.0,
        viewer.tenant_id.0,
        owner
    );
    one(found.fetch_optional(reads).await?)
}

/// And the ids of those that cannot be read, so that one of them does not stop the others.
pub(crate) async fn due(reads: &SqlitePool, now: Timestamp, limit: u32) -> Outcome<(Vec<Task>, Vec<Uuid>)> {
    let now = micros(now);
    let found = tasks!(
        "SELECT",
        "FROM (
             SELECT u.id AS due_id, row_number() OVER (PARTITION BY u.tenant_id ORDER BY u.own_turn, u.next_at, u.id) AS turn
             FROM (SELECT d.id, d.tenant_id, d.next_at,
                       row_number() OVER (PARTITION BY d.tenant_id, d.owner_id ORDER BY d.next_at, d.id) AS own_turn
                   FROM tasks d WHERE d.next_at <= ?1 AND (d.put_back_until IS NULL OR d.put_back_until <= ?1)) u
         ) picked CROSS JOIN tasks ON id = picked.due_id
         ORDER BY picked.turn, next_at, id LIMIT ?2",
        now,
        limit
    );
    Ok(readable(found.fetch_all(reads).await?))
}

pub(crate) fn readable(rows: Vec<TaskRow>) -> (Vec<Task>, Vec<Uuid>) {
    let (mut tasks, mut unreadable) = (Vec::new(), Vec::new());
    for row in rows {
        let id = row.id;
        match Task::try_from(row) {
            Ok(task) => tasks.push(task),
            Err(Failure(error)) => {
                tracing::error!(task_id = %id, %error, "the row of a task cannot be read; the task is left alone");
                unreadable.push(id);
            }
        }
    }
    (tasks, unreadable)
}

pub(crate) async fn put_back(tx: &mut Tx, tasks: &[Uuid], until: Timestamp) -> Outcome<()> {
    let until = micros(until);
    for task in tasks {
        sqlx::query!("UPDATE tasks SET put_back_until = ?1 WHERE id = ?2", until, task).execute(&mut tx.conn).await?;
    }
    Ok(())
}

pub(crate) async fn skip(
    tx: &mut Tx,
    tenant: TenantId,
    task: TaskId,
    taken: SkippedDue,
    reason: &str,
) -> Outcome<bool> {
    let (due_at, next_at, state) = (micros(taken.due_at), taken.next_at.map(micros), taken.state.as_str());
    let skipped = sqlx::query!(
        "UPDATE tasks SET next_at = ?1, state = ?2, version = version + (state <> ?2), put_back_until = NULL,
             skipped_at = ?3, skipped_reason = ?4
         WHERE id = ?5 AND tenant_id = ?6 AND next_at = ?3 AND deleted_at IS NULL",
        next_at,
        state,
        due_at,
        reason,
        task.0,
        tenant.0
    );
    Ok(skipped.execute(&mut tx.conn).await?.rows_affected() > 0)
}
