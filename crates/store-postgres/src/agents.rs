//! Agents' rows. Who creates and changes them is in `profiles`, copying in `copies`, their published versions are in
//! `versions`.

use artel_domain::{Agent, AgentId, AgentKind, AgentStatus, AuditEntry, BuiltinAgent, TenantId, caseless};
use artel_store::{AgentFilter, Page, Result, StoreError, Viewer};
use sqlx::{PgConnection, PgPool};

use crate::audit;
use crate::begun::begin;
use crate::error::within;
use crate::filters::filtered;
use crate::rows::{returning_agent, select_agent};
use crate::values::{maybe_json, micros, text};

/// What an earlier try of a request made.
pub(crate) async fn find_even_deleted(
    tx: &mut PgConnection,
    tenant: TenantId,
    agent: AgentId,
) -> sqlx::Result<Option<Agent>> {
    let row =
        select_agent!("FROM agents WHERE tenant_id = $1 AND id = $2", tenant.0, agent.0).fetch_optional(tx).await?;
    row.map(Agent::try_from).transpose()
}

pub(crate) async fn insert(tx: &mut PgConnection, agent: &Agent) -> sqlx::Result<Agent> {
    let name = text(&agent.name);
    returning_agent!(
        "INSERT INTO agents (id, tenant_id, owner_user_id, name, system_prompt, model, llm_params, status, version, created_at, updated_at,
                             kind, is_enabled, is_changed, folded_name, folded_from, description, avatar_url,
                             require_approval)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $4, $16, $17, $18)",
        agent.id.0,
        agent.tenant_id.0,
        agent.owner_user_id.0,
        name,
        text(&agent.system_prompt),
        text(&agent.model),
        maybe_json(agent.llm_params.as_ref())?,
        agent.status.as_str(),
        agent.version,
        micros(agent.created_at),
        agent.updated_at.map(micros),
        agent.kind.as_str(),
        agent.is_enabled,
        agent.has_unpublished_changes,
        caseless(&name),
        agent.description.as_deref().map(text),
        agent.avatar_url.as_deref().map(text),
        agent.require_approval,
    )
    .fetch_one(tx)
    .await?
    .try_into()
}

/// All of the row that ever changes.
pub(crate) async fn write(tx: &mut PgConnection, agent: &Agent) -> sqlx::Result<Agent> {
    let name = text(&agent.name);
    returning_agent!(
        "UPDATE agents
         SET name = $2, system_prompt = $3, model = $4, llm_params = $5, status = $6, version = $7, updated_at = $8, kind = $9,
             is_enabled = $10, is_changed = $11, folded_name = $12, folded_from = $2, description = $13, avatar_url = $14,
             require_approval = $15
         WHERE id = $1",
        agent.id.0,
        name,
        text(&agent.system_prompt),
        text(&agent.model),
        maybe_json(agent.llm_params.as_ref())?,
        agent.status.as_str(),
        agent.version,
        agent.updated_at.map(micros),
        agent.kind.as_str(),
        agent.is_enabled,
        agent.has_unpublished_changes,
        caseless(&name),
        agent.description.as_deref().map(text),
        agent.avatar_url.as_deref().map(text),
        agent.require_approval,
    )
    .fetch_one(tx)
    .await?
    .try_into()
}

/// The agent, which nobody else changes before this transaction ends.
pub(crate) async fn lock(tx: &mut PgConnection, tenant: TenantId, agent: AgentId) -> sqlx::Result<Option<Agent>> {
    let row = select_agent!(
        "FROM agents WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL FOR NO KEY UPDATE",
        tenant.0,
        agent.0
    )
    .fetch_optional(tx)
    .await?;
    row.map(Agent::try_from).transpose()
}

/// The same; `None` also for a draft of somebody else.
pub(crate) async fn lock_seen(tx: &mut PgConnection, viewer: &Viewer, agent: AgentId) -> sqlx::Result<Option<Agent>> {
    Ok(lock(tx, viewer.tenant_id, agent).await?.filter(|agent| viewer.sees_agent(agent)))
}

