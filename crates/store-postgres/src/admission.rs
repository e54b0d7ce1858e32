//! Accepting runs: run, session, the daily counts and the audit row in one transaction, which runs of the same
//! tenant share.

use std::collections::{HashMap, HashSet};

use artel_domain::{AgentStatus, AuditEntry, Phase, Run, TenantId, Timestamp, UserId};
use artel_store::{Created, NewRun, ProfileChoice, Result, StoreError, Viewer};
use async_trait::async_trait;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::batch::Batch;
use crate::begun::begin;
use crate::error::retrying;
use crate::values::{json, maybe_json, micros, text, time};
use crate::{agents, audit, runs, steering, versions};

const DAY_SECONDS: i64 = 86_400;

pub(crate) struct AdmitRuns(pub(crate) PgPool);

pub(crate) type Admission = (Viewer, NewRun, AuditEntry);

/// What runs use of their agents, by run: a version, or `None` for the agent as it is.
type Versions = HashMap<Uuid, Option<i64>>;

/// How an admission ended, as plain data: the transaction may have to be tried again.
enum Outcome {
    Answer(Created),
    /// The id is taken by a run of another tenant.
    Taken,
}

#[async_trait]
impl Batch for AdmitRuns {
    type Item = Admission;
    type Answer = Created;

    async fn write(&self, tenant: TenantId, items: &[Admission]) -> Result<Vec<Result<Created>>> {
        loop {
            // Nothing was written when another process made one of the sessions meanwhile: the next try finds whose it
            // is.
            if let Some(outcomes) = retrying(|| admit(&self.0, tenant, items)).await? {
                return Ok(outcomes.into_iter().map(answer).collect());
            }
        }
    }
}

fn answer(outcome: Outcome) -> Result<Created> {
    match outcome {
        Outcome::Answer(created) => Ok(created),
        Outcome::Taken => Err(StoreError::Duplicate("the run")),
    }
}

/// Why a run is not inserted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Obstacle {
    /// Its session is another user's.
    Session,
    /// One of its daily limits is used up.
    DailyLimit,
}

/// `None`: a session was made by somebody else in between.
async fn admit(pool: &PgPool, tenant: TenantId, items: &[Admission]) -> sqlx::Result<Option<Vec<Outcome>>> {
    let mut tx = begin(pool).await?;
    let outcomes = admit_in(&mut tx, tenant, items).await?;
    if outcomes.is_some() {
        tx.commit().await?;
    }
    Ok(outcomes)
}

/// One run within a transaction that has more to write. `None`, or a refusal: the transaction is not to be committed.
pub(crate) async fn admit_one(tx: &mut PgConnection, item: Admission) -> sqlx::Result<Option<Created>> {
    let tenant = item.1.tenant_id;
    let outcomes = admit_in(tx, tenant, &[item]).await?;
    Ok(outcomes.and_then(|mut outcomes| outcomes.pop()).map(|outcome| match outcome {
        Outcome::Answer(created) => created,
        Outcome::Taken => Created::SessionTaken,
    }))
}

/// The same within a transaction of the caller's.
async fn admit_in(tx: &mut PgConnection, tenant: TenantId, items: &[Admission]) -> sqlx::Result<Option<Vec<Outcome>>> {
    let mut seen = HashSet::new();
    let once: Vec<&Admission> = items.iter().filter(|(_, new, _)| seen.insert(new.id)).collect();
    let mut sessions = Sessions(lock_heads(&mut *tx, tenant, &once).await?);
    let known: Vec<String> = sessions.0.keys().cloned().collect();
    let mut obstacles = HashMap::new();
    let mut admitted = Vec::with_capacity(once.len());
    for (viewer, new, _) in once {
        if !sessions.admits(viewer, new) {
            obstacles.insert(new.id, Obstacle::Session);
        } else if !count_day(&mut *tx, new).await? {
            obstacles.insert(new.id, Obstacle::DailyLimit);
        } else {
            admitted.push((viewer.user_id, new));
        }
    }
    let Some(mut versions) = insert(&mut *tx, tenant, &admitted, &known).await? else { return Ok(None) };
    let Some(published) = insert_after_publishing(&mut *tx, tenant, &admitted, &known, &versions).await? else {
        return Ok(None);
    };
    versions.extend(published);
    wake_before(&mut *tx, tenant, &admitted, &versions).await?;
    let mut outcomes = Vec::with_capacity(items.len());
    let mut entries = Vec::with_capacity(items.len());
    for (_, new, audit) in items {
        if let Some(version) = versions.remove(&new.id.0) {
            outcomes.push(Outcome::Answer(Created::Run(Box::new(accepted(new, version)))));
            entries.push(audit.clone());
        } else {
            outcomes.push(left_out(&mut *tx, new, obstacles.get(&new.id).copied()).await?);
        }
    }
    audit::append(tx, tenant, &entries).await?;
    Ok(Some(outcomes))
}

