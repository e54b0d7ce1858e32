use artel_domain::{Agent, AgentId, AgentStatus, AuditEntry, TenantId};
use artel_store::{AgentFilter, AgentPatch, Page};
use sqlx::{SqliteExecutor, SqlitePool};

use crate::error::Outcome;
use crate::rows::{agents, all, one};
use crate::values::micros;
use crate::writer::Tx;

pub(crate) async fn create(tx: &mut Tx, agent: &Agent, audit: &AuditEntry) -> Outcome<Agent> {
    if let Some(known) = find_even_deleted(tx, agent.tenant_id, agent.id).await? {
        return Ok(known);
    }
    insert(tx, agent).await?;
    tx.audit(agent.tenant_id, audit);
    Ok(agent.clone())
}

pub(crate) async fn insert(tx: &mut Tx, agent: &Agent) -> Outcome<()> {
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
pub(crate) async fn find_even_deleted(tx: &mut Tx, tenant: TenantId, agent: AgentId) -> Outcome<Option<Agent>> {
    one(agents!("SELECT", "FROM agents WHERE id = ?1 AND tenant_id = ?2", agent.0, tenant.0).fetch_optional(&mut tx.conn).await?)
}

pub(crate) async fn find(db: impl SqliteExecutor<'_>, tenant: TenantId, agent: AgentId) -> Outcome<Option<Agent>> {
    let found = agents!("SELECT", "FROM agents WHERE id = ?1 AND tenant_id = ?2 AND deleted_at IS NULL", agent.0, tenant.0);
    one(found.fetch_optional(db).await?)
}

pub(crate) async fn list(reads: &SqlitePool, tenant: TenantId, filter: &AgentFilter, page: Page) -> Outcome<(Vec<Agent>, i64)> {
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

pub(crate) async fn update(tx: &mut Tx, tenant: TenantId, id: AgentId, patch: &AgentPatch, audit: &AuditEntry) -> Outcome<Option<Agent>> {
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

pub(crate) async fn delete(tx: &mut Tx, tenant: TenantId, agent: AgentId, audit: &AuditEntry) -> Outcome<bool> {
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
