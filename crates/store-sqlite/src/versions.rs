//! Published versions of agents (immutable snapshots of profile and bindings), going back to one, and copies.

use artel_domain::{Agent, AgentId, AgentStatus, AgentVersion, AuditEntry, TenantId, UserId};
use artel_store::CloneAgent;
use sqlx::{SqliteExecutor, SqlitePool};

use crate::error::Outcome;
use crate::rows::{Snapshot, VersionRow, all, one};
use crate::values::micros;
use crate::writer::Tx;
use crate::{agents, bindings};

/// The longest name of an agent, in characters.
const NAME_LENGTH: usize = 200;

pub(crate) struct Target {
    pub(crate) tenant: TenantId,
    pub(crate) agent: AgentId,
    pub(crate) version: i64,
}

pub(crate) async fn publish(tx: &mut Tx, tenant: TenantId, id: AgentId, by: UserId, audit: &AuditEntry) -> Outcome<Option<Agent>> {
    match agents::find(&mut tx.conn, tenant, id).await? {
        Some(agent) => Ok(Some(write_next(tx, agent, by, audit).await?)),
        None => Ok(None),
    }
}

pub(crate) async fn roll_back(tx: &mut Tx, target: &Target, by: UserId, audit: &AuditEntry) -> Outcome<Option<Agent>> {
    let Some(mut agent) = agents::find(&mut tx.conn, target.tenant, target.agent).await? else {
        return Ok(None);
    };
    let Some(snapshot) = find(&mut tx.conn, target.tenant, target.agent, target.version).await? else {
        return Ok(None);
    };
    let Agent { name, system_prompt, model, llm_params, .. } = snapshot.agent;
    agent = Agent { name, system_prompt, model, llm_params, ..agent };
    bindings::replace(tx, target.agent, &snapshot.bindings).await?;
    Ok(Some(write_next(tx, agent, by, audit).await?))
}

/// The agent as its next version, published, with a snapshot.
async fn write_next(tx: &mut Tx, mut agent: Agent, by: UserId, audit: &AuditEntry) -> Outcome<Agent> {
    agent.version += 1;
    agent.status = AgentStatus::Published;
    agent.updated_at = Some(audit.at);
    agents::write_profile(tx, &agent).await?;
    let bindings = bindings::of_agent(&mut tx.conn, agent.tenant_id, agent.id).await?;
    let snapshot = Snapshot { agent, bindings };
    insert(tx, &snapshot, by, micros(audit.at)).await?;
    tx.audit(snapshot.agent.tenant_id, audit);
    Ok(snapshot.agent)
}

async fn insert(tx: &mut Tx, snapshot: &Snapshot, by: UserId, at: i64) -> Outcome<()> {
    let agent = &snapshot.agent;
    let text = serde_json::to_string(snapshot)?;
    sqlx::query!(
        "INSERT INTO agent_versions (tenant_id, agent_id, version, snapshot, created_by, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        agent.tenant_id.0,
        agent.id.0,
        agent.version,
        text,
        by.0,
        at
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

pub(crate) async fn list(reads: &SqlitePool, tenant: TenantId, agent: AgentId) -> Outcome<Vec<AgentVersion>> {
    all(select_versions!("ORDER BY v.version DESC", tenant.0, agent.0).fetch_all(reads).await?)
}

pub(crate) async fn find(db: impl SqliteExecutor<'_>, tenant: TenantId, agent: AgentId, version: i64) -> Outcome<Option<AgentVersion>> {
    one(select_versions!("AND v.version = ?3", tenant.0, agent.0, version).fetch_optional(db).await?)
}

pub(crate) async fn copy(tx: &mut Tx, source: AgentId, copy: &CloneAgent, audit: &AuditEntry) -> Outcome<Option<Agent>> {
    let Some(original) = agents::find(&mut tx.conn, copy.tenant_id, source).await? else {
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
        created_at: copy.at,
        updated_at: None,
        ..original
    };
    agents::insert(tx, &agent).await?;
    bindings::copy(tx, source, copy).await?;
    tx.audit(copy.tenant_id, audit);
    Ok(Some(agent))
}
