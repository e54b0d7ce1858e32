//! Which agent may use which tool: the rows. Who changes them is in `attachments`.

use std::collections::HashMap;

use artel_domain::{AgentId, Binding, TenantId, ToolDefinition, ToolId};
use artel_store::Viewer;
use sqlx::{PgConnection, PgExecutor, PgPool};
use uuid::Uuid;

use crate::rows::BindingRow;
use crate::values::{json, micros, text};
use crate::{agents, tools};

/// `None` when the tool is absent, or the agent has it already.
pub(crate) async fn insert_if_tool_lives(tx: &mut PgConnection, binding: &Binding) -> sqlx::Result<Option<Binding>> {
    let row = sqlx::query_as!(
        BindingRow,
        "WITH tool AS (SELECT id FROM tools WHERE tenant_id = $2 AND id = $4 AND deleted_at IS NULL FOR SHARE)
         INSERT INTO bindings (id, tenant_id, agent_id, tool_id, permission_scope, timeout_ms, rate_limit, allowed_domains, secrets_ref,
                               created_at, updated_at, require_approval)
         SELECT $1, $2, $3, tool.id, $5, $6, $7, $8, $9, $10, $11, $12 FROM tool
         ON CONFLICT (agent_id, tool_id) DO NOTHING
         RETURNING id, tenant_id, agent_id, tool_id, permission_scope, timeout_ms, rate_limit, allowed_domains, secrets_ref,
                   require_approval, created_at, updated_at",
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
        binding.require_approval,
    )
    .fetch_optional(tx)
    .await?;
    row.map(Binding::try_from).transpose()
}

pub(crate) fn number_of_ms(timeout_ms: u64) -> i64 {
    i64::try_from(timeout_ms).unwrap_or(i64::MAX)
}

pub(crate) async fn find(
    tx: &mut PgConnection,
    tenant: TenantId,
    agent: AgentId,
    tool: ToolId,
) -> sqlx::Result<Option<Binding>> {
    let row = sqlx::query_as!(
        BindingRow,
        "SELECT id, tenant_id, agent_id, tool_id, permission_scope, timeout_ms, rate_limit, allowed_domains, secrets_ref,
                require_approval, created_at, updated_at
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
pub(crate) async fn of_agent(
    executor: impl PgExecutor<'_>,
    tenant: TenantId,
    agent: AgentId,
) -> sqlx::Result<Vec<Binding>> {
    let rows = sqlx::query_as!(
        BindingRow,
        "SELECT id, tenant_id, agent_id, tool_id, permission_scope, timeout_ms, rate_limit, allowed_domains, secrets_ref,
                require_approval, created_at, updated_at
         FROM bindings WHERE tenant_id = $1 AND agent_id = $2 ORDER BY created_at, id",
        tenant.0,
        agent.0,
    )
    .fetch_all(executor)
    .await?;
    rows.into_iter().map(Binding::try_from).collect()
}

pub(crate) async fn list(
    pool: &PgPool,
    viewer: &Viewer,
    agent: AgentId,
) -> sqlx::Result<Option<Vec<(Binding, ToolDefinition)>>> {
    match agents::find_seen(pool, viewer, agent).await? {
        Some(_) => with_tools(pool, viewer.tenant_id, agent).await.map(Some),
        None => Ok(None),
    }
}

/// Bindings with their tools; one whose tool went away between the two reads is left out.
pub(crate) async fn with_tools(
    pool: &PgPool,
    tenant: TenantId,
    agent: AgentId,
) -> sqlx::Result<Vec<(Binding, ToolDefinition)>> {
    join_tools(pool, tenant, of_agent(pool, tenant, agent).await?).await
}

/// The bindings in their order, each with its tool; one whose tool is deleted is left out.
pub(crate) async fn join_tools(
    pool: &PgPool,
    tenant: TenantId,
    bindings: Vec<Binding>,
) -> sqlx::Result<Vec<(Binding, ToolDefinition)>> {
    if bindings.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = bindings.iter().map(|binding| binding.tool_id.0).collect();
    let mut tools: HashMap<ToolId, ToolDefinition> =
        tools::find_all(pool, tenant, &ids).await?.into_iter().map(|tool| (tool.id, tool)).collect();
    Ok(bindings.into_iter().filter_map(|binding| tools.remove(&binding.tool_id).map(|tool| (binding, tool))).collect())
}

/// Before the bindings of a snapshot take their place.
pub(crate) async fn remove_all(tx: &mut PgConnection, tenant: TenantId, agent: AgentId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM bindings WHERE tenant_id = $1 AND agent_id = $2", tenant.0, agent.0).execute(tx).await?;
    Ok(())
}
