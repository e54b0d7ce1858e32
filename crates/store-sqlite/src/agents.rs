use artel_domain::{Agent, AgentId, AgentStatus, AgentVersion, AuditEntry, TenantId, UserId};
use artel_store::{AgentFilter, AgentPatch, Agents, CloneAgent, Page, Result};
use async_trait::async_trait;
use sqlx::{SqliteExecutor, SqlitePool};

use crate::bindings;
use crate::error::Outcome;
use crate::rows::{agents, all, micros, one};
use crate::store::SqliteStore;
use crate::versions;
use crate::writer::Tx;

/// The longest name of an agent, in characters.
const NAME_LENGTH: usize = 200;

#[async_trait]
impl Agents for SqliteStore {
    async fn create_agent(&self, agent: Agent, audit: AuditEntry) -> Result<Agent> {
        self.write((agent, audit), |(agent, audit), tx| Box::pin(create(tx, agent, audit))).await
    }

    async fn find_agent(&self, tenant: TenantId, agent: AgentId) -> Result<Option<Agent>> {
        Ok(find(&self.reads, tenant, agent).await?)
    }

    async fn list_agents(&self, tenant: TenantId, filter: AgentFilter, page: Page) -> Result<(Vec<Agent>, i64)> {
        Ok(list(&self.reads, tenant, &filter, page).await?)
    }

    async fn update_agent(&self, tenant: TenantId, agent: AgentId, patch: AgentPatch, audit: AuditEntry) -> Result<Option<Agent>> {
        let asked = (tenant, agent, patch, audit);
        self.write(asked, |(tenant, agent, patch, audit), tx| Box::pin(update(tx, *tenant, *agent, patch, audit))).await
    }

    async fn delete_agent(&self, tenant: TenantId, agent: AgentId, audit: AuditEntry) -> Result<bool> {
        self.write((tenant, agent, audit), |(tenant, agent, audit), tx| Box::pin(delete(tx, *tenant, *agent, audit))).await
    }

    async fn publish_agent(&self, tenant: TenantId, agent: AgentId, by: UserId, audit: AuditEntry) -> Result<Option<Agent>> {
        let asked = (tenant, agent, by, audit);
        self.write(asked, |(tenant, agent, by, audit), tx| Box::pin(versions::publish(tx, *tenant, *agent, *by, audit))).await
    }

    async fn list_agent_versions(&self, tenant: TenantId, agent: AgentId) -> Result<Vec<AgentVersion>> {
        Ok(versions::list(&self.reads, tenant, agent).await?)
    }

    async fn find_agent_version(&self, tenant: TenantId, agent: AgentId, version: i64) -> Result<Option<AgentVersion>> {
        Ok(versions::find(&self.reads, tenant, agent, version).await?)
    }

    async fn rollback_agent(&self, tenant: TenantId, agent: AgentId, version: i64, by: UserId, audit: AuditEntry) -> Result<Option<Agent>> {
        let target = versions::Target { tenant, agent, version };
        self.write((target, by, audit), |(target, by, audit), tx| Box::pin(versions::roll_back(tx, target, *by, audit))).await
    }

    async fn clone_agent(&self, source: AgentId, copy: CloneAgent, audit: AuditEntry) -> Result<Option<Agent>> {
        self.write((source, copy, audit), |(source, copy, audit), tx| Box::pin(clone(tx, *source, copy, audit))).await
    }
}

async fn create(tx: &mut Tx, agent: &Agent, audit: &AuditEntry) -> Outcome<Agent> {
    if let Some(known) = find_stored(tx, agent.tenant_id, agent.id).await? {
        return Ok(known);
    }
    insert(tx, agent).await?;
    tx.audit(agent.tenant_id, audit);
    Ok(agent.clone())
}

