//! Starting a task: the due time is taken, and the run is there, or neither.

use artel_domain::{AuditEntry, CallId, Overlap, Run, RunId, SessionId, TaskId, TenantId, Timestamp};
use artel_store::tasks::LONGEST_QUEUE;
use artel_store::{Created, Fired, Firing, NewRun, Viewer};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::begun::begin;
use crate::values::micros;
use crate::{admission, audit, event_starts, organization_sessions, runs, steering};

/// `None`: nothing was written, because another process made the session meanwhile. The next try finds it.
pub(crate) async fn fire(pool: &PgPool, firing: &Firing) -> sqlx::Result<Option<Fired>> {
    let mut tx = begin(pool).await?;
    let is_due = lock(&mut tx, firing).await?;
    // Looked for behind the lock, so that a request and its retry make one run.
    if let Some(known) = known(&mut tx, firing.tenant_id, firing.run.id, firing.call).await? {
        return Ok(Some(Fired::Run(Box::new(known))));
    }
    if !is_due || !takes_event(&mut tx, firing).await? {
        return Ok(Some(Fired::Stale));
    }
    let open = open(&mut tx, firing).await?;
    let queue = match firing.overlap {
        Overlap::Skip if !open.is_empty() => return Ok(Some(Fired::Overlaps)),
        Overlap::Queue if open.len() as i64 >= LONGEST_QUEUE => return Ok(Some(Fired::QueueIsFull)),
        Overlap::Queue => open.iter().rev().find(|one| one.can_be_joined).map(|one| one.session.clone()),
        Overlap::Skip | Overlap::CancelPrevious => None,
    };
    let mut audits = Vec::new();
    if firing.overlap == Overlap::CancelPrevious {
        audits = cancel(&mut tx, firing, &open).await?;
    }
    let Some(created) = make_run(&mut tx, firing, queue, &mut audits).await? else { return Ok(None) };
    let Created::Run(run) = created else { return Ok(Some(Fired::Refused(created))) };
    take(&mut tx, firing).await?;
    note(&mut tx, firing).await?;
    audit::append(&mut tx, firing.tenant_id, &audits).await?;
    tx.commit().await?;
    Ok(Some(Fired::Run(run)))
}

/// An execution that is not over.
struct Open {
    run: RunId,
    session: SessionId,
    /// Nobody deleted the session, and nobody cancelled the run.
    can_be_joined: bool,
}

/// What an earlier try of the same request made.
pub(crate) async fn started(
    pool: &PgPool,
    tenant: TenantId,
    run: RunId,
    call: Option<CallId>,
) -> sqlx::Result<Option<Run>> {
    known(&mut *pool.acquire().await?, tenant, run, call).await
}

async fn known(db: &mut PgConnection, tenant: TenantId, run: RunId, call: Option<CallId>) -> sqlx::Result<Option<Run>> {
    let known = sqlx::query_scalar!(
        "SELECT run_id FROM task_executions WHERE tenant_id = $1 AND (run_id = $2 OR call_id = $3::uuid)",
        tenant.0,
        run.0,
        call.map(|call| call.0),
    );
    match known.fetch_optional(&mut *db).await? {
        Some(run) => runs::find(db, tenant, RunId(run)).await,
        None => Ok(None),
    }
}

/// Whether the task is there, and the due time is its next one. No other firing of it goes on until the end of this.
async fn lock(tx: &mut PgConnection, firing: &Firing) -> sqlx::Result<bool> {
    let found = sqlx::query!(
        "SELECT next_at FROM tasks WHERE id = $1 AND tenant_id = $2 AND deleted_at IS NULL FOR UPDATE",
        firing.task_id.0,
        firing.tenant_id.0,
    );
    let Some(task) = found.fetch_optional(tx).await? else { return Ok(false) };
    Ok(firing.takes.is_none_or(|taken| task.next_at == Some(micros(taken.due_at))))
}

/// False: the start that the event asks for is made already.
async fn takes_event(tx: &mut PgConnection, firing: &Firing) -> sqlx::Result<bool> {
    match firing.event {
        Some(event) => event_starts::take(tx, firing.task_id, event).await,
        None => Ok(true),
    }
}

/// Executions of the task that are not over, the newest last.
async fn open(tx: &mut PgConnection, firing: &Firing) -> sqlx::Result<Vec<Open>> {
    let open = sqlx::query!(
        r#"SELECT e.run_id, r.session_id, coalesce(s.is_active, false) AND NOT r.cancel_requested AS "can_be_joined!"
           FROM task_executions e JOIN runs r ON r.id = e.run_id
           LEFT JOIN sessions s ON s.tenant_id = r.tenant_id AND s.id = r.session_id
           WHERE e.tenant_id = $1 AND e.task_id = $2 AND NOT e.is_settled AND r.phase IN ('queued', 'running', 'waiting_for_approval')
           ORDER BY e.run_id"#,
        firing.tenant_id.0,
        firing.task_id.0,
    );
    let open = open.fetch_all(tx).await?;
    let open = open.into_iter().map(|row| Open {
        run: RunId(row.run_id),
        session: SessionId(row.session_id),
        can_be_joined: row.can_be_joined,
    });
    Ok(open.collect())
}

