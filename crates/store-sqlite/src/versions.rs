//! Published versions of agents (immutable snapshots of profile and bindings), going back to one, and copies.

use artel_domain::{Agent, AgentId, AgentKind, AgentStatus, AgentVersion, AuditEntry, TenantId, Timestamp, UserId};
use artel_store::{CloneAgent, Publication, Snapshot, Viewer};
use sqlx::{SqliteExecutor, SqlitePool};
use uuid::Uuid;

use crate::error::Outcome;
use crate::rows::{VersionRow, agents as agent_rows, all, one};
use crate::values::{json, micros};
use crate::writer::Tx;
use crate::{agents, bindings};

/// The longest name of an agent, in characters.
const NAME_LENGTH: usize = 200;

pub(crate) struct Target {
    pub(crate) viewer: Viewer,
    pub(crate) agent: AgentId,
    pub(crate) version: i64,
}

pub(crate) async fn publish(
    tx: &mut Tx,
    viewer: &Viewer,
    id: AgentId,
    publication: Publication,
    audit: &AuditEntry,
) -> Outcome<Option<Agent>> {
    let Some(agent) = agents::find_changeable(tx, viewer, id).await? else { return Ok(None) };
    if let Some(earlier) = of_request(tx, &agent, publication.request_id).await? {
        return Ok(Some(earlier));
    }
    Ok(Some(write_next(tx, agent, publication, audit).await?))
}

pub(crate) async fn roll_back(
    tx: &mut Tx,
    target: &Target,
    publication: Publication,
    audit: &AuditEntry,
) -> Outcome<Option<Agent>> {
    let Some(mut agent) = agents::find_changeable(tx, &target.viewer, target.agent).await? else {
        return Ok(None);
    };
    let Some(snapshot) = find(&mut tx.conn, target.viewer.tenant_id, target.agent, target.version).await? else {
        return Ok(None);
    };
    if let Some(earlier) = of_request(tx, &agent, publication.request_id).await? {
        return Ok(Some(earlier));
    }
    let Agent { name, system_prompt, model, llm_params, require_approval, .. } = snapshot.agent;
    agent = Agent { name, system_prompt, model, llm_params, require_approval, ..agent };
    bindings::replace(tx, target.agent, &snapshot.bindings).await?;
    Ok(Some(write_next(tx, agent, publication, audit).await?))
}

/// The agent as its next version, published, with a snapshot.
async fn write_next(tx: &mut Tx, mut agent: Agent, publication: Publication, audit: &AuditEntry) -> Outcome<Agent> {
    agent.version += 1;
    agent.status = AgentStatus::Published;
    agent.updated_at = Some(audit.at);
    agent.has_unpublished_changes = false;
    let current = current(tx, agent).await?;
    store(tx, &current, publication.by, audit.at, Some(publication.request_id)).await?;
    tx.audit(current.agent.tenant_id, audit);
    Ok(current.agent)
}

/// The agent as the version of this request has it; `None` when no version is of this request.
async fn of_request(tx: &mut Tx, agent: &Agent, request_id: Uuid) -> Outcome<Option<Agent>> {
    let made = sqlx::query_scalar!(
        r#"SELECT snapshot AS "snapshot!: String" FROM agent_versions WHERE tenant_id = ?1 AND agent_id = ?2 AND request_id = ?3"#,
        agent.tenant_id.0,
        agent.id.0,
        request_id
    );
    let made = made.fetch_optional(&mut tx.conn).await?;
    Ok(made.map(|text| json::<Snapshot>("snapshot", &text)).transpose()?.map(|made| made.agent))
}