async fn insert(tx: &mut Tx, agent: &Agent) -> Outcome<()> {
    let params = agent.llm_params.as_ref().map(ToString::to_string);
    let status = agent.status.as_str();
    let (created, updated) = (micros(agent.created_at), agent.updated_at.map(micros));
    sqlx::query!(
        "INSERT INTO agents (id, tenant_id, owner_user_id, name, system_prompt, model, llm_params, status, version, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        agent.id.0,
        agent.tenant_id.0,
        agent.owner_user_id.0,
        agent.name,
        agent.system_prompt,
        agent.model,
        params,
        status,
        agent.version,
        created,
        updated
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

/// Also a deleted one: its id is used all the same.
async fn find_stored(tx: &mut Tx, tenant: TenantId, agent: AgentId) -> Outcome<Option<Agent>> {
    one(agents!("SELECT", "FROM agents WHERE id = ?1 AND tenant_id = ?2", agent.0, tenant.0).fetch_optional(&mut tx.conn).await?)
}

pub(crate) async fn find(db: impl SqliteExecutor<'_>, tenant: TenantId, agent: AgentId) -> Outcome<Option<Agent>> {
    let found = agents!("SELECT", "FROM agents WHERE id = ?1 AND tenant_id = ?2 AND deleted_at IS NULL", agent.0, tenant.0);
    one(found.fetch_optional(db).await?)
}

async fn list(reads: &SqlitePool, tenant: TenantId, filter: &AgentFilter, page: Page) -> Outcome<(Vec<Agent>, i64)> {
    let status = filter.status.map(AgentStatus::as_str);
    let q = filter.q.as_ref().map(|q| q.to_lowercase());
    // `lower` of SQLite knows ASCII only; `instr` takes no wildcards, so the text is taken as it is.
    let found = agents!(
        "SELECT",
        "FROM agents WHERE tenant_id = ?1 AND deleted_at IS NULL AND (?2 IS NULL OR status = ?2)
             AND (?3 IS NULL OR instr(lower(name), ?3) > 0)
         ORDER BY created_at DESC, id DESC LIMIT ?4 OFFSET ?5",
        tenant.0,
        status,
        q,
        page.limit,
        page.offset
    )
    .fetch_all(reads)
    .await?;
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!: i64" FROM agents WHERE tenant_id = ?1 AND deleted_at IS NULL AND (?2 IS NULL OR status = ?2)
               AND (?3 IS NULL OR instr(lower(name), ?3) > 0)"#,
        tenant.0,
        status,
        q
    )
    .fetch_one(reads)
    .await?;
    Ok((all(found)?, total))
}

async fn update(tx: &mut Tx, tenant: TenantId, id: AgentId, patch: &AgentPatch, audit: &AuditEntry) -> Outcome<Option<Agent>> {
    let Some(mut agent) = find(&mut tx.conn, tenant, id).await? else {
        return Ok(None);
    };
    let AgentPatch { name, system_prompt, model, llm_params, status } = patch.clone();
    agent.name = name.unwrap_or(agent.name);
    agent.system_prompt = system_prompt.unwrap_or(agent.system_prompt);
    agent.model = model.unwrap_or(agent.model);
    agent.llm_params = llm_params.unwrap_or(agent.llm_params);
    agent.status = status.unwrap_or(agent.status);
    agent.updated_at = Some(audit.at);
    write_profile(tx, &agent).await?;
    tx.audit(tenant, audit);
    Ok(Some(agent))
}

/// All of the row that ever changes.
pub(crate) async fn write_profile(tx: &mut Tx, agent: &Agent) -> Outcome<()> {
    let params = agent.llm_params.as_ref().map(ToString::to_string);
    let status = agent.status.as_str();
    let updated = agent.updated_at.map(micros);
    sqlx::query!(
        "UPDATE agents SET name = ?1, system_prompt = ?2, model = ?3, llm_params = ?4, status = ?5, version = ?6, updated_at = ?7
         WHERE id = ?8",
        agent.name,
        agent.system_prompt,
        agent.model,
        params,
        status,
        agent.version,
        updated,
        agent.id.0
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

async fn delete(tx: &mut Tx, tenant: TenantId, agent: AgentId, audit: &AuditEntry) -> Outcome<bool> {
    let at = micros(audit.at);
    let deleted =
        sqlx::query!("UPDATE agents SET deleted_at = ?1 WHERE id = ?2 AND tenant_id = ?3 AND deleted_at IS NULL", at, agent.0, tenant.0)
            .execute(&mut tx.conn)
            .await?;
    if deleted.rows_affected() == 0 {
        return Ok(false);
    }
    tx.audit(tenant, audit);
    Ok(true)
}

async fn clone(tx: &mut Tx, source: AgentId, copy: &CloneAgent, audit: &AuditEntry) -> Outcome<Option<Agent>> {
    let Some(original) = find(&mut tx.conn, copy.tenant_id, source).await? else {
        return Ok(None);
    };
    if let Some(known) = find_stored(tx, copy.tenant_id, copy.id).await? {
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
    insert(tx, &agent).await?;
    bindings::copy(tx, source, copy).await?;
    tx.audit(copy.tenant_id, audit);
    Ok(Some(agent))
}
