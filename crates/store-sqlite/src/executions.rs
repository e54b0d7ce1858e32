//! What came of tasks.

use artel_domain::{Cap, Execution, ExecutionSummary, Phase, RunId, TaskId, TaskOfRun, TenantId};
use artel_store::tasks::{Line, LineOfRun};
use artel_store::{Page, Viewer};
use sqlx::SqlitePool;
use uuid::Uuid;

use crate::error::Outcome;
use crate::rows::{all, executions};
use crate::tasks;
use crate::values::hex_list;
use crate::writer::Tx;

pub(crate) async fn list(
    reads: &SqlitePool,
    viewer: &Viewer,
    task: TaskId,
    phase: Option<Phase>,
    page: Page,
) -> Outcome<(Vec<Execution>, i64)> {
    if tasks::find(reads, viewer, task).await?.is_none() {
        return Ok((Vec::new(), 0));
    }
    let phase = phase.map(Phase::as_str);
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!: i64" FROM task_executions e CROSS JOIN runs r ON r.id = e.run_id
           WHERE e.tenant_id = ?1 AND e.task_id = ?2 AND (?3 IS NULL OR r.phase = ?3)"#,
        viewer.tenant_id.0,
        task.0,
        phase
    )
    .fetch_one(reads)
    .await?;
    let found = executions!(
        "WHERE e.tenant_id = ?1 AND e.task_id = ?2 AND (?3 IS NULL OR r.phase = ?3) ORDER BY e.run_id DESC LIMIT ?4 OFFSET ?5",
        viewer.tenant_id.0,
        task.0,
        phase,
        page.limit,
        page.offset
    );
    Ok((all(found.fetch_all(reads).await?)?, total))
}

pub(crate) async fn last(reads: &SqlitePool, viewer: &Viewer, of: &[TaskId]) -> Outcome<Vec<Execution>> {
    let (of, owner) = (hex_list(of.iter().map(|task| task.0))?, viewer.reads_only().map(|user| user.0));
    let found = executions!(
        "WHERE e.run_id IN (SELECT (SELECT max(n.run_id) FROM task_executions n WHERE n.tenant_id = ?1 AND n.task_id = k.id)
             FROM tasks k
             WHERE k.id IN (SELECT unhex(value) FROM json_each(?2)) AND k.tenant_id = ?1 AND (?3 IS NULL OR k.owner_id = ?3))",
        viewer.tenant_id.0,
        of,
        owner
    );
    all(found.fetch_all(reads).await?)
}

pub(crate) async fn summarise(reads: &SqlitePool, viewer: &Viewer, task: TaskId) -> Outcome<ExecutionSummary> {
    if tasks::find(reads, viewer, task).await?.is_none() {
        return Ok(ExecutionSummary::default());
    }
    let summary = sqlx::query_as!(
        ExecutionSummary,
        r#"SELECT count(*) FILTER (WHERE r.phase IN ('queued', 'running', 'waiting_for_approval')) AS "open!: i64",
               count(*) FILTER (WHERE r.phase = 'succeeded') AS "succeeded!: i64",
               count(*) FILTER (WHERE r.phase = 'failed') AS "failed!: i64",
               count(*) FILTER (WHERE r.phase = 'cancelled') AS "cancelled!: i64",
               coalesce(sum(coalesce(r.prompt_tokens, 0) + coalesce(r.completion_tokens, 0)), 0) AS "tokens!: i64",
               coalesce(sum(s.nano_usd), 0) AS "nano_usd!: i64"
           FROM task_executions e CROSS JOIN runs r ON r.id = e.run_id LEFT JOIN run_spend s ON s.run_id = e.run_id
           WHERE e.tenant_id = ?1 AND e.task_id = ?2"#,
        viewer.tenant_id.0,
        task.0
    );
    Ok(summary.fetch_one(reads).await?)
}

