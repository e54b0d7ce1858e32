//! Saved tasks, as people and models make them. What starts them is in `firing`, what came of it in `executions`.

use artel_domain::{AuditEntry, Task, TaskId, TaskState, TenantId, Timestamp};
use artel_store::tasks::UNREADABLE_FOR;
use artel_store::{Page, SkippedDue, TaskFilter, Viewer};
use sqlx::{PgConnection, PgExecutor, PgPool};
use uuid::Uuid;

use crate::audit;
use crate::begun::begin;
use crate::filters::filtered;
use crate::rows::{TaskRow, tasks};
use crate::values::{duration_micros, json, maybe_json, micros, text};

pub(crate) async fn create(pool: &PgPool, task: &Task, most: i64, audit: &AuditEntry) -> sqlx::Result<Option<Task>> {
    let mut tx = begin(pool).await?;
    // The tasks of one owner are made one after the other, so that the count holds.
    let owner = format!("tasks of {} {}", task.tenant_id, task.owner_id);
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", owner).execute(&mut *tx).await?;
    if let Some(known) = find_even_deleted(&mut tx, task.tenant_id, task.id).await? {
        return Ok(Some(known));
    }
    let there = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!" FROM tasks WHERE tenant_id = $1 AND deleted_at IS NULL AND owner_id = $2"#,
        task.tenant_id.0,
        task.owner_id.0
    );
    if there.fetch_one(&mut *tx).await? >= most {
        return Ok(None);
    }
    insert(&mut tx, task).await?;
    audit::append(&mut tx, task.tenant_id, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(Some(task.clone()))
}

/// What an earlier try of a request made.
async fn find_even_deleted(tx: &mut PgConnection, tenant: TenantId, task: TaskId) -> sqlx::Result<Option<Task>> {
    let found = tasks!("SELECT", "FROM tasks WHERE id = $1 AND tenant_id = $2", task.0, tenant.0);
    found.fetch_optional(tx).await?.map(Task::try_from).transpose()
}

async fn insert(tx: &mut PgConnection, task: &Task) -> sqlx::Result<()> {
    let (service, kind) = trigger(task);
    sqlx::query!(
        "INSERT INTO tasks (id, tenant_id, owner_id, parent_id, agent_id, title, prompt, schedule, trigger_service, trigger_type,
             overlap, misfire, run_tokens, run_nano_usd, state, next_at, acts_for, version, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
        task.id.0,
        task.tenant_id.0,
        task.owner_id.0,
        task.parent_id.map(|parent| parent.0),
        task.agent_id.0,
        text(&task.title),
        text(&task.prompt),
        maybe_json(task.schedule.as_ref())?,
        service,
        kind,
        task.overlap.as_str(),
        task.misfire.as_str(),
        task.budget.tokens,
        task.budget.nano_usd,
        task.state.as_str(),
        task.next_run_at.map(micros),
        json(&task.acts_for)?,
        task.version,
        micros(task.created_at),
    )
    .execute(tx)
    .await?;
    Ok(())
}

fn trigger(task: &Task) -> (Option<String>, Option<String>) {
    task.trigger.as_ref().map(|trigger| (text(&trigger.service), text(&trigger.kind))).unzip()
}

pub(crate) async fn find(pool: &PgPool, viewer: &Viewer, task: TaskId) -> sqlx::Result<Option<Task>> {
    find_of(pool, viewer, task).await
}

async fn find_of(db: impl PgExecutor<'_>, viewer: &Viewer, task: TaskId) -> sqlx::Result<Option<Task>> {
    let found = tasks!(
        "SELECT",
        "FROM tasks WHERE id = $1 AND tenant_id = $2 AND deleted_at IS NULL AND ($3::uuid IS NULL OR owner_id = $3)",
        task.0,
        viewer.tenant_id.0,
        viewer.reads_only().map(|user| user.0),
    );
    found.fetch_optional(db).await?.map(Task::try_from).transpose()
}

