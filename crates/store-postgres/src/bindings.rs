//! Which agent may use which tool.

use std::collections::HashMap;

use artel_domain::{AgentId, AuditEntry, Binding, PermissionScope, TenantId, ToolDefinition, ToolId};
use artel_store::{BindingPatch, BindingWrite};
use sqlx::{PgConnection, PgExecutor, PgPool};

use crate::rows::BindingRow;
use crate::values::{json, maybe_json, micros, text};
use crate::{audit, tools};

pub(crate) async fn bind(pool: &PgPool, binding: &Binding, audit: &AuditEntry) -> sqlx::Result<BindingWrite> {
    let mut tx = pool.begin().await?;
    if !lock_agent(&mut tx, binding.tenant_id, binding.agent_id).await? {
        return Ok(BindingWrite::AgentMissing);
    }
    if let Some(earlier) = find(&mut tx, binding.tenant_id, binding.agent_id, binding.tool_id).await? {
        return Ok(if earlier.id == binding.id { BindingWrite::Done(earlier) } else { BindingWrite::Duplicate });
    }
    let Some(made) = insert_if_tool_lives(&mut tx, binding).await? else {
        let missing = !lock_tool(&mut tx, binding.tenant_id, binding.tool_id).await?;
        return Ok(if missing { BindingWrite::ToolMissing } else { BindingWrite::Duplicate });
    };
    audit::append(&mut tx, binding.tenant_id, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(BindingWrite::Done(made))
}

/// True when the agent lives; it is not deleted before this transaction ends.
async fn lock_agent(tx: &mut PgConnection, tenant: TenantId, agent: AgentId) -> sqlx::Result<bool> {
    let found =
        sqlx::query_scalar!("SELECT id FROM agents WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL FOR SHARE", tenant.0, agent.0)
            .fetch_optional(tx)
            .await?;
    Ok(found.is_some())
}

/// The same for a tool.
async fn lock_tool(tx: &mut PgConnection, tenant: TenantId, tool: ToolId) -> sqlx::Result<bool> {
    let found =
        sqlx::query_scalar!("SELECT id FROM tools WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL FOR SHARE", tenant.0, tool.0)
            .fetch_optional(tx)
            .await?;
    Ok(found.is_some())
}

/// `None` when the tool is absent, or the agent has it already.
pub(crate) async fn insert_if_tool_lives(tx: &mut PgConnection, binding: &Binding) -> sqlx::Result<Option<Binding>> {
    let row = sqlx::query_as!(
        BindingRow,
        "WITH tool AS (SELECT id FROM tools WHERE tenant_id = $2 AND id = $4 AND deleted_at IS NULL FOR SHARE)
         INSERT INTO bindings (id, tenant_id, agent_id, tool_id, permission_scope, timeout_ms, rate_limit, allowed_domains, secrets_ref,
                               created_at, updated_at)
         SELECT $1, $2, $3, tool.id, $5, $6, $7, $8, $9, $10, $11 FROM tool
         ON CONFLICT (agent_id, tool_id) DO NOTHING
         RETURNING id, tenant_id, agent_id, tool_id, permission_scope, timeout_ms, rate_limit, allowed_domains, secrets_ref, created_at,
                   updated_at",
        binding.id.0,
        binding.tenant_id.0,
        binding.agent_id.0,
        binding.tool_id.0,
        binding.permission_scope.as_str(),
        number_of_ms(binding.timeout_ms),
        binding.rate_limit.map(|rate| rate.to_string()),
        json(&binding.allowed_domains)?,
        binding.secrets_ref.as_deref().map(text),
        micros(binding.created_at),
        binding.updated_at.map(micros),
    )
    .fetch_optional(tx)
    .await?;
    row.map(Binding::try_from).transpose()
}

fn number_of_ms(timeout_ms: u64) -> i64 {
    i64::try_from(timeout_ms).unwrap_or(i64::MAX)
}

async fn find(tx: &mut PgConnection, tenant: TenantId, agent: AgentId, tool: ToolId) -> sqlx::Result<Option<Binding>> {
    let row = sqlx::query_as!(
        BindingRow,
        "SELECT id, tenant_id, agent_id, tool_id, permission_scope, timeout_ms, rate_limit, allowed_domains, secrets_ref, created_at,
                updated_at
         FROM bindings WHERE tenant_id = $1 AND agent_id = $2 AND tool_id = $3",
        tenant.0,
        agent.0,
        tool.0,
    )
    .fetch_optional(tx)
    .await?;
    row.map(Binding::try_from).transpose()
}

/// Oldest first.
pub(crate) async fn of_agent(executor: impl PgExecutor<'_>, tenant: TenantId, agent: AgentId) -> sqlx::Result<Vec<Binding>> {
    let rows = sqlx::query_as!(
        BindingRow,
        "SELECT id, tenant_id, agent_id, tool_id, permission_scope, timeout_ms, rate_limit, allowed_domains, secrets_ref, created_at,
                updated_at
         FROM bindings WHERE tenant_id = $1 AND agent_id = $2 ORDER BY created_at, id",
        tenant.0,
        agent.0,
    )
    .fetch_all(executor)
    .await?;
    rows.into_iter().map(Binding::try_from).collect()
}

pub(crate) async fn list(pool: &PgPool, tenant: TenantId, agent: AgentId) -> sqlx::Result<Option<Vec<(Binding, ToolDefinition)>>> {
    let found = sqlx::query_scalar!("SELECT id FROM agents WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL", tenant.0, agent.0)
        .fetch_optional(pool)
        .await?;
    match found {
        Some(_) => with_tools(pool, tenant, agent).await.map(Some),
        None => Ok(None),
    }
}

/// Bindings with their tools; one whose tool went away between the two reads is left out.
pub(crate) async fn with_tools(pool: &PgPool, tenant: TenantId, agent: AgentId) -> sqlx::Result<Vec<(Binding, ToolDefinition)>> {
    let bindings = of_agent(pool, tenant, agent).await?;
    if bindings.is_empty() {
        return Ok(Vec::new());
    }
    let mut tools: HashMap<ToolId, ToolDefinition> =
        tools::bound_to(pool, tenant, agent).await?.into_iter().map(|tool| (tool.id, tool)).collect();
    Ok(bindings.into_iter().filter_map(|binding| tools.remove(&binding.tool_id).map(|tool| (binding, tool))).collect())
}

pub(crate) async fn update(
    pool: &PgPool,
    tenant: TenantId,
    agent: AgentId,
    tool: ToolId,
    patch: &BindingPatch,
    audit: &AuditEntry,
) -> sqlx::Result<Option<Binding>> {
    let mut tx = pool.begin().await?;
    if !lock_agent(&mut tx, tenant, agent).await? {
        return Ok(None);
    }
    let row = sqlx::query_as!(
        BindingRow,
        "UPDATE bindings
         SET permission_scope = coalesce($4, permission_scope), timeout_ms = coalesce($5, timeout_ms),
             rate_limit = CASE WHEN $6 THEN $7 ELSE rate_limit END, allowed_domains = coalesce($8, allowed_domains),
             secrets_ref = CASE WHEN $9 THEN $10 ELSE secrets_ref END, updated_at = $11
         WHERE tenant_id = $1 AND agent_id = $2 AND tool_id = $3
         RETURNING id, tenant_id, agent_id, tool_id, permission_scope, timeout_ms, rate_limit, allowed_domains, secrets_ref, created_at,
                   updated_at",
        tenant.0,
        agent.0,
        tool.0,
        patch.permission_scope.map(PermissionScope::as_str),
        patch.timeout_ms.map(number_of_ms),
        patch.rate_limit.is_some(),
        patch.rate_limit.flatten().map(|rate| rate.to_string()),
        maybe_json(patch.allowed_domains.as_ref())?,
        patch.secrets_ref.is_some(),
        tools::inner(patch.secrets_ref.as_ref()),
        micros(audit.at),
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    row.try_into().map(Some)
}

pub(crate) async fn unbind(pool: &PgPool, tenant: TenantId, agent: AgentId, tool: ToolId, audit: &AuditEntry) -> sqlx::Result<bool> {
    let mut tx = pool.begin().await?;
    if !lock_agent(&mut tx, tenant, agent).await? {
        return Ok(false);
    }
    let removed = sqlx::query!("DELETE FROM bindings WHERE tenant_id = $1 AND agent_id = $2 AND tool_id = $3", tenant.0, agent.0, tool.0)
        .execute(&mut *tx)
        .await?;
    if removed.rows_affected() == 0 {
        return Ok(false);
    }
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(true)
}

/// Before the bindings of a snapshot take their place.
pub(crate) async fn remove_all(tx: &mut PgConnection, tenant: TenantId, agent: AgentId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM bindings WHERE tenant_id = $1 AND agent_id = $2", tenant.0, agent.0).execute(tx).await?;
    Ok(())
}