/// The task that the run executes.
pub(crate) async fn of_run(reads: &SqlitePool, tenant: TenantId, run: RunId) -> Outcome<Option<TaskOfRun>> {
    let found = sqlx::query!(
        r#"SELECT task_id AS "task_id!: Uuid", run_tokens AS "tokens?: i64", run_nano_usd AS "nano_usd?: i64"
           FROM task_executions WHERE run_id = ?1 AND tenant_id = ?2"#,
        run.0,
        tenant.0
    );
    let of = found.fetch_optional(reads).await?;
    Ok(of.map(|row| TaskOfRun {
        task_id: TaskId(row.task_id),
        budget: Cap { tokens: row.tokens, nano_usd: row.nano_usd },
    }))
}

/// Subagents start subagents once more at most.
pub(crate) async fn line_of(reads: &SqlitePool, tenant: TenantId, run: RunId) -> Outcome<LineOfRun> {
    let found = sqlx::query!(
        r#"SELECT e.task_id AS "task_id!: Uuid", e.run_id AS "run_id!: Uuid", e.line_id AS "line_id?: Uuid", e.depth AS "depth!: i64"
           FROM runs r LEFT JOIN runs p ON p.id = r.parent_run_id AND p.tenant_id = r.tenant_id
           JOIN task_executions e ON e.run_id IN (r.id, p.id, p.parent_run_id) AND e.tenant_id = r.tenant_id
           WHERE r.id = ?1 AND r.tenant_id = ?2"#,
        run.0,
        tenant.0
    );
    let found = found.fetch_optional(reads).await?;
    let of = found.as_ref().map_or(run.0, |row| row.line_id.unwrap_or(row.run_id));
    let started = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!: i64" FROM task_executions WHERE tenant_id = ?1 AND line_id = ?2 AND depth > 0"#,
        tenant.0,
        of
    );
    let started = started.fetch_one(reads).await?;
    let line = Line { of: RunId(of), depth: found.as_ref().map_or(0, |row| row.depth) };
    Ok(LineOfRun { task_id: found.map(|row| TaskId(row.task_id)), line, started })
}

/// Subagents start subagents once more at most.
pub(crate) async fn budget_of(reads: &SqlitePool, tenant: TenantId, run: RunId) -> Outcome<Option<Cap>> {
    let found = sqlx::query!(
        r#"SELECT e.run_tokens AS "tokens?: i64", e.run_nano_usd AS "nano_usd?: i64"
           FROM runs r LEFT JOIN runs p ON p.id = r.parent_run_id AND p.tenant_id = r.tenant_id
           JOIN task_executions e ON e.run_id IN (r.id, p.id, p.parent_run_id) AND e.tenant_id = r.tenant_id
           WHERE r.id = ?1 AND r.tenant_id = ?2"#,
        run.0,
        tenant.0
    );
    Ok(found.fetch_optional(reads).await?.map(|row| Cap { tokens: row.tokens, nano_usd: row.nano_usd }))
}

pub(crate) async fn save_state(tx: &mut Tx, tenant: TenantId, run: RunId, state: &str) -> Outcome<bool> {
    let saved = sqlx::query!(
        "UPDATE tasks SET saved_state = ?1 WHERE tenant_id = ?2
             AND id = (SELECT e.task_id FROM task_executions e WHERE e.run_id = ?3 AND e.tenant_id = ?2)",
        state,
        tenant.0,
        run.0
    );
    Ok(saved.execute(&mut tx.conn).await?.rows_affected() > 0)
}

pub(crate) async fn state(reads: &SqlitePool, tenant: TenantId, run: RunId) -> Outcome<Option<Option<String>>> {
    let found = sqlx::query_scalar!(
        r#"SELECT t.saved_state AS "state?: String" FROM task_executions e JOIN tasks t ON t.id = e.task_id AND t.tenant_id = e.tenant_id
           WHERE e.run_id = ?1 AND e.tenant_id = ?2"#,
        run.0,
        tenant.0
    );
    Ok(found.fetch_optional(reads).await?)
}