/// The owners of sessions by id, and whether they are private.
struct Sessions(HashMap<String, (Option<UserId>, bool)>);

impl Sessions {
    /// Whether the viewer may begin or continue the run's session. A session that is new belongs to the first run of
    /// it.
    fn admits(&mut self, viewer: &Viewer, new: &NewRun) -> bool {
        let is_private = new.visibility == artel_domain::Visibility::Private;
        let (owner, is_private) = *self.0.entry(text(&new.session_id.0)).or_insert((Some(viewer.user_id), is_private));
        let is_own = owner.is_none_or(|owner| owner == viewer.user_id);
        is_own || viewer.is_service() || !is_private && new.session_id.is_unique()
    }
}

/// Counts a run against the limits of the day. False, and nothing is counted, when one of them has nothing left, and
/// also when the run will not be made anyway.
async fn count_day(tx: &mut PgConnection, new: &NewRun) -> sqlx::Result<bool> {
    if new.daily_limits.is_empty() {
        return Ok(true);
    }
    let (of, limits): (Vec<Uuid>, Vec<i64>) = new.daily_limits.iter().map(|limit| (limit.of, limit.runs)).unzip();
    let counted = sqlx::query!(
        r#"WITH counted AS (
             INSERT INTO api_key_days AS d (tenant_id, api_key_id, day, runs)
             SELECT a.tenant_id, q.id, $4, 1 FROM agents a, unnest($3::uuid[]) AS q (id)
             WHERE a.tenant_id = $1 AND a.id = $2 AND a.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM runs WHERE id = $6)
             ORDER BY q.id
             ON CONFLICT (tenant_id, api_key_id, day) DO UPDATE SET runs = d.runs + 1
             RETURNING d.api_key_id, d.runs)
           SELECT count(*) AS "all!", count(*) FILTER (WHERE c.runs > q.runs) AS "over!"
           FROM counted c JOIN unnest($3::uuid[], $5::bigint[]) AS q (id, runs) ON q.id = c.api_key_id"#,
        new.tenant_id.0,
        new.agent_id.0,
        &of,
        day(new.at),
        &limits,
        new.id.0,
    )
    .fetch_one(&mut *tx)
    .await?;
    if counted.over > 0 {
        uncount_day(tx, new, &of).await?;
    }
    Ok(counted.all > 0 && counted.over == 0)
}

