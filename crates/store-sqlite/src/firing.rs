//! Starting a task: the due time is taken, and the run is there, or neither.

use artel_domain::{AuditEntry, CallId, Overlap, Run, RunId, SessionId, TaskId, TenantId, Timestamp};
use artel_store::tasks::LONGEST_QUEUE;
use artel_store::{Created, Fired, Firing, NewRun, Viewer};
use sqlx::SqliteConnection;
use uuid::Uuid;

use crate::error::Outcome;
use crate::values::micros;
use crate::writer::Tx;
use crate::{admission, event_starts, organization_sessions, runs, steering};

/// There is one writer, so what is read here still holds when it is written.
pub(crate) async fn fire(tx: &mut Tx, firing: &Firing) -> Outcome<Fired> {
    if let Some(known) = started(&mut tx.conn, firing.tenant_id, firing.run.id, firing.call).await? {
        return Ok(Fired::Run(Box::new(known)));
    }
    if !is_due(tx, firing).await? || !is_asked(tx, firing).await? {
        return Ok(Fired::Stale);
    }
    let open = open(tx, firing).await?;
    let queue = match firing.overlap {
        Overlap::Skip if !open.is_empty() => return Ok(Fired::Overlaps),
        Overlap::Queue if open.len() as i64 >= LONGEST_QUEUE => return Ok(Fired::QueueIsFull),
        Overlap::Queue => open.iter().rev().find(|one| one.can_be_joined).map(|one| one.session.clone()),
        Overlap::Skip | Overlap::CancelPrevious => None,
    };
    let created = make_run(tx, firing, queue).await?;
    let Created::Run(run) = created else { return Ok(Fired::Refused(created)) };
    if firing.overlap == Overlap::CancelPrevious {
        cancel(tx, firing, &open).await?;
    }
    take(tx, firing).await?;
    note(tx, firing).await?;
    Ok(Fired::Run(run))
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
    db: &mut SqliteConnection,
    tenant: TenantId,
    run: RunId,
    call: Option<CallId>,
) -> Outcome<Option<Run>> {
    let call = call.map(|call| call.0);
    let known = sqlx::query_scalar!(
        r#"SELECT run_id AS "run_id!: Uuid" FROM task_executions WHERE tenant_id = ?1 AND (run_id = ?2 OR call_id = ?3)"#,
        tenant.0,
        run.0,
        call
    );
    match known.fetch_optional(&mut *db).await? {
        Some(run) => runs::find(db, tenant, RunId(run)).await,
        None => Ok(None),
    }
}

async fn is_due(tx: &mut Tx, firing: &Firing) -> Outcome<bool> {
    let due_at = firing.takes.map(|taken| micros(taken.due_at));
    let due = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM tasks WHERE id = ?1 AND tenant_id = ?2 AND deleted_at IS NULL
               AND (?3 IS NULL OR next_at = ?3)) AS "due!: bool""#,
        firing.task_id.0,
        firing.tenant_id.0,
        due_at
    );
    Ok(due.fetch_one(&mut tx.conn).await?)
}

/// Whether the start that the event asks for is still to be made.
async fn is_asked(tx: &mut Tx, firing: &Firing) -> Outcome<bool> {
    let Some(event) = firing.event else { return Ok(true) };
    let asked = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM task_starts WHERE task_id = ?1 AND event_id = ?2) AS "asked!: bool""#,
        firing.task_id.0,
        event.0
    );
    Ok(asked.fetch_one(&mut tx.conn).await?)
}

/// Executions of the task that are not over, the newest last.
async fn open(tx: &mut Tx, firing: &Firing) -> Outcome<Vec<Open>> {
    let open = sqlx::query!(
        r#"SELECT e.run_id AS "run_id!: Uuid", r.session_id AS "session_id!: String",
               coalesce(s.is_active, 0) AND NOT r.cancel_requested AS "can_be_joined!: bool"
           FROM task_executions e CROSS JOIN runs r ON r.id = e.run_id
           LEFT JOIN sessions s ON s.tenant_id = r.tenant_id AND s.id = r.session_id
           WHERE e.tenant_id = ?1 AND e.task_id = ?2 AND e.is_settled = 0 AND r.phase IN ('queued', 'running', 'waiting_for_approval')
           ORDER BY e.run_id"#,
        firing.tenant_id.0,
        firing.task_id.0
    );
    let open = open.fetch_all(&mut tx.conn).await?;
    let open = open.into_iter().map(|row| Open {
        run: RunId(row.run_id),
        session: SessionId(row.session_id),
        can_be_joined: row.can_be_joined,
    });
    Ok(open.collect())
}

