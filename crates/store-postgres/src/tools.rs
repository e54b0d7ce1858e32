//! Tools.

use artel_domain::tool::HttpMethod;
use artel_domain::{AuditEntry, AuthType, EffectClass, ExecutionType, TenantId, ToolDefinition, ToolId, ToolStatus};
use artel_store::{Page, ToolPatch, ToolWrite};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::begun::begin;
use crate::rows::{returning_tool, select_tool};
use crate::values::{json, maybe_json, micros, text};
use crate::{audit, name_taken};

pub(crate) async fn create(pool: &PgPool, tool: &ToolDefinition, audit: &AuditEntry) -> sqlx::Result<ToolDefinition> {
    let mut tx = begin(pool).await?;
    if let Some(earlier) = find_even_deleted(&mut tx, tool.tenant_id, tool.id).await? {
        return Ok(earlier);
    }
    let created = insert(&mut tx, tool).await?;
    audit::append(&mut tx, tool.tenant_id, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(created)
}

async fn find_even_deleted(
    tx: &mut PgConnection,
    tenant: TenantId,
    tool: ToolId,
) -> sqlx::Result<Option<ToolDefinition>> {
    let row = select_tool!("FROM tools WHERE tenant_id = $1 AND id = $2", tenant.0, tool.0).fetch_optional(tx).await?;
    row.map(ToolDefinition::try_from).transpose()
}

async fn insert(tx: &mut PgConnection, tool: &ToolDefinition) -> sqlx::Result<ToolDefinition> {
    returning_tool!(
        "INSERT INTO tools (id, tenant_id, name, description, input_schema, execution_type, endpoint, auth_type, status, version, http_method,
                            parameter_mapping, custom_headers, response_transform, effect, status_endpoint, created_at, updated_at,
                            cache_ttl_seconds)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
        tool.id.0,
        tool.tenant_id.0,
        text(&tool.name),
        text(&tool.description),
        json(&tool.input_schema)?,
        tool.execution_type.as_str(),
        tool.endpoint.as_deref().map(text),
        tool.auth_type.as_str(),
        tool.status.as_str(),
        tool.version,
        tool.http_method.as_str(),
        json(&tool.parameter_mapping)?,
        json(&tool.custom_headers)?,
        tool.response_transform.as_deref().map(text),
        tool.effect.as_str(),
        tool.status_endpoint.as_deref().map(text),
        micros(tool.created_at),
        tool.updated_at.map(micros),
        tool.cache_ttl_seconds.map(i64::from),
    )
    .fetch_one(tx)
    .await?
    .try_into()
}

pub(crate) async fn find(pool: &PgPool, tenant: TenantId, tool: ToolId) -> sqlx::Result<Option<ToolDefinition>> {
    let row = select_tool!("FROM tools WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL", tenant.0, tool.0)
        .fetch_optional(pool)
        .await?;
    row.map(ToolDefinition::try_from).transpose()
}

pub(crate) async fn list(pool: &PgPool, tenant: TenantId, page: Page) -> sqlx::Result<(Vec<ToolDefinition>, i64)> {
    let all = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!" FROM tools WHERE tenant_id = $1 AND deleted_at IS NULL"#,
        tenant.0
    )
    .fetch_one(pool)
    .await?;
    let rows = select_tool!(
        "FROM tools WHERE tenant_id = $1 AND deleted_at IS NULL ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3",
        tenant.0,
        i64::from(page.limit),
        i64::from(page.offset),
    )
    .fetch_all(pool)
    .await?;
    let tools = rows.into_iter().map(ToolDefinition::try_from).collect::<sqlx::Result<_>>()?;
    Ok((tools, all))
}

/// Those of these tools that live, in no order.
pub(crate) async fn find_all(pool: &PgPool, tenant: TenantId, ids: &[Uuid]) -> sqlx::Result<Vec<ToolDefinition>> {
    let rows = select_tool!("FROM tools WHERE tenant_id = $1 AND deleted_at IS NULL AND id = ANY ($2)", tenant.0, ids)
        .fetch_all(pool)
        .await?;
    rows.into_iter().map(ToolDefinition::try_from).collect()
}