/// The rows are locked since they were counted up, so that nobody saw them.
async fn uncount_day(tx: &mut PgConnection, new: &NewRun, of: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE api_key_days SET runs = runs - 1 WHERE tenant_id = $1 AND api_key_id = ANY ($2) AND day = $3",
        new.tenant_id.0,
        of,
        day(new.at),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Days since 1970, UTC.
fn day(at: Timestamp) -> i64 {
    at.as_second().div_euclid(DAY_SECONDS)
}

/// Waits for those that end the heads of these sessions right now, so that the insert sees who is head after them.
/// Without it the insert would find no head, make one, and be broken off by the index that allows only one. Gives the
/// sessions that there are.
async fn lock_heads(
    tx: &mut PgConnection,
    tenant: TenantId,
    new: &[&Admission],
) -> sqlx::Result<HashMap<String, (Option<UserId>, bool)>> {
    let sessions: Vec<String> = new.iter().map(|(_, new, _)| text(&new.session_id.0)).collect();
    let found = sqlx::query!(
        r#"SELECT s.id AS "id!", h.id AS "head?",
                  (SELECT a.owner_id FROM session_access a WHERE a.tenant_id = $1 AND a.id = s.id) AS owner_id,
                  (SELECT a.is_private FROM session_access a WHERE a.tenant_id = $1 AND a.id = s.id) AS is_private
           FROM (SELECT DISTINCT s.id FROM unnest($2::text[]) AS s (id) ORDER BY s.id) s LEFT JOIN LATERAL (
             SELECT r.id FROM runs r WHERE r.tenant_id = $1 AND r.session_id = s.id AND r.is_head > 0 FOR UPDATE) h ON true"#,
        tenant.0,
        &sessions,
    );
    let found = found.fetch_all(tx).await?.into_iter();
    Ok(found
        .filter_map(|row| row.is_private.map(|is_private| (row.id, (row.owner_id.map(UserId), is_private))))
        .collect())
}

/// Inserts those that were left out because an earlier release kept no version of their agent: now it has one.
async fn insert_after_publishing(
    tx: &mut PgConnection,
    tenant: TenantId,
    admitted: &[(UserId, &NewRun)],
    known: &[String],
    made: &Versions,
) -> sqlx::Result<Option<Versions>> {
    let missing: Vec<(UserId, &NewRun)> =
        admitted.iter().filter(|(_, new)| !made.contains_key(&new.id.0)).copied().collect();
    let Some((_, first)) = missing.first() else { return Ok(Some(Versions::new())) };
    let agents: Vec<Uuid> = missing.iter().map(|(_, new)| new.agent_id.0).collect();
    if versions::ensure_by_id(tx, tenant, &agents, first.at).await? {
        return insert(tx, tenant, &missing, known).await;
    }
    Ok(Some(Versions::new()))
}

/// Inserts the runs whose agent lives, is switched on and has what is wanted of it, and whose id is free. Gives the
/// version of the agent for each of them, `None` for its unpublished state.
///
/// A run is its session's head when no run of the session is open. Otherwise it stays behind the head, and the head is
/// marked: whoever ends the head must see the mark, because both change the same row. Rows are looked up one by one
/// (scalar and lateral subqueries): a plan made while the tables were small must not become a scan of all of them.
///
/// `None` when a session that is not among the `known` ones turned out to be another user's.
async fn insert(
    tx: &mut PgConnection,
    tenant: TenantId,
    admitted: &[(UserId, &NewRun)],
    known: &[String],
) -> sqlx::Result<Option<Versions>> {
    if admitted.is_empty() {
        return Ok(Some(Versions::new()));
    }
    let owners: Vec<Uuid> = admitted.iter().map(|(owner, _)| owner.0).collect();
    let new: Vec<&NewRun> = admitted.iter().map(|(_, new)| *new).collect();
    let column = |value: fn(&NewRun) -> String| -> Vec<String> { new.iter().map(|new| value(new)).collect() };
    let ids: Vec<Uuid> = new.iter().map(|new| new.id.0).collect();
    let agents: Vec<Uuid> = new.iter().map(|new| new.agent_id.0).collect();
    let sessions = column(|new| text(&new.session_id.0));
    let traces = column(|new| text(&new.trace_id));
    let principals = new.iter().map(|new| json(&new.principal)).collect::<sqlx::Result<Vec<_>>>()?;
    let inputs = column(|new| text(&new.input_message));
    let teams = new.iter().map(|new| maybe_json(new.team.as_ref())).collect::<sqlx::Result<Vec<_>>>()?;
    let (parent_runs, parent_calls): (Vec<Option<Uuid>>, Vec<Option<Uuid>>) =
        new.iter().map(|new| new.parent.map(|parent| (parent.run_id.0, parent.call_id.0)).unzip()).unzip();
    let visibilities = column(|new| new.visibility.as_str().to_owned());
    let takes_current: Vec<bool> = new.iter().map(|new| new.profile == ProfileChoice::Current).collect();
    let times: Vec<i64> = new.iter().map(|new| micros(new.at)).collect();
    let rows = sqlx::query!(
        r#"WITH input AS (
             SELECT i.*, a.version, a.is_draft
             FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::text[],
                         $10::boolean[], $11::uuid[], $12::uuid[], $13::text[], $15::uuid[])
                  AS i (id, agent_id, session_id, trace_id, principal, input_message, at, team, takes_current, parent_run_id, parent_call_id,
                        visibility, owner_id)
             CROSS JOIN LATERAL (
               SELECT a.version, a.status = 'draft' OR (i.takes_current AND a.is_changed) AS is_draft FROM agents a
               WHERE a.id = i.agent_id AND a.tenant_id = $1 AND a.deleted_at IS NULL AND a.is_enabled
                 AND CASE a.status WHEN 'draft' THEN i.takes_current ELSE a.snapshot_version IS NOT DISTINCT FROM a.version END
               LIMIT 1
             ) a
             WHERE (SELECT r.id FROM runs r WHERE r.id = i.id) IS NULL
           ), head AS (
             SELECT r.id FROM (SELECT DISTINCT i.session_id FROM input i ORDER BY i.session_id) i CROSS JOIN LATERAL (
               SELECT r.id FROM runs r WHERE r.tenant_id = $1 AND r.session_id = i.session_id AND r.is_head > 0 FOR UPDATE) r
           ), occupied AS (
             UPDATE runs r SET is_head = 2 FROM head h WHERE r.id = h.id RETURNING r.session_id
           ), run AS (
             INSERT INTO runs (id, tenant_id, agent_id, agent_version, is_draft, session_id, trace_id, principal, input_message, team,
                               parent_run_id, parent_call_id, phase, epoch, crash_count, cancel_requested, is_head, wake, folded, created_at)
             SELECT i.id, $1, i.agent_id, i.version, i.is_draft, i.session_id, i.trace_id, i.principal, i.input_message, i.team,
                    i.parent_run_id, i.parent_call_id, 'queued', 0, 0, false,
                    CASE WHEN i.session_id IN (SELECT o.session_id FROM occupied o) THEN 0
                         WHEN row_number() OVER (PARTITION BY i.session_id ORDER BY i.id) > 1 THEN 0
                         WHEN count(*) OVER (PARTITION BY i.session_id) > 1 THEN 2
                         ELSE 1 END,
                    false, false, i.at
             FROM input i
             RETURNING id, agent_id, agent_version, is_draft, session_id, created_at
           ), session AS (
             INSERT INTO sessions AS s (tenant_id, id, agent_id, next_seq, created_at, updated_at, owner_id, visibility)
             SELECT DISTINCT ON (r.session_id) $1, r.session_id, r.agent_id, 1, r.created_at, r.created_at, i.owner_id, i.visibility
             FROM run r JOIN input i ON i.id = r.id ORDER BY r.session_id, r.id DESC
             ON CONFLICT (tenant_id, id) DO UPDATE SET agent_id = excluded.agent_id, updated_at = excluded.updated_at
             WHERE s.owner_id = excluded.owner_id OR s.id = ANY ($14::text[])
             RETURNING id
           )
           SELECT id AS "id!", agent_version AS "agent_version!", is_draft AS "is_draft!",
                  session_id IN (SELECT s.id FROM session s) AS "has_session!" FROM run"#,
        tenant.0,
        &ids,
        &agents,
        &sessions,
        &traces,
        &principals,
        &inputs,
        &times,
        &teams as &[Option<String>],
        &takes_current,
        &parent_runs as &[Option<Uuid>],
        &parent_calls as &[Option<Uuid>],
        &visibilities,
        known,
        &owners,
    )
    .fetch_all(tx)
    .await?;
    let is_whole = rows.iter().all(|row| row.has_session);
    Ok(is_whole.then(|| rows.into_iter().map(|row| (row.id, (!row.is_draft).then_some(row.agent_version))).collect()))
}