pub(crate) async fn list(
    pool: &PgPool,
    viewer: &Viewer,
    filter: TaskFilter,
    page: Page,
) -> sqlx::Result<(Vec<Task>, i64)> {
    let (owner, parent) = (viewer.reads_only().map(|user| user.0), filter.parent_id.map(|parent| parent.0));
    let (state, mut tx) = (filter.state.map(TaskState::as_str), filtered(pool).await?);
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!" FROM tasks WHERE tenant_id = $1 AND deleted_at IS NULL
             AND ($2::uuid IS NULL OR owner_id = $2) AND ($3::text IS NULL OR state = $3) AND ($4::uuid IS NULL OR parent_id = $4)"#,
        viewer.tenant_id.0,
        owner,
        state,
        parent,
    )
    .fetch_one(&mut *tx)
    .await?;
    let found = tasks!(
        "SELECT",
        "FROM tasks WHERE tenant_id = $1 AND deleted_at IS NULL
           AND ($2::uuid IS NULL OR owner_id = $2) AND ($3::text IS NULL OR state = $3) AND ($4::uuid IS NULL OR parent_id = $4)
         ORDER BY created_at DESC, id DESC LIMIT $5 OFFSET $6",
        viewer.tenant_id.0,
        owner,
        state,
        parent,
        i64::from(page.limit),
        i64::from(page.offset),
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok((found.into_iter().map(Task::try_from).collect::<sqlx::Result<_>>()?, total))
}