pub(crate) async fn update(
    pool: &PgPool,
    tenant: TenantId,
    tool: ToolId,
    patch: &ToolPatch,
    audit: &AuditEntry,
) -> sqlx::Result<ToolWrite> {
    let mut tx = begin(pool).await?;
    let is_renamed = match &patch.name {
        Some(name) => lock_name(&mut tx, tenant, tool).await?.is_some_and(|before| before != *name),
        None => false,
    };
    let row = returning_tool!(
        "UPDATE tools
         SET name = coalesce($3, name), description = coalesce($4, description), input_schema = coalesce($5, input_schema),
             execution_type = coalesce($6, execution_type), endpoint = CASE WHEN $7 THEN $8 ELSE endpoint END,
             auth_type = coalesce($9, auth_type), status = coalesce($10, status), http_method = coalesce($11, http_method),
             parameter_mapping = coalesce($12, parameter_mapping), custom_headers = coalesce($13, custom_headers),
             response_transform = CASE WHEN $14 THEN $15 ELSE response_transform END, effect = coalesce($16, effect),
             status_endpoint = CASE WHEN $17 THEN $18 ELSE status_endpoint END, version = version + 1, updated_at = $19,
             cache_ttl_seconds = CASE WHEN $20 THEN $21 ELSE cache_ttl_seconds END
         WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL",
        tenant.0,
        tool.0,
        patch.name.as_deref().map(text),
        patch.description.as_deref().map(text),
        maybe_json(patch.input_schema.as_ref())?,
        patch.execution_type.map(ExecutionType::as_str),
        patch.endpoint.is_some(),
        inner(patch.endpoint.as_ref()),
        patch.auth_type.map(AuthType::as_str),
        patch.status.map(ToolStatus::as_str),
        patch.http_method.map(HttpMethod::as_str),
        maybe_json(patch.parameter_mapping.as_ref())?,
        maybe_json(patch.custom_headers.as_ref())?,
        patch.response_transform.is_some(),
        inner(patch.response_transform.as_ref()),
        patch.effect.map(EffectClass::as_str),
        patch.status_endpoint.is_some(),
        inner(patch.status_endpoint.as_ref()),
        micros(audit.at),
        patch.cache_ttl_seconds.is_some(),
        patch.cache_ttl_seconds.flatten().map(i64::from),
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(ToolWrite::Missing) };
    if is_renamed && let Some(taken) = name_taken::by_agents(&mut tx, tenant, tool, None).await? {
        return Ok(ToolWrite::NameTaken(taken));
    }
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    row.try_into().map(|tool| ToolWrite::Done(Box::new(tool)))
}

/// The name that the tool has until this transaction changes it.
async fn lock_name(tx: &mut PgConnection, tenant: TenantId, tool: ToolId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "SELECT name FROM tools WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL FOR UPDATE",
        tenant.0,
        tool.0
    )
    .fetch_optional(tx)
    .await
}

/// What a clearable member is set to.
pub(crate) fn inner(change: Option<&Option<String>>) -> Option<String> {
    change.and_then(Option::as_deref).map(text)
}

pub(crate) async fn delete(pool: &PgPool, tenant: TenantId, tool: ToolId, audit: &AuditEntry) -> sqlx::Result<bool> {
    let mut tx = begin(pool).await?;
    let deleted = sqlx::query!(
        "UPDATE tools SET deleted_at = $3 WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL",
        tenant.0,
        tool.0,
        micros(audit.at),
    )
    .execute(&mut *tx)
    .await?;
    if deleted.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!("DELETE FROM bindings WHERE tenant_id = $1 AND tool_id = $2", tenant.0, tool.0)
        .execute(&mut *tx)
        .await?;
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(true)
}