/// `ReadOnlyAgent` when only the agent's settings may be changed. No agent becomes built in, so that this may be asked
/// beforehand.
pub(crate) async fn refuse_read_only(pool: &PgPool, viewer: &Viewer, agent: AgentId) -> Result<()> {
    if BuiltinAgent::of(viewer.tenant_id, agent).is_some() {
        return Err(StoreError::ReadOnlyAgent);
    }
    match within(find_seen(pool, viewer, agent)).await? {
        Some(agent) if agent.is_read_only() => Err(StoreError::ReadOnlyAgent),
        _ => Ok(()),
    }
}

/// `None` also for a draft of somebody else.
pub(crate) async fn find_seen(pool: &PgPool, viewer: &Viewer, agent: AgentId) -> sqlx::Result<Option<Agent>> {
    Ok(find(pool, viewer.tenant_id, agent).await?.filter(|agent| viewer.sees_agent(agent)))
}

async fn find(pool: &PgPool, tenant: TenantId, agent: AgentId) -> sqlx::Result<Option<Agent>> {
    let row = select_agent!("FROM agents WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL", tenant.0, agent.0)
        .fetch_optional(pool)
        .await?;
    row.map(Agent::try_from).transpose()
}

pub(crate) async fn list(
    pool: &PgPool,
    viewer: &Viewer,
    filter: &AgentFilter,
    page: Page,
) -> sqlx::Result<(Vec<Agent>, i64)> {
    let mut tx = filtered(pool).await?;
    let status = filter.status.map(AgentStatus::as_str);
    let q = filter.q.as_deref().map(|q| caseless(&text(q)));
    let drafts_of = viewer.reads_only().map(|user| user.0);
    let kind = filter.kind.map(AgentKind::as_str);
    let all = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!" FROM agents
           WHERE tenant_id = $1 AND deleted_at IS NULL
             AND ($2::text IS NULL OR status = $2) AND ($3::text IS NULL OR strpos(folded_name, $3) > 0)
             AND ($4::uuid IS NULL OR status <> 'draft' OR owner_user_id = $4 OR kind <> 'custom') AND ($5::text IS NULL OR kind = $5)"#,
        viewer.tenant_id.0,
        status,
        q,
        drafts_of,
        kind,
    )
    .fetch_one(&mut *tx)
    .await?;
    let rows = select_agent!(
        "FROM agents
         WHERE tenant_id = $1 AND deleted_at IS NULL
           AND ($2::text IS NULL OR status = $2) AND ($3::text IS NULL OR strpos(folded_name, $3) > 0)
           AND ($6::uuid IS NULL OR status <> 'draft' OR owner_user_id = $6 OR kind <> 'custom') AND ($7::text IS NULL OR kind = $7)
         ORDER BY created_at DESC, id DESC LIMIT $4 OFFSET $5",
        viewer.tenant_id.0,
        status,
        q,
        i64::from(page.limit),
        i64::from(page.offset),
        drafts_of,
        kind,
    )
    .fetch_all(&mut *tx)
    .await?;
    let agents = rows.into_iter().map(Agent::try_from).collect::<sqlx::Result<_>>()?;
    Ok((agents, all))
}

pub(crate) async fn delete(pool: &PgPool, viewer: &Viewer, agent: AgentId, audit: &AuditEntry) -> sqlx::Result<bool> {
    let (tenant, mut tx) = (viewer.tenant_id, begin(pool).await?);
    if lock_seen(&mut tx, viewer, agent).await?.is_none() {
        return Ok(false);
    }
    sqlx::query!(
        "UPDATE agents SET deleted_at = $3 WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL",
        tenant.0,
        agent.0,
        micros(audit.at),
    )
    .execute(&mut *tx)
    .await?;
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(true)
}