/// A run of the specialists does not wait for one that waits for a human or a client. Asked only where one was made.
async fn wake_before(
    tx: &mut PgConnection,
    tenant: TenantId,
    admitted: &[(UserId, &NewRun)],
    made: &Versions,
) -> sqlx::Result<()> {
    let of_team = admitted.iter().map(|(_, new)| new).filter(|new| new.team.is_some() && made.contains_key(&new.id.0));
    let sessions: Vec<String> = of_team.map(|new| text(&new.session_id.0)).collect();
    match admitted.iter().map(|(_, new)| new.at).max() {
        Some(at) if !sessions.is_empty() => steering::wake_sessions(tx, tenant, &sessions, at).await,
        _ => Ok(()),
    }
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
        input_message: text(&new.input_message),
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
        created_at: time(micros(new.at)),
        updated_at: None,
    }
}

/// Why no row was made.
async fn left_out(tx: &mut PgConnection, new: &NewRun, obstacle: Option<Obstacle>) -> sqlx::Result<Outcome> {
    if let Some(earlier) = runs::find(&mut *tx, new.tenant_id, new.id).await? {
        return Ok(Outcome::Answer(Created::Run(Box::new(earlier))));
    }
    let created = match agents::lock(tx, new.tenant_id, new.agent_id).await? {
        None => Created::AgentMissing,
        Some(agent) if !agent.is_enabled => Created::AgentDisabled,
        Some(agent) if agent.status == AgentStatus::Draft && new.profile == ProfileChoice::Published => {
            Created::AgentIsDraft
        }
        Some(_) if obstacle == Some(Obstacle::Session) => Created::SessionTaken,
        Some(_) if obstacle == Some(Obstacle::DailyLimit) => Created::DailyLimit,
        Some(_) => return Ok(Outcome::Taken),
    };
    Ok(Outcome::Answer(created))
}
