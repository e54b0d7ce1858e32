//! Agents. Their published versions and copies are in `versions`.

use artel_domain::{Agent, AgentId, AgentStatus, AuditEntry, TenantId};
use artel_store::{AgentFilter, AgentPatch, Page};
use sqlx::{PgConnection, PgPool};

use crate::audit;
use crate::filters::filtered;
use crate::rows::{returning_agent, select_agent};
use crate::values::{maybe_json, micros, text};

pub(crate) async fn create(pool: &PgPool, agent: &Agent, audit: &AuditEntry) -> sqlx::Result<Agent> {
    let mut tx = pool.begin().await?;
    if let Some(earlier) = find_even_deleted(&mut tx, agent.tenant_id, agent.id).await? {
        return Ok(earlier);
    }
    let created = insert(&mut tx, agent).await?;
    audit::append(&mut tx, agent.tenant_id, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(created)
}

/// What an earlier try of a request made.
pub(crate) async fn find_even_deleted(tx: &mut PgConnection, tenant: TenantId, agent: AgentId) -> sqlx::Result<Option<Agent>> {
    let row = select_agent!("FROM agents WHERE tenant_id = $1 AND id = $2", tenant.0, agent.0).fetch_optional(tx).await?;
    row.map(Agent::try_from).transpose()
}

pub(crate) async fn insert(tx: &mut PgConnection, agent: &Agent) -> sqlx::Result<Agent> {
    returning_agent!(
        "INSERT INTO agents (id, tenant_id, owner_user_id, name, system_prompt, model, llm_params, status, version, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        agent.id.0,
        agent.tenant_id.0,
        agent.owner_user_id.0,
        text(&agent.name),
        text(&agent.system_prompt),
        text(&agent.model),
        maybe_json(agent.llm_params.as_ref())?,
        agent.status.as_str(),
        agent.version,
        micros(agent.created_at),
        agent.updated_at.map(micros),
    )
    .fetch_one(tx)
    .await?
    .try_into()
}

pub(crate) async fn find(pool: &PgPool, tenant: TenantId, agent: AgentId) -> sqlx::Result<Option<Agent>> {
    let row = select_agent!("FROM agents WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL", tenant.0, agent.0)
        .fetch_optional(pool)
        .await?;
    row.map(Agent::try_from).transpose()
}

pub(crate) async fn list(pool: &PgPool, tenant: TenantId, filter: &AgentFilter, page: Page) -> sqlx::Result<(Vec<Agent>, i64)> {
    let mut tx = filtered(pool).await?;
    let status = filter.status.map(AgentStatus::as_str);
    let q = filter.q.as_deref().map(text);
    let all = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!" FROM agents
           WHERE tenant_id = $1 AND deleted_at IS NULL
             AND ($2::text IS NULL OR status = $2) AND ($3::text IS NULL OR strpos(lower(name), lower($3)) > 0)"#,
        tenant.0,
        status,
        q,
    )
    .fetch_one(&mut *tx)
    .await?;
    let rows = select_agent!(
        "FROM agents
         WHERE tenant_id = $1 AND deleted_at IS NULL
           AND ($2::text IS NULL OR status = $2) AND ($3::text IS NULL OR strpos(lower(name), lower($3)) > 0)
         ORDER BY created_at DESC, id DESC LIMIT $4 OFFSET $5",
        tenant.0,
        status,
        q,
        i64::from(page.limit),
        i64::from(page.offset),
    )
    .fetch_all(&mut *tx)
    .await?;
    let agents = rows.into_iter().map(Agent::try_from).collect::<sqlx::Result<_>>()?;
    Ok((agents, all))
}

pub(crate) async fn update(
    pool: &PgPool,
    tenant: TenantId,
    agent: AgentId,
    patch: &AgentPatch,
    audit: &AuditEntry,
) -> sqlx::Result<Option<Agent>> {
    let mut tx = pool.begin().await?;
    let row = returning_agent!(
        "UPDATE agents
         SET name = coalesce($3, name), system_prompt = coalesce($4, system_prompt), model = coalesce($5, model),
             llm_params = CASE WHEN $6 THEN $7 ELSE llm_params END, status = coalesce($8, status), updated_at = $9
         WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL",
        tenant.0,
        agent.0,
        patch.name.as_deref().map(text),
        patch.system_prompt.as_deref().map(text),
        patch.model.as_deref().map(text),
        patch.llm_params.is_some(),
        maybe_json(patch.llm_params.as_ref().and_then(Option::as_ref))?,
        patch.status.map(AgentStatus::as_str),
        micros(audit.at),
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    row.try_into().map(Some)
}

pub(crate) async fn delete(pool: &PgPool, tenant: TenantId, agent: AgentId, audit: &AuditEntry) -> sqlx::Result<bool> {
    let mut tx = pool.begin().await?;
    let deleted = sqlx::query!(
        "UPDATE agents SET deleted_at = $3 WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL",
        tenant.0,
        agent.0,
        micros(audit.at),
    )
    .execute(&mut *tx)
    .await?;
    if deleted.rows_affected() == 0 {
        return Ok(false);
    }
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(true)
}
