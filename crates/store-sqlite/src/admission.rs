//! Accepting a run: run, session, daily count and audit row together.

use artel_domain::{AgentStatus, AuditEntry, Phase, Run};
use artel_store::{Created, NewRun, ProfileChoice, StoreError, Viewer};

use crate::error::{Failure, Outcome};
use crate::values::{hex, micros};
use crate::writer::Tx;
use crate::{agents, runs, steering, versions};

const DAY_MICROS: i64 = 86_400_000_000;

/// The limits that the run counts against.
struct Quotas {
    /// JSON: for each its owner's id and the number of runs.
    limits: String,
    /// Days since 1970, UTC.
    day: i64,
}

impl Quotas {
    fn of(new: &NewRun) -> Outcome<Self> {
        let limits: Vec<_> = new.daily_limits.iter().map(|limit| (hex(limit.of), limit.runs)).collect();
        Ok(Self { limits: serde_json::to_string(&limits)?, day: micros(new.at).div_euclid(DAY_MICROS) })
    }
}

pub(crate) async fn create(tx: &mut Tx, viewer: &Viewer, new: &NewRun, audit: &AuditEntry) -> Outcome<Created> {
    let quotas = Quotas::of(new)?;
    let mut inserted = insert(tx, viewer, new, &quotas).await?;
    if inserted.is_none() && versions::ensure_by_id(tx, new.tenant_id, new.agent_id, new.at).await? {
        inserted = insert(tx, viewer, new, &quotas).await?;
    }
    let Some(agent_version) = inserted else {
        return not_inserted(tx, viewer, new).await;
    };
    if !new.daily_limits.is_empty() {
        count(tx, new, &quotas).await?;
    }
    if new.team.is_some() {
        steering::wake_session(tx, new.tenant_id, &new.session_id, micros(new.at)).await?;
    }
    tx.audit(new.tenant_id, audit);
    Ok(Created::Run(Box::new(accepted(new, agent_version))))
}

/// The run and, in the same trip, its session. The version of the agent, or that it is a draft; `None` when the agent
/// is not there, is switched off or has no version that may be used, the session is another
/// user's, the limit is used up, or the run is there already.
async fn insert(tx: &mut Tx, viewer: &Viewer, new: &NewRun, quotas: &Quotas) -> Outcome<Option<Option<i64>>> {
    let principal = serde_json::to_string(&new.principal)?;
    let team = new.team.as_ref().map(serde_json::to_string).transpose()?;
    let (parent_run, parent_call) = new.parent.map(|parent| (parent.run_id.0, parent.call_id.0)).unzip();
    let at = micros(new.at);
    let (user, shares) = (viewer.changes_only().map(|user| user.0), new.session_id.is_unique());
    let visibility = new.visibility.as_str();
    let takes_current = new.profile == ProfileChoice::Current;
    let inserted = sqlx::query!(
        r#"INSERT INTO runs (id, tenant_id, session_id, agent_id, agent_version, is_draft, trace_id, principal, input_message, team,
               parent_run_id, parent_call_id, created_at, phase, epoch, crash_count, cancel_requested, wake, folded, is_head)
           SELECT ?, a.tenant_id, ?, a.id, a.version, a.status = 'draft' OR (? AND a.is_changed = 1), ?, ?, ?, ?, ?, ?, ?, 'queued', 0, 0, 0, 0, 0,
               NOT EXISTS (SELECT 1 FROM runs o WHERE o.tenant_id = a.tenant_id AND o.session_id = ?
                   AND o.phase IN ('queued', 'running', 'waiting_for_approval'))
           FROM agents a
           WHERE a.id = ? AND a.tenant_id = ? AND a.deleted_at IS NULL AND a.is_enabled = 1
               AND CASE a.status WHEN 'draft' THEN ? ELSE a.snapshot_version IS a.version END
               AND NOT EXISTS (SELECT 1 FROM json_each(?) q LEFT JOIN api_key_days d
                   ON d.tenant_id = a.tenant_id AND d.api_key_id = unhex(q.value ->> 0) AND d.day = ?
                   WHERE coalesce(d.runs, 0) >= q.value ->> 1)
               AND NOT EXISTS (SELECT 1 FROM session_access s WHERE s.tenant_id = a.tenant_id AND s.id = ?
                   AND coalesce(s.owner_id <> ?, 0) AND (s.is_private OR NOT ?))
           ON CONFLICT (id) DO NOTHING
           RETURNING agent_version AS "agent_version!: i64", is_draft AS "is_draft!: bool";

           INSERT INTO sessions (tenant_id, id, agent_id, next_seq, created_at, updated_at, owner_id, visibility)
           SELECT ?, ?, ?, 1, ?, ?, ?, ? WHERE changes() = 1
           ON CONFLICT (tenant_id, id) DO UPDATE SET agent_id = excluded.agent_id, updated_at = excluded.updated_at"#,
        new.id.0,
        new.session_id.0,
        takes_current,
        new.trace_id,
        principal,
        new.input_message,
        team,
        parent_run,
        parent_call,
        at,
        new.session_id.0,
        new.agent_id.0,
        new.tenant_id.0,
        takes_current,
        quotas.limits,
        quotas.day,
        new.session_id.0,
        user,
        shares,
        new.tenant_id.0,
        new.session_id.0,
        new.agent_id.0,
        at,
        at,
        viewer.user_id.0,
        visibility
    );
    // All rows, so that the second statement runs too.
    let inserted = inserted.fetch_all(&mut tx.conn).await?.pop();
    Ok(inserted.map(|row| (!row.is_draft).then_some(row.agent_version)))
}