/// With its session, unless it is queued in that of another. A refused run leaves nothing behind.
async fn make_run(tx: &mut Tx, firing: &Firing, queue: Option<SessionId>) -> Outcome<Created> {
    let viewer = Viewer::user(firing.tenant_id, firing.session.owner_id);
    if let Some(session_id) = queue {
        let run = NewRun { session_id, ..firing.run.clone() };
        return admission::create(tx, &viewer, &run, &firing.run_audit).await;
    }
    let created = admission::create(tx, &viewer, &firing.run, &firing.run_audit).await?;
    if matches!(created, Created::Run(_)) {
        organization_sessions::adopt(tx, &firing.session, &firing.session_audit).await?;
    }
    Ok(created)
}

async fn cancel(tx: &mut Tx, firing: &Firing, open: &[Open]) -> Outcome<()> {
    for Open { run, .. } in open {
        let ends =
            sqlx::query_scalar!(r#"SELECT cancel_requested <> 0 AS "ends!: bool" FROM runs WHERE id = ?1"#, run.0);
        if ends.fetch_one(&mut tx.conn).await? {
            continue;
        }
        let audit = AuditEntry { entity_id: run.to_string(), ..firing.cancel_audit.clone() };
        steering::cancel(tx, &Viewer::service(firing.tenant_id), *run, &audit).await?;
    }
    Ok(())
}

async fn take(tx: &mut Tx, firing: &Firing) -> Outcome<()> {
    if let Some(event) = firing.event {
        event_starts::take(tx, firing.task_id, event).await?;
    }
    let Some(taken) = firing.takes else { return Ok(()) };
    let (next_at, state) = (taken.next_at.map(micros), taken.state.as_str());
    sqlx::query!(
        "UPDATE tasks SET next_at = ?1, state = ?2, version = version + (state <> ?2), put_back_until = NULL WHERE id = ?3",
        next_at,
        state,
        firing.task_id.0
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

async fn note(tx: &mut Tx, firing: &Firing) -> Outcome<()> {
    let (cause, at) = (firing.cause.as_str(), micros(firing.run.at));
    let (call, event) = (firing.call.map(|call| call.0), firing.event.map(|event| event.0));
    let (line, depth) = firing.line.map(|line| (line.of.0, line.depth)).unzip();
    let due_at = firing.takes.map_or(at, |taken| micros(taken.due_at));
    sqlx::query!(
        "INSERT INTO task_executions (run_id, tenant_id, task_id, cause, due_at, run_tokens, run_nano_usd, is_settled, created_at, call_id, line_id, depth)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, ?9, coalesce(?10, e.line_id, e.run_id), coalesce(?11, e.depth, 0)
         FROM (SELECT 1) LEFT JOIN task_executions e ON e.run_id = ?12 AND e.tenant_id = ?2",
        firing.run.id.0,
        firing.tenant_id.0,
        firing.task_id.0,
        cause,
        due_at,
        firing.budget.tokens,
        firing.budget.nano_usd,
        at,
        call,
        line,
        depth,
        event
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

pub(crate) async fn settle(tx: &mut Tx, now: Timestamp, limit: u32) -> Outcome<u64> {
    let now = micros(now);
    let over = sqlx::query!(
        r#"SELECT e.run_id AS "run_id!: Uuid", e.tenant_id AS "tenant_id!: Uuid", e.task_id AS "task_id!: Uuid",
               r.phase = 'succeeded' AS "succeeded!: bool"
           FROM task_executions e CROSS JOIN runs r ON r.id = e.run_id
           WHERE e.is_over = 1 AND e.is_settled = 0 ORDER BY e.run_id LIMIT ?1"#,
        limit
    );
    let over = over.fetch_all(&mut tx.conn).await?;
    for row in &over {
        sqlx::query!("UPDATE task_executions SET is_settled = 1 WHERE run_id = ?1", row.run_id)
            .execute(&mut tx.conn)
            .await?;
        if row.succeeded {
            let (tenant, task, run) = (TenantId(row.tenant_id), TaskId(row.task_id), RunId(row.run_id));
            event_starts::ask_followers(tx, tenant, task, run, now).await?;
        }
    }
    Ok(over.len() as u64)
}