pub(crate) async fn update(
    pool: &PgPool,
    viewer: &Viewer,
    task: &Task,
    moves: bool,
    audit: &AuditEntry,
) -> sqlx::Result<Option<Task>> {
    let (mut tx, (service, kind)) = (begin(pool).await?, trigger(task));
    let updated = tasks!(
        "UPDATE tasks SET agent_id = $1, title = $2, prompt = $3, schedule = $4, trigger_service = $5, trigger_type = $6,
             overlap = $7, misfire = $8, run_tokens = $9, run_nano_usd = $10, state = $11,
             next_at = CASE WHEN $12 THEN $13 ELSE next_at END, put_back_until = CASE WHEN $12 THEN NULL ELSE put_back_until END,
             acts_for = $14, version = version + 1, updated_at = $15
         WHERE id = $16 AND tenant_id = $17 AND deleted_at IS NULL AND version = $18 AND ($19::uuid IS NULL OR owner_id = $19)
         RETURNING",
        "",
        task.agent_id.0,
        text(&task.title),
        text(&task.prompt),
        maybe_json(task.schedule.as_ref())?,
        service,
        kind,
        task.overlap.as_str(),
        task.misfire.as_str(),
        task.budget.tokens,
        task.budget.nano_usd,
        task.state.as_str(),
        moves,
        task.next_run_at.map(micros),
        json(&task.acts_for)?,
        micros(audit.at),
        task.id.0,
        viewer.tenant_id.0,
        task.version,
        viewer.reads_only().map(|user| user.0),
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = updated else { return Ok(None) };
    audit::append(&mut tx, viewer.tenant_id, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    row.try_into().map(Some)
}

pub(crate) async fn delete(pool: &PgPool, viewer: &Viewer, task: TaskId, audit: &AuditEntry) -> sqlx::Result<bool> {
    let (mut tx, at) = (begin(pool).await?, micros(audit.at));
    let deleted = sqlx::query!(
        "UPDATE tasks SET deleted_at = $1, next_at = NULL
         WHERE id = $2 AND tenant_id = $3 AND deleted_at IS NULL AND ($4::uuid IS NULL OR owner_id = $4)",
        at,
        task.0,
        viewer.tenant_id.0,
        viewer.reads_only().map(|user| user.0),
    );
    if deleted.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!(
        "WITH RECURSIVE following(id) AS (
             SELECT id FROM tasks WHERE tenant_id = $1 AND parent_id = $2 AND deleted_at IS NULL
             UNION SELECT t.id FROM following f JOIN tasks t ON t.tenant_id = $1 AND t.parent_id = f.id AND t.deleted_at IS NULL)
         UPDATE tasks SET deleted_at = $3, next_at = NULL WHERE id IN (SELECT id FROM following)",
        viewer.tenant_id.0,
        task.0,
        at,
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("DELETE FROM task_starts WHERE task_id = $1", task.0).execute(&mut *tx).await?;
    audit::append(&mut tx, viewer.tenant_id, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(true)
}

pub(crate) async fn find_deleted(pool: &PgPool, viewer: &Viewer, task: TaskId) -> sqlx::Result<Option<Task>> {
    let found = tasks!(
        "SELECT",
        "FROM tasks WHERE id = $1 AND tenant_id = $2 AND deleted_at IS NOT NULL AND ($3::uuid IS NULL OR owner_id = $3)",
        task.0,
        viewer.tenant_id.0,
        viewer.reads_only().map(|user| user.0),
    );
    found.fetch_optional(pool).await?.map(Task::try_from).transpose()
}

pub(crate) async fn due(pool: &PgPool, now: Timestamp, limit: u32) -> sqlx::Result<Vec<Task>> {
    let found = tasks!(
        "SELECT",
        "FROM tasks JOIN (
             SELECT u.id AS due_id, row_number() OVER (PARTITION BY u.tenant_id ORDER BY u.own_turn, u.next_at, u.id) AS turn
             FROM (SELECT d.id, d.tenant_id, d.next_at,
                       row_number() OVER (PARTITION BY d.tenant_id, d.owner_id ORDER BY d.next_at, d.id) AS own_turn
                   FROM tasks d WHERE d.next_at <= $1 AND (d.put_back_until IS NULL OR d.put_back_until <= $1)) u
         ) picked ON picked.due_id = id
         ORDER BY picked.turn, next_at, id LIMIT $2",
        micros(now),
        i64::from(limit)
    );
    let (tasks, unreadable) = readable(found.fetch_all(pool).await?);
    if !unreadable.is_empty() {
        let until = micros(now) + duration_micros(UNREADABLE_FOR);
        sqlx::query!("UPDATE tasks SET put_back_until = $1 WHERE id = ANY ($2)", until, &unreadable)
            .execute(pool)
            .await?;
    }
    Ok(tasks)
}

/// And the ids of those that cannot be read, so that one of them does not stop the others.
pub(crate) fn readable(rows: Vec<TaskRow>) -> (Vec<Task>, Vec<Uuid>) {
    let (mut tasks, mut unreadable) = (Vec::new(), Vec::new());
    for row in rows {
        let id = row.id;
        match Task::try_from(row) {
            Ok(task) => tasks.push(task),
            Err(error) => {
                tracing::error!(task_id = %id, %error, "the row of a task cannot be read; the task is left alone");
                unreadable.push(id);
            }
        }
    }
    (tasks, unreadable)
}

pub(crate) async fn put_back(pool: &PgPool, tenant: TenantId, task: TaskId, until: Timestamp) -> sqlx::Result<()> {
    let until = micros(until);
    sqlx::query!("UPDATE tasks SET put_back_until = $1 WHERE id = $2 AND tenant_id = $3", until, task.0, tenant.0)
        .execute(pool)
        .await?;
    Ok(())
}

pub(crate) async fn skip(
    pool: &PgPool,
    tenant: TenantId,
    task: TaskId,
    taken: SkippedDue,
    reason: &str,
) -> sqlx::Result<bool> {
    let skipped = sqlx::query!(
        "UPDATE tasks SET next_at = $1, state = $2, version = version + CASE WHEN state = $2 THEN 0 ELSE 1 END,
             put_back_until = NULL, skipped_at = $3, skipped_reason = $4
         WHERE id = $5 AND tenant_id = $6 AND next_at = $3 AND deleted_at IS NULL",
        taken.next_at.map(micros),
        taken.state.as_str(),
        micros(taken.due_at),
        text(reason),
        task.0,
        tenant.0,
    );
    Ok(skipped.execute(pool).await?.rows_affected() > 0)
}