/// With its session, unless it is queued in that of another.
async fn make_run(
    tx: &mut PgConnection,
    firing: &Firing,
    queue: Option<SessionId>,
    audits: &mut Vec<AuditEntry>,
) -> sqlx::Result<Option<Created>> {
    let viewer = Viewer::user(firing.tenant_id, firing.session.owner_id);
    let session_id = queue.clone().unwrap_or_else(|| firing.run.session_id.clone());
    let run = NewRun { session_id, ..firing.run.clone() };
    let created = admission::admit_one(tx, (viewer, run, firing.run_audit.clone())).await?;
    if queue.is_none() && matches!(created, Some(Created::Run(_))) {
        organization_sessions::adopt(tx, &firing.session).await?;
        audits.push(firing.session_audit.clone());
    }
    Ok(created)
}

/// The rows of the audit log about it.
async fn cancel(tx: &mut PgConnection, firing: &Firing, open: &[Open]) -> sqlx::Result<Vec<AuditEntry>> {
    let open: Vec<Uuid> = open.iter().map(|one| one.run.0).collect();
    let locked = sqlx::query_scalar!(
        "SELECT id FROM runs WHERE id = ANY ($1) AND phase IN ('queued', 'running', 'waiting_for_approval')
           AND NOT cancel_requested ORDER BY id FOR UPDATE",
        &open,
    );
    let locked = locked.fetch_all(&mut *tx).await?;
    for run in &locked {
        steering::request_cancel(tx, RunId(*run), firing.cancel_audit.at).await?;
    }
    let audit = |run: &Uuid| AuditEntry { entity_id: run.to_string(), ..firing.cancel_audit.clone() };
    Ok(locked.iter().map(audit).collect())
}

async fn take(tx: &mut PgConnection, firing: &Firing) -> sqlx::Result<()> {
    let Some(taken) = firing.takes else { return Ok(()) };
    sqlx::query!(
        "UPDATE tasks SET next_at = $1, state = $2, version = version + CASE WHEN state = $2 THEN 0 ELSE 1 END,
             put_back_until = NULL
         WHERE id = $3",
        taken.next_at.map(micros),
        taken.state.as_str(),
        firing.task_id.0,
    )
    .execute(tx)
    .await?;
    Ok(())
}

async fn note(tx: &mut PgConnection, firing: &Firing) -> sqlx::Result<()> {
    let at = micros(firing.run.at);
    sqlx::query!(
        "INSERT INTO task_executions (run_id, tenant_id, task_id, cause, due_at, run_tokens, run_nano_usd, is_settled, created_at, call_id, line_id, depth)
         SELECT $1::uuid, $2::uuid, $3::uuid, $4::text, $5::bigint, $6::bigint, $7::bigint, false, $8::bigint, $9::uuid,
             coalesce($10, e.line_id, e.run_id), coalesce($11, e.depth, 0)
         FROM (SELECT 1) AS one LEFT JOIN task_executions e ON e.run_id = $12 AND e.tenant_id = $2",
        firing.run.id.0,
        firing.tenant_id.0,
        firing.task_id.0,
        firing.cause.as_str(),
        firing.takes.map_or(at, |taken| micros(taken.due_at)),
        firing.budget.tokens,
        firing.budget.nano_usd,
        at,
        firing.call.map(|call| call.0),
        firing.line.map(|line| line.of.0),
        firing.line.map(|line| line.depth),
        firing.event.map(|event| event.0),
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub(crate) async fn settle(pool: &PgPool, now: Timestamp, limit: u32) -> sqlx::Result<u64> {
    let mut tx = begin(pool).await?;
    let over = sqlx::query!(
        r#"SELECT e.run_id, e.tenant_id, e.task_id, r.phase = 'succeeded' AS "succeeded!"
           FROM task_executions e JOIN runs r ON r.id = e.run_id
           WHERE e.is_over AND NOT e.is_settled ORDER BY e.run_id LIMIT $1 FOR UPDATE OF e SKIP LOCKED"#,
        i64::from(limit),
    );
    let over = over.fetch_all(&mut *tx).await?;
    let runs: Vec<Uuid> = over.iter().map(|row| row.run_id).collect();
    sqlx::query!("UPDATE task_executions SET is_settled = true WHERE run_id = ANY ($1)", &runs)
        .execute(&mut *tx)
        .await?;
    for row in over.iter().filter(|row| row.succeeded) {
        let (tenant, task, run) = (TenantId(row.tenant_id), TaskId(row.task_id), RunId(row.run_id));
        event_starts::ask_followers(&mut tx, tenant, task, run, micros(now)).await?;
    }
    tx.commit().await?;
    Ok(over.len() as u64)
}