async fn not_inserted(tx: &mut Tx, viewer: &Viewer, new: &NewRun) -> Outcome<Created> {
    if let Some(run) = runs::find(&mut tx.conn, new.tenant_id, new.id).await? {
        return Ok(Created::Run(Box::new(run)));
    }
    let Some(agent) = agents::find(&mut tx.conn, new.tenant_id, new.agent_id).await? else {
        return Ok(Created::AgentMissing);
    };
    if !agent.is_enabled {
        return Ok(Created::AgentDisabled);
    }
    if agent.status == AgentStatus::Draft && new.profile == ProfileChoice::Published {
        return Ok(Created::AgentIsDraft);
    }
    let elsewhere =
        sqlx::query_scalar!(r#"SELECT EXISTS (SELECT 1 FROM runs WHERE id = ?1) AS "taken!: bool""#, new.id.0);
    if elsewhere.fetch_one(&mut tx.conn).await? {
        return Err(Failure(StoreError::Duplicate("this run")));
    }
    if is_taken(tx, viewer, new).await? {
        return Ok(Created::SessionTaken);
    }
    Ok(Created::DailyLimit)
}

/// Whether the run's session is another user's, and not for the viewer to continue.
async fn is_taken(tx: &mut Tx, viewer: &Viewer, new: &NewRun) -> Outcome<bool> {
    let (user, shares) = (viewer.changes_only().map(|user| user.0), new.session_id.is_unique());
    let taken = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM session_access s WHERE s.tenant_id = ?1 AND s.id = ?2
               AND coalesce(s.owner_id <> ?3, 0) AND (s.is_private OR NOT ?4)) AS "taken!: bool""#,
        new.tenant_id.0,
        new.session_id.0,
        user,
        shares
    );
    Ok(taken.fetch_one(&mut tx.conn).await?)
}

async fn count(tx: &mut Tx, new: &NewRun, quotas: &Quotas) -> Outcome<()> {
    sqlx::query!(
        "INSERT INTO api_key_days (tenant_id, api_key_id, day, runs)
         SELECT ?1, unhex(value ->> 0), ?2, 1 FROM json_each(?3) WHERE true
         ON CONFLICT (tenant_id, api_key_id, day) DO UPDATE SET runs = runs + 1",
        new.tenant_id.0,
        quotas.day,
        quotas.limits
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

fn accepted(new: &NewRun, agent_version: Option<i64>) -> Run {
    Run {
        id: new.id,
        tenant_id: new.tenant_id,
        agent_id: new.agent_id,
        agent_version,
        session_id: new.session_id.clone(),
        trace_id: new.trace_id.clone(),
        principal: new.principal.clone(),
        input_message: new.input_message.clone(),
        team: new.team.clone(),
        phase: Phase::Queued,
        waits_for: Vec::new(),
        parent: new.parent,
        subagent: None,
        epoch: 0,
        crash_count: 0,
        cancel_requested: false,
        blocked_reason: None,
        output_message: None,
        error_code: None,
        error_message: None,
        usage: None,
        created_at: new.at,
        updated_at: None,
    }
}