/// Makes the published version say what the agent is: the agent is published as it is. Its version grows when it has a
/// snapshot that says something else.
pub(crate) async fn keep(tx: &mut Tx, mut agent: Agent, by: UserId, at: Timestamp) -> Outcome<Agent> {
    agent.has_unpublished_changes = false;
    let mut current = current(tx, agent).await?;
    match kept(tx, &current.agent).await? {
        Some(kept) if kept.runs_as(&current) => write_row(tx, &current.agent).await?,
        None => store(tx, &current, by, at, None).await?,
        Some(_) => {
            current.agent.version += 1;
            current.agent.updated_at = Some(at);
            store(tx, &current, by, at, None).await?;
        }
    }
    Ok(current.agent)
}

/// Before a published agent is changed or run: what an earlier release published or changed is kept as a version.
pub(crate) async fn ensure(tx: &mut Tx, agent: Agent, at: Timestamp) -> Outcome<Agent> {
    if agent.status == AgentStatus::Draft || is_kept(tx, &agent).await? {
        return Ok(agent);
    }
    let owner = agent.owner_user_id;
    keep(tx, agent, owner, at).await
}

/// The same by id, for a run that found no version to use. True when the agent has one now and had none before.
pub(crate) async fn ensure_by_id(tx: &mut Tx, tenant: TenantId, id: AgentId, at: Timestamp) -> Outcome<bool> {
    let waiting = agent_rows!(
        "SELECT",
        "FROM agents WHERE id = ?1 AND tenant_id = ?2 AND deleted_at IS NULL AND status = 'published' AND snapshot_version IS NOT version",
        id.0,
        tenant.0
    );
    let Some(agent) = one(waiting.fetch_optional(&mut tx.conn).await?)? else {
        return Ok(false);
    };
    ensure(tx, agent, at).await?;
    Ok(true)
}

/// After a binding changed: a published agent without other unpublished changes gets its next version.
pub(crate) async fn after_binding(tx: &mut Tx, mut agent: Agent, audit: &AuditEntry) -> Outcome<()> {
    if agent.status == AgentStatus::Draft {
        return Ok(());
    }
    if !agent.has_unpublished_changes {
        let by = author(audit, &agent);
        keep(tx, agent, by, audit.at).await?;
        return Ok(());
    }
    agent.has_unpublished_changes = differs(tx, &agent).await?;
    agents::write_profile(tx, &agent).await
}

/// Who is recorded as the one who published: whoever acts, else the agent's owner.
pub(crate) fn author(audit: &AuditEntry, agent: &Agent) -> UserId {
    audit.actor.user_id.unwrap_or(agent.owner_user_id)
}

/// True when runs of the published version and of the agent as it is would differ.
pub(crate) async fn differs(tx: &mut Tx, agent: &Agent) -> Outcome<bool> {
    let current = current(tx, agent.clone()).await?;
    Ok(kept(tx, agent).await?.is_none_or(|kept| !kept.runs_as(&current)))
}

async fn current(tx: &mut Tx, agent: Agent) -> Outcome<Snapshot> {
    let bindings = bindings::of_agent(&mut tx.conn, agent.tenant_id, agent.id).await?;
    Ok(Snapshot { agent, bindings })
}

/// The snapshot of the agent's version.
async fn kept(tx: &mut Tx, agent: &Agent) -> Outcome<Option<Snapshot>> {
    let kept = sqlx::query_scalar!(
        r#"SELECT snapshot AS "snapshot!: String" FROM agent_versions WHERE tenant_id = ?1 AND agent_id = ?2 AND version = ?3"#,
        agent.tenant_id.0,
        agent.id.0,
        agent.version
    );
    kept.fetch_optional(&mut tx.conn).await?.map(|text| json("snapshot", &text)).transpose()
}

/// True when this release has made sure that the snapshot of the agent's version is there.
async fn is_kept(tx: &mut Tx, agent: &Agent) -> Outcome<bool> {
    let kept = sqlx::query_scalar!(
        r#"SELECT snapshot_version IS version AS "kept!: bool" FROM agents WHERE id = ?1"#,
        agent.id.0
    );
    Ok(kept.fetch_one(&mut tx.conn).await?)
}

