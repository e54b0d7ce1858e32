//! An agent's published versions, going back to one, and copies.

use artel_domain::{Agent, AgentId, AgentStatus, AgentVersion, AuditEntry, Binding, BindingId, TenantId, UserId};
use artel_store::CloneAgent;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::rows::{Snapshot, VersionRow, returning_agent, select_agent};
use crate::values::{json, micros, text};
use crate::{agents, audit, bindings};

/// What an agent's name is cut to.
const NAME_CHARACTERS: usize = 200;

pub(crate) async fn list(pool: &PgPool, tenant: TenantId, agent: AgentId) -> sqlx::Result<Vec<AgentVersion>> {
    let rows = sqlx::query_as!(
        VersionRow,
        "SELECT v.agent_id, v.version, v.snapshot, v.created_by, v.created_at
         FROM agent_versions v JOIN agents a ON a.id = v.agent_id AND a.deleted_at IS NULL
         WHERE v.tenant_id = $1 AND v.agent_id = $2
         ORDER BY v.version DESC",
        tenant.0,
        agent.0,
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(AgentVersion::try_from).collect()
}

pub(crate) async fn find(pool: &PgPool, tenant: TenantId, agent: AgentId, version: i64) -> sqlx::Result<Option<AgentVersion>> {
    let row = sqlx::query_as!(
        VersionRow,
        "SELECT v.agent_id, v.version, v.snapshot, v.created_by, v.created_at
         FROM agent_versions v JOIN agents a ON a.id = v.agent_id AND a.deleted_at IS NULL
         WHERE v.tenant_id = $1 AND v.agent_id = $2 AND v.version = $3",
        tenant.0,
        agent.0,
        version,
    )
    .fetch_optional(pool)
    .await?;
    row.map(AgentVersion::try_from).transpose()
}

pub(crate) async fn publish(
    pool: &PgPool,
    tenant: TenantId,
    agent: AgentId,
    by: UserId,
    audit: &AuditEntry,
) -> sqlx::Result<Option<Agent>> {
    let mut tx = pool.begin().await?;
    let row = returning_agent!(
        "UPDATE agents SET version = version + 1, status = 'published', updated_at = $3
         WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL",
        tenant.0,
        agent.0,
        micros(audit.at),
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let agent = Agent::try_from(row)?;
    let bindings = bindings::of_agent(&mut *tx, tenant, agent.id).await?;
    keep(&mut tx, &Snapshot { agent: agent.clone(), bindings }, by, audit).await?;
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(Some(agent))
}

pub(crate) async fn roll_back(
    pool: &PgPool,
    tenant: TenantId,
    agent: AgentId,
    version: i64,
    by: UserId,
    audit: &AuditEntry,
) -> sqlx::Result<Option<Agent>> {
    let Some(past) = find(pool, tenant, agent, version).await? else { return Ok(None) };
    let mut tx = pool.begin().await?;
    let Some(agent) = restore(&mut tx, tenant, &past.agent, audit).await? else { return Ok(None) };
    bindings::remove_all(&mut tx, tenant, agent.id).await?;
    for binding in &past.bindings {
        bindings::insert_if_tool_lives(&mut tx, binding).await?;
    }
    let bindings = bindings::of_agent(&mut *tx, tenant, agent.id).await?;
    keep(&mut tx, &Snapshot { agent: agent.clone(), bindings }, by, audit).await?;
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(Some(agent))
}

/// The profile becomes the past one, as a new version.
async fn restore(tx: &mut PgConnection, tenant: TenantId, past: &Agent, audit: &AuditEntry) -> sqlx::Result<Option<Agent>> {
    let row = returning_agent!(
        "UPDATE agents
         SET name = $3, system_prompt = $4, model = $5, llm_params = $6, status = 'published', version = version + 1, updated_at = $7
         WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL",
        tenant.0,
        past.id.0,
        past.name,
        past.system_prompt,
        past.model,
        past.llm_params.as_ref().map(json).transpose()?,
        micros(audit.at),
    )
    .fetch_optional(tx)
    .await?;
    row.map(Agent::try_from).transpose()
}

async fn keep(tx: &mut PgConnection, snapshot: &Snapshot, by: UserId, audit: &AuditEntry) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO agent_versions (tenant_id, agent_id, version, snapshot, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        snapshot.agent.tenant_id.0,
        snapshot.agent.id.0,
        snapshot.agent.version,
        json(snapshot)?,
        by.0,
        micros(audit.at),
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub(crate) async fn copy(pool: &PgPool, source: AgentId, copy: &CloneAgent, audit: &AuditEntry) -> sqlx::Result<Option<Agent>> {
    let tenant = copy.tenant_id;
    let mut tx = pool.begin().await?;
    if let Some(earlier) = agents::find_even_deleted(&mut tx, tenant, copy.id).await? {
        return Ok(Some(earlier));
    }
    let Some(original) = lock(&mut tx, tenant, source).await? else { return Ok(None) };
    let made = agents::insert(&mut tx, &draft_of(&original, copy)).await?;
    for binding in bindings::of_agent(&mut *tx, tenant, source).await? {
        bindings::insert_if_tool_lives(&mut tx, &rebound(binding, copy)).await?;
    }
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(Some(made))
}

/// The agent, which stays as it is until this transaction ends.
async fn lock(tx: &mut PgConnection, tenant: TenantId, agent: AgentId) -> sqlx::Result<Option<Agent>> {
    let row = select_agent!("FROM agents WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL FOR SHARE", tenant.0, agent.0)
        .fetch_optional(tx)
        .await?;
    row.map(Agent::try_from).transpose()
}

fn draft_of(original: &Agent, copy: &CloneAgent) -> Agent {
    Agent {
        id: copy.id,
        owner_user_id: copy.owner_user_id,
        name: copy.name.as_deref().map_or_else(|| copied_name(&original.name), text),
        status: AgentStatus::Draft,
        version: 1,
        created_at: copy.at,
        updated_at: None,
        ..original.clone()
    }
}

fn copied_name(original: &str) -> String {
    format!("{original} (copy)").chars().take(NAME_CHARACTERS).collect()
}

fn rebound(binding: Binding, copy: &CloneAgent) -> Binding {
    Binding {
        id: BindingId(Uuid::new_v5(&copy.binding_namespace.0, binding.tool_id.0.as_bytes())),
        agent_id: copy.id,
        created_at: copy.at,
        updated_at: None,
        ..binding
    }
}
