//! What came of tasks.

use artel_domain::{Cap, Execution, ExecutionSummary, Phase, RunId, TaskId, TaskOfRun, TenantId};
use artel_store::tasks::{Line, LineOfRun};
use artel_store::{Page, Viewer};
use sqlx::PgPool;
use uuid::Uuid;

use crate::rows::executions;
use crate::tasks;
use crate::values::text;

pub(crate) async fn list(
    pool: &PgPool,
    viewer: &Viewer,
    task: TaskId,
    phase: Option<Phase>,
    page: Page,
) -> sqlx::Result<(Vec<Execution>, i64)> {
    if tasks::find(pool, viewer, task).await?.is_none() {
        return Ok((Vec::new(), 0));
    }
    let phase = phase.map(Phase::as_str);
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!" FROM task_executions e JOIN runs r ON r.id = e.run_id
           WHERE e.tenant_id = $1 AND e.task_id = $2 AND ($3::text IS NULL OR r.phase = $3)"#,
        viewer.tenant_id.0,
        task.0,
        phase
    )
    .fetch_one(pool)
    .await?;
    let found = executions!(
        "WHERE e.tenant_id = $1 AND e.task_id = $2 AND ($3::text IS NULL OR r.phase = $3) ORDER BY e.run_id DESC LIMIT $4 OFFSET $5",
        viewer.tenant_id.0,
        task.0,
        phase,
        i64::from(page.limit),
        i64::from(page.offset),
    );
    let found = found.fetch_all(pool).await?.into_iter().map(Execution::try_from);
    Ok((found.collect::<sqlx::Result<_>>()?, total))
}

pub(crate) async fn last(pool: &PgPool, viewer: &Viewer, of: &[TaskId]) -> sqlx::Result<Vec<Execution>> {
    let of: Vec<Uuid> = of.iter().map(|task| task.0).collect();
    let found = executions!(
        "WHERE e.run_id IN (SELECT (SELECT n.run_id FROM task_executions n WHERE n.tenant_id = $1 AND n.task_id = t.id
             ORDER BY n.run_id DESC LIMIT 1) FROM tasks t
             WHERE t.id = ANY ($2) AND t.tenant_id = $1 AND ($3::uuid IS NULL OR t.owner_id = $3))",
        viewer.tenant_id.0,
        &of,
        viewer.reads_only().map(|user| user.0),
    );
    found.fetch_all(pool).await?.into_iter().map(Execution::try_from).collect()
}

pub(crate) async fn summarise(pool: &PgPool, viewer: &Viewer, task: TaskId) -> sqlx::Result<ExecutionSummary> {
    if tasks::find(pool, viewer, task).await?.is_none() {
        return Ok(ExecutionSummary::default());
    }
    let summary = sqlx::query_as!(
        ExecutionSummary,
        r#"SELECT count(*) FILTER (WHERE r.phase IN ('queued', 'running', 'waiting_for_approval')) AS "open!",
               count(*) FILTER (WHERE r.phase = 'succeeded') AS "succeeded!",
               count(*) FILTER (WHERE r.phase = 'failed') AS "failed!",
               count(*) FILTER (WHERE r.phase = 'cancelled') AS "cancelled!",
               coalesce(sum(coalesce(r.prompt_tokens, 0) + coalesce(r.completion_tokens, 0)), 0)::bigint AS "tokens!",
               coalesce(sum(s.nano_usd), 0)::bigint AS "nano_usd!"
           FROM task_executions e JOIN runs r ON r.id = e.run_id LEFT JOIN run_spend s ON s.run_id = e.run_id
           WHERE e.tenant_id = $1 AND e.task_id = $2"#,
        viewer.tenant_id.0,
        task.0
    );
    summary.fetch_one(pool).await
}

/// The task that the run executes.
pub(crate) async fn of_run(pool: &PgPool, tenant: TenantId, run: RunId) -> sqlx::Result<Option<TaskOfRun>> {
    let found = sqlx::query!(
        r#"SELECT task_id, run_tokens AS tokens, run_nano_usd AS nano_usd FROM task_executions
           WHERE run_id = $1 AND tenant_id = $2"#,
        run.0,
        tenant.0
    );
    let of = found.fetch_optional(pool).await?;
    Ok(of.map(|row| TaskOfRun {
        task_id: TaskId(row.task_id),
        budget: Cap { tokens: row.tokens, nano_usd: row.nano_usd },
    }))
}

/// Subagents start subagents once more at most.
pub(crate) async fn line_of(pool: &PgPool, tenant: TenantId, run: RunId) -> sqlx::Result<LineOfRun> {
    let found = sqlx::query!(
        r#"SELECT e.task_id AS "task_id!", e.run_id AS "run_id!", e.line_id AS "line_id?", e.depth AS "depth!"
           FROM runs r LEFT JOIN runs p ON p.id = r.parent_run_id AND p.tenant_id = r.tenant_id
           JOIN task_executions e ON e.run_id IN (r.id, p.id, p.parent_run_id) AND e.tenant_id = r.tenant_id
           WHERE r.id = $1 AND r.tenant_id = $2"#,
        run.0,
        tenant.0
    );
    let found = found.fetch_optional(pool).await?;
    let of = found.as_ref().map_or(run.0, |row| row.line_id.unwrap_or(row.run_id));
    let started = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!" FROM task_executions WHERE tenant_id = $1 AND line_id = $2 AND depth > 0"#,
        tenant.0,
        of
    );
    let started = started.fetch_one(pool).await?;
    let line = Line { of: RunId(of), depth: found.as_ref().map_or(0, |row| row.depth) };
    Ok(LineOfRun { task_id: found.map(|row| TaskId(row.task_id)), line, started })
}

/// Subagents start subagents once more at most.
pub(crate) async fn budget_of(pool: &PgPool, tenant: TenantId, run: RunId) -> sqlx::Result<Option<Cap>> {
    let found = sqlx::query!(
        r#"SELECT e.run_tokens AS "tokens?", e.run_nano_usd AS "nano_usd?"
           FROM runs r LEFT JOIN runs p ON p.id = r.parent_run_id AND p.tenant_id = r.tenant_id
           JOIN task_executions e ON e.run_id IN (r.id, p.id, p.parent_run_id) AND e.tenant_id = r.tenant_id
           WHERE r.id = $1 AND r.tenant_id = $2"#,
        run.0,
        tenant.0
    );
    Ok(found.fetch_optional(pool).await?.map(|row| Cap { tokens: row.tokens, nano_usd: row.nano_usd }))
}

pub(crate) async fn save_state(pool: &PgPool, tenant: TenantId, run: RunId, state: &str) -> sqlx::Result<bool> {
    let saved = sqlx::query!(
        "UPDATE tasks SET saved_state = $1 WHERE tenant_id = $2
             AND id = (SELECT e.task_id FROM task_executions e WHERE e.run_id = $3 AND e.tenant_id = $2)",
        text(state),
        tenant.0,
        run.0,
    );
    Ok(saved.execute(pool).await?.rows_affected() > 0)
}

pub(crate) async fn state(pool: &PgPool, tenant: TenantId, run: RunId) -> sqlx::Result<Option<Option<String>>> {
    let found = sqlx::query_scalar!(
        "SELECT t.saved_state FROM task_executions e JOIN tasks t ON t.id = e.task_id AND t.tenant_id = e.tenant_id
         WHERE e.run_id = $1 AND e.tenant_id = $2",
        run.0,
        tenant.0,
    );
    found.fetch_optional(pool).await
}