/// The row and its snapshot.
async fn store(tx: &mut Tx, snapshot: &Snapshot, by: UserId, at: Timestamp, request_id: Option<Uuid>) -> Outcome<()> {
    insert(tx, snapshot, by, micros(at), request_id).await?;
    write_row(tx, &snapshot.agent).await
}

async fn write_row(tx: &mut Tx, agent: &Agent) -> Outcome<()> {
    agents::write_profile(tx, agent).await?;
    sqlx::query!("UPDATE agents SET snapshot_version = version WHERE id = ?1", agent.id.0)
        .execute(&mut tx.conn)
        .await?;
    Ok(())
}

async fn insert(tx: &mut Tx, snapshot: &Snapshot, by: UserId, at: i64, request_id: Option<Uuid>) -> Outcome<()> {
    let agent = &snapshot.agent;
    let text = serde_json::to_string(snapshot)?;
    sqlx::query!(
        "INSERT INTO agent_versions (tenant_id, agent_id, version, snapshot, created_by, created_at, request_id)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        agent.tenant_id.0,
        agent.id.0,
        agent.version,
        text,
        by.0,
        at,
        request_id
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

macro_rules! select_versions {
    ($tail:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            VersionRow,
            r#"SELECT v.agent_id AS "agent_id!: uuid::Uuid", v.version AS "version!: i64", v.snapshot AS "snapshot!: String",
                   v.created_by AS "created_by!: uuid::Uuid", v.created_at AS "created_at!: i64"
               FROM agent_versions v JOIN agents a ON a.id = v.agent_id AND a.deleted_at IS NULL
               WHERE v.tenant_id = ?1 AND v.agent_id = ?2 "# + $tail $(, $arg)*
        )
    };
}

pub(crate) async fn list(reads: &SqlitePool, viewer: &Viewer, agent: AgentId) -> Outcome<Vec<AgentVersion>> {
    if agents::find_seen(reads, viewer, agent).await?.is_none() {
        return Ok(Vec::new());
    }
    all(select_versions!("ORDER BY v.version DESC", viewer.tenant_id.0, agent.0).fetch_all(reads).await?)
}

pub(crate) async fn find_seen(
    reads: &SqlitePool,
    viewer: &Viewer,
    agent: AgentId,
    version: i64,
) -> Outcome<Option<AgentVersion>> {
    match agents::find_seen(reads, viewer, agent).await? {
        Some(_) => find(reads, viewer.tenant_id, agent, version).await,
        None => Ok(None),
    }
}

async fn find(
    db: impl SqliteExecutor<'_>,
    tenant: TenantId,
    agent: AgentId,
    version: i64,
) -> Outcome<Option<AgentVersion>> {
    one(select_versions!("AND v.version = ?3", tenant.0, agent.0, version).fetch_optional(db).await?)
}

pub(crate) async fn copy(
    tx: &mut Tx,
    viewer: &Viewer,
    source: AgentId,
    copy: &CloneAgent,
    audit: &AuditEntry,
) -> Outcome<Option<Agent>> {
    let Some(original) = agents::find_changeable(tx, viewer, source).await? else {
        return Ok(None);
    };
    if let Some(known) = agents::find_even_deleted(tx, copy.tenant_id, copy.id).await? {
        return Ok(Some(known));
    }
    let copied_name = || format!("{} (copy)", original.name).chars().take(NAME_LENGTH).collect();
    let agent = Agent {
        id: copy.id,
        owner_user_id: copy.owner_user_id,
        name: copy.name.clone().unwrap_or_else(copied_name),
        status: AgentStatus::Draft,
        version: 1,
        kind: AgentKind::Custom,
        is_enabled: true,
        has_unpublished_changes: false,
        created_at: copy.at,
        updated_at: None,
        ..original
    };
    agents::insert(tx, &agent).await?;
    bindings::copy(tx, source, copy).await?;
    tx.audit(copy.tenant_id, audit);
    Ok(Some(agent))
}
