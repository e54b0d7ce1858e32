//! An agent's published versions, and going back to one.

use artel_domain::{Agent, AgentId, AgentStatus, AgentVersion, AuditEntry, TenantId, Timestamp, UserId};
use artel_store::{Publication, Snapshot, Viewer};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::begun::begin;
use crate::rows::{VersionRow, select_agent};
use crate::values::{json, micros, parsed};
use crate::{agents, audit, bindings};

pub(crate) async fn list(pool: &PgPool, viewer: &Viewer, agent: AgentId) -> sqlx::Result<Vec<AgentVersion>> {
    if agents::find_seen(pool, viewer, agent).await?.is_none() {
        return Ok(Vec::new());
    }
    let rows = sqlx::query_as!(
        VersionRow,
        "SELECT v.agent_id, v.version, v.snapshot, v.created_by, v.created_at
         FROM agent_versions v JOIN agents a ON a.id = v.agent_id AND a.deleted_at IS NULL
         WHERE v.tenant_id = $1 AND v.agent_id = $2
         ORDER BY v.version DESC",
        viewer.tenant_id.0,
        agent.0,
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(AgentVersion::try_from).collect()
}

pub(crate) async fn find(
    pool: &PgPool,
    viewer: &Viewer,
    agent: AgentId,
    version: i64,
) -> sqlx::Result<Option<AgentVersion>> {
    if agents::find_seen(pool, viewer, agent).await?.is_none() {
        return Ok(None);
    }
    let row = sqlx::query_as!(
        VersionRow,
        "SELECT v.agent_id, v.version, v.snapshot, v.created_by, v.created_at
         FROM agent_versions v JOIN agents a ON a.id = v.agent_id AND a.deleted_at IS NULL
         WHERE v.tenant_id = $1 AND v.agent_id = $2 AND v.version = $3",
        viewer.tenant_id.0,
        agent.0,
        version,
    )
    .fetch_optional(pool)
    .await?;
    row.map(AgentVersion::try_from).transpose()
}

pub(crate) async fn publish(
    pool: &PgPool,
    viewer: &Viewer,
    agent: AgentId,
    publication: Publication,
    audit: &AuditEntry,
) -> sqlx::Result<Option<Agent>> {
    let (tenant, mut tx) = (viewer.tenant_id, begin(pool).await?);
    let Some(agent) = agents::lock_seen(&mut tx, viewer, agent).await? else { return Ok(None) };
    if let Some(earlier) = of_request(&mut tx, &agent, publication.request_id).await? {
        return Ok(Some(earlier));
    }
    let published = write_next(&mut tx, agent, publication, audit).await?;
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(Some(published))
}

pub(crate) async fn roll_back(
    pool: &PgPool,
    viewer: &Viewer,
    agent: AgentId,
    version: i64,
    publication: Publication,
    audit: &AuditEntry,
) -> sqlx::Result<Option<Agent>> {
    let Some(past) = find(pool, viewer, agent, version).await? else { return Ok(None) };
    let (tenant, mut tx) = (viewer.tenant_id, begin(pool).await?);
    let Some(agent) = agents::lock_seen(&mut tx, viewer, agent).await? else { return Ok(None) };
    if let Some(earlier) = of_request(&mut tx, &agent, publication.request_id).await? {
        return Ok(Some(earlier));
    }
    bindings::remove_all(&mut tx, tenant, agent.id).await?;
    for binding in &past.bindings {
        bindings::insert_if_tool_lives(&mut tx, binding).await?;
    }
    let Agent { name, system_prompt, model, llm_params, require_approval, .. } = past.agent;
    let agent = Agent { name, system_prompt, model, llm_params, require_approval, ..agent };
    let agent = write_next(&mut tx, agent, publication, audit).await?;
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(Some(agent))
}

/// The agent as its next version, published, with a snapshot.
async fn write_next(
    tx: &mut PgConnection,
    mut agent: Agent,
    publication: Publication,
    audit: &AuditEntry,
) -> sqlx::Result<Agent> {
    agent.version += 1;
    agent.status = AgentStatus::Published;
    agent.updated_at = Some(audit.at);
    agent.has_unpublished_changes = false;
    let current = current(tx, agent).await?;
    store(tx, current, publication.by, audit.at, Some(publication.request_id)).await
}

/// The agent as the version of this request has it; `None` when no version is of this request.
async fn of_request(tx: &mut PgConnection, agent: &Agent, request_id: Uuid) -> sqlx::Result<Option<Agent>> {
    let made = sqlx::query_scalar!(
        "SELECT snapshot FROM agent_versions WHERE tenant_id = $1 AND agent_id = $2 AND request_id = $3",
        agent.tenant_id.0,
        agent.id.0,
        request_id,
    )
    .fetch_optional(tx)
    .await?;
    made.map(|text| parsed::<Snapshot>(&text)).transpose().map(|made| made.map(|made| made.agent))
}

/// Makes the published version say what the agent is: the agent is published as it is. Its version grows when it has a
/// snapshot that says something else.
pub(crate) async fn keep(tx: &mut PgConnection, mut agent: Agent, by: UserId, at: Timestamp) -> sqlx::Result<Agent> {
    agent.has_unpublished_changes = false;
    let mut current = current(tx, agent).await?;
    match kept(tx, &current.agent).await? {
        Some(kept) if kept.runs_as(&current) => write_row(tx, &current.agent).await,
        None => store(tx, current, by, at, None).await,
        Some(_) => {
            current.agent.version += 1;
            current.agent.updated_at = Some(at);
            store(tx, current, by, at, None).await
        }
    }
}

/// Before a published agent is changed or run: what an earlier release published or changed is kept as a version. The
/// agent is locked.
pub(crate) async fn ensure(tx: &mut PgConnection, agent: Agent, at: Timestamp) -> sqlx::Result<Agent> {
    if agent.status == AgentStatus::Draft || is_kept(tx, &agent).await? {
        return Ok(agent);
    }
    let owner = agent.owner_user_id;
    keep(tx, agent, owner, at).await
}

/// The same for agents whose runs found no version to use. True when one of them has one now and had none before.
pub(crate) async fn ensure_by_id(
    tx: &mut PgConnection,
    tenant: TenantId,
    agents: &[Uuid],
    at: Timestamp,
) -> sqlx::Result<bool> {
    let waiting = select_agent!(
        "FROM agents
         WHERE tenant_id = $1 AND id = ANY ($2) AND deleted_at IS NULL AND status = 'published'
           AND snapshot_version IS DISTINCT FROM version
         ORDER BY id FOR NO KEY UPDATE",
        tenant.0,
        agents,
    )
    .fetch_all(&mut *tx)
    .await?;
    let found = !waiting.is_empty();
    for row in waiting {
        ensure(tx, row.try_into()?, at).await?;
    }
    Ok(found)
}

/// After a binding changed: a published agent without other unpublished changes gets its next version.
pub(crate) async fn after_binding(tx: &mut PgConnection, mut agent: Agent, audit: &AuditEntry) -> sqlx::Result<()> {
    if agent.status == AgentStatus::Draft {
        return Ok(());
    }
    if agent.has_unpublished_changes {
        agent.has_unpublished_changes = differs(tx, &agent).await?;
        agents::write(tx, &agent).await?;
    } else {
        let by = author(audit, &agent);
        keep(tx, agent, by, audit.at).await?;
    }
    Ok(())
}

/// Who is recorded as the one who published: whoever acts, else the agent's owner.
pub(crate) fn author(audit: &AuditEntry, agent: &Agent) -> UserId {
    audit.actor.user_id.unwrap_or(agent.owner_user_id)
}

/// True when runs of the published version and of the agent as it is would differ.
pub(crate) async fn differs(tx: &mut PgConnection, agent: &Agent) -> sqlx::Result<bool> {
    let current = current(tx, agent.clone()).await?;
    Ok(kept(tx, agent).await?.is_none_or(|kept| !kept.runs_as(&current)))
}

async fn current(tx: &mut PgConnection, agent: Agent) -> sqlx::Result<Snapshot> {
    let bindings = bindings::of_agent(tx, agent.tenant_id, agent.id).await?;
    Ok(Snapshot { agent, bindings })
}

/// The snapshot of the agent's version.
async fn kept(tx: &mut PgConnection, agent: &Agent) -> sqlx::Result<Option<Snapshot>> {
    let kept = sqlx::query_scalar!(
        "SELECT snapshot FROM agent_versions WHERE tenant_id = $1 AND agent_id = $2 AND version = $3",
        agent.tenant_id.0,
        agent.id.0,
        agent.version,
    )
    .fetch_optional(tx)
    .await?;
    kept.map(|text| parsed(&text)).transpose()
}

/// True when this release has made sure that the snapshot of the agent's version is there.
async fn is_kept(tx: &mut PgConnection, agent: &Agent) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT snapshot_version IS NOT DISTINCT FROM version AS "kept!" FROM agents WHERE id = $1"#,
        agent.id.0
    )
    .fetch_one(tx)
    .await
}

/// The row and its snapshot.
async fn store(
    tx: &mut PgConnection,
    snapshot: Snapshot,
    by: UserId,
    at: Timestamp,
    request_id: Option<Uuid>,
) -> sqlx::Result<Agent> {
    let agent = write_row(tx, &snapshot.agent).await?;
    let snapshot = Snapshot { agent, ..snapshot };
    sqlx::query!(
        "INSERT INTO agent_versions (tenant_id, agent_id, version, snapshot, created_by, created_at, request_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        snapshot.agent.tenant_id.0,
        snapshot.agent.id.0,
        snapshot.agent.version,
        json(&snapshot)?,
        by.0,
        micros(at),
        request_id,
    )
    .execute(tx)
    .await?;
    Ok(snapshot.agent)
}

async fn write_row(tx: &mut PgConnection, agent: &Agent) -> sqlx::Result<Agent> {
    let agent = agents::write(tx, agent).await?;
    sqlx::query!("UPDATE agents SET snapshot_version = version WHERE id = $1", agent.id.0).execute(tx).await?;
    Ok(agent)
}
