//! Giving a tool to an agent, and taking it away. A published agent gets its next version with it.

use artel_domain::{AgentId, AuditEntry, Binding, PermissionScope, TenantId, ToolId};
use artel_store::{BindingPatch, BindingWrite, Viewer};
use sqlx::{PgConnection, PgPool};

use crate::begun::begin;
use crate::rows::BindingRow;
use crate::values::{maybe_json, micros};
use crate::{agents, audit, bindings, name_taken, tools, versions};

pub(crate) async fn bind(
    pool: &PgPool,
    viewer: &Viewer,
    binding: &Binding,
    audit: &AuditEntry,
) -> sqlx::Result<BindingWrite> {
    let mut tx = begin(pool).await?;
    let Some(agent) = agents::lock_seen(&mut tx, viewer, binding.agent_id).await? else {
        return Ok(BindingWrite::AgentMissing);
    };
    if let Some(earlier) = bindings::find(&mut tx, binding.tenant_id, binding.agent_id, binding.tool_id).await? {
        return Ok(if earlier.id == binding.id { BindingWrite::Done(earlier) } else { BindingWrite::Duplicate });
    }
    let agent = versions::ensure(&mut tx, agent, audit.at).await?;
    let Some(made) = bindings::insert_if_tool_lives(&mut tx, binding).await? else {
        let missing = !lock_tool(&mut tx, binding.tenant_id, binding.tool_id).await?;
        return Ok(if missing { BindingWrite::ToolMissing } else { BindingWrite::Duplicate });
    };
    if let Some(taken) =
        name_taken::by_agents(&mut tx, binding.tenant_id, binding.tool_id, Some(binding.agent_id)).await?
    {
        return Ok(BindingWrite::NameTaken(taken));
    }
    versions::after_binding(&mut tx, agent, audit).await?;
    audit::append(&mut tx, binding.tenant_id, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(BindingWrite::Done(made))
}

/// True when the tool lives; it is not deleted before this transaction ends.
async fn lock_tool(tx: &mut PgConnection, tenant: TenantId, tool: ToolId) -> sqlx::Result<bool> {
    let found = sqlx::query_scalar!(
        "SELECT id FROM tools WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL FOR SHARE",
        tenant.0,
        tool.0
    )
    .fetch_optional(tx)
    .await?;
    Ok(found.is_some())
}

pub(crate) async fn update(
    pool: &PgPool,
    viewer: &Viewer,
    agent: AgentId,
    tool: ToolId,
    patch: &BindingPatch,
    audit: &AuditEntry,
) -> sqlx::Result<Option<Binding>> {
    let (tenant, mut tx) = (viewer.tenant_id, begin(pool).await?);
    let Some(owner) = agents::lock_seen(&mut tx, viewer, agent).await? else { return Ok(None) };
    let owner = versions::ensure(&mut tx, owner, audit.at).await?;
    let row = sqlx::query_as!(
        BindingRow,
        "UPDATE bindings
         SET permission_scope = coalesce($4, permission_scope), timeout_ms = coalesce($5, timeout_ms),
             rate_limit = CASE WHEN $6 THEN $7 ELSE rate_limit END, allowed_domains = coalesce($8, allowed_domains),
             secrets_ref = CASE WHEN $9 THEN $10 ELSE secrets_ref END, updated_at = $11,
             require_approval = coalesce($12, require_approval)
         WHERE tenant_id = $1 AND agent_id = $2 AND tool_id = $3
         RETURNING id, tenant_id, agent_id, tool_id, permission_scope, timeout_ms, rate_limit, allowed_domains, secrets_ref,
                   require_approval, created_at, updated_at",
        tenant.0,
        agent.0,
        tool.0,
        patch.permission_scope.map(PermissionScope::as_str),
        patch.timeout_ms.map(bindings::number_of_ms),
        patch.rate_limit.is_some(),
        patch.rate_limit.flatten().map(|rate| rate.to_string()),
        maybe_json(patch.allowed_domains.as_ref())?,
        patch.secrets_ref.is_some(),
        tools::inner(patch.secrets_ref.as_ref()),
        micros(audit.at),
        patch.require_approval,
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    versions::after_binding(&mut tx, owner, audit).await?;
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    row.try_into().map(Some)
}

pub(crate) async fn unbind(
    pool: &PgPool,
    viewer: &Viewer,
    agent: AgentId,
    tool: ToolId,
    audit: &AuditEntry,
) -> sqlx::Result<bool> {
    let (tenant, mut tx) = (viewer.tenant_id, begin(pool).await?);
    let Some(owner) = agents::lock_seen(&mut tx, viewer, agent).await? else { return Ok(false) };
    let owner = versions::ensure(&mut tx, owner, audit.at).await?;
    let removed = sqlx::query!(
        "DELETE FROM bindings WHERE tenant_id = $1 AND agent_id = $2 AND tool_id = $3",
        tenant.0,
        agent.0,
        tool.0
    )
    .execute(&mut *tx)
    .await?;
    if removed.rows_affected() == 0 {
        return Ok(false);
    }
    versions::after_binding(&mut tx, owner, audit).await?;
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(true)
}
