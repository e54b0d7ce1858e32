use artel_domain::{AuditEntry, TenantId, ToolDefinition, ToolId};
use artel_store::{Page, ToolPatch, ToolWrite};
use sqlx::{SqliteExecutor, SqlitePool};

use crate::error::Outcome;
use crate::name_taken;
use crate::rows::{all, one, tools};
use crate::values::micros;
use crate::writer::Tx;

pub(crate) async fn create(tx: &mut Tx, tool: &ToolDefinition, audit: &AuditEntry) -> Outcome<ToolDefinition> {
    // Also a deleted one: its id is used all the same.
    let known = tools!("SELECT", "FROM tools WHERE id = ?1 AND tenant_id = ?2", tool.id.0, tool.tenant_id.0);
    if let Some(known) = one(known.fetch_optional(&mut tx.conn).await?)? {
        return Ok(known);
    }
    insert(tx, tool).await?;
    tx.audit(tool.tenant_id, audit);
    Ok(tool.clone())
}

pub(crate) async fn find(
    db: impl SqliteExecutor<'_>,
    tenant: TenantId,
    tool: ToolId,
) -> Outcome<Option<ToolDefinition>> {
    let found =
        tools!("SELECT", "FROM tools WHERE id = ?1 AND tenant_id = ?2 AND deleted_at IS NULL", tool.0, tenant.0);
    one(found.fetch_optional(db).await?)
}

pub(crate) async fn list(reads: &SqlitePool, tenant: TenantId, page: Page) -> Outcome<(Vec<ToolDefinition>, i64)> {
    let found = tools!(
        "SELECT",
        "FROM tools WHERE tenant_id = ?1 AND deleted_at IS NULL ORDER BY created_at DESC, id DESC LIMIT ?2 OFFSET ?3",
        tenant.0,
        page.limit,
        page.offset
    )
    .fetch_all(reads)
    .await?;
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!: i64" FROM tools WHERE tenant_id = ?1 AND deleted_at IS NULL"#,
        tenant.0
    )
    .fetch_one(reads)
    .await?;
    Ok((all(found)?, total))
}

pub(crate) async fn update(
    tx: &mut Tx,
    tenant: TenantId,
    id: ToolId,
    patch: &ToolPatch,
    audit: &AuditEntry,
) -> Outcome<ToolWrite> {
    let Some(tool) = find(&mut tx.conn, tenant, id).await? else {
        return Ok(ToolWrite::Missing);
    };
    let is_renamed = patch.name.as_ref().is_some_and(|name| *name != tool.name);
    let tool = ToolDefinition { version: tool.version + 1, updated_at: Some(audit.at), ..patched(tool, patch.clone()) };
    if is_renamed && let Some(taken) = name_taken::by_any_agent(tx, &tool).await? {
        return Ok(ToolWrite::NameTaken(taken));
    }
    write(tx, &tool).await?;
    tx.audit(tenant, audit);
    Ok(ToolWrite::Done(Box::new(tool)))
}

fn patched(tool: ToolDefinition, patch: ToolPatch) -> ToolDefinition {
    ToolDefinition {
        name: patch.name.unwrap_or(tool.name),
        description: patch.description.unwrap_or(tool.description),
        input_schema: patch.input_schema.unwrap_or(tool.input_schema),
        execution_type: patch.execution_type.unwrap_or(tool.execution_type),
        endpoint: patch.endpoint.unwrap_or(tool.endpoint),
        auth_type: patch.auth_type.unwrap_or(tool.auth_type),
        status: patch.status.unwrap_or(tool.status),
        http_method: patch.http_method.unwrap_or(tool.http_method),
        parameter_mapping: patch.parameter_mapping.unwrap_or(tool.parameter_mapping),
        custom_headers: patch.custom_headers.unwrap_or(tool.custom_headers),
        response_transform: patch.response_transform.unwrap_or(tool.response_transform),
        effect: patch.effect.unwrap_or(tool.effect),
        status_endpoint: patch.status_endpoint.unwrap_or(tool.status_endpoint),
        cache_ttl_seconds: patch.cache_ttl_seconds.unwrap_or(tool.cache_ttl_seconds),
        ..tool
    }
}

pub(crate) async fn delete(tx: &mut Tx, tenant: TenantId, tool: ToolId, audit: &AuditEntry) -> Outcome<bool> {
    let at = micros(audit.at);
    let deleted = sqlx::query!(
        "UPDATE tools SET deleted_at = ?1 WHERE id = ?2 AND tenant_id = ?3 AND deleted_at IS NULL",
        at,
        tool.0,
        tenant.0
    )
    .execute(&mut tx.conn)
    .await?;
    if deleted.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!("DELETE FROM bindings WHERE tool_id = ?1", tool.0).execute(&mut tx.conn).await?;
    tx.audit(tenant, audit);
    Ok(true)
}

/// The columns that a patch may change, as they are stored.
struct Columns {
    input_schema: String,
    parameter_mapping: String,
    custom_headers: String,
    updated_at: Option<i64>,
}

impl Columns {
    fn of(tool: &ToolDefinition) -> Outcome<Self> {
        Ok(Self {
            input_schema: tool.input_schema.to_string(),
            parameter_mapping: serde_json::to_string(&tool.parameter_mapping)?,
            custom_headers: serde_json::to_string(&tool.custom_headers)?,
            updated_at: tool.updated_at.map(micros),
        })
    }
}

async fn insert(tx: &mut Tx, tool: &ToolDefinition) -> Outcome<()> {
    let columns = Columns::of(tool)?;
    let (execution, auth, status) = (tool.execution_type.as_str(), tool.auth_type.as_str(), tool.status.as_str());
    let (method, effect, created) = (tool.http_method.as_str(), tool.effect.as_str(), micros(tool.created_at));
    sqlx::query!(
        "INSERT INTO tools (id, tenant_id, name, description, input_schema, execution_type, endpoint, auth_type, status, version,
             http_method, parameter_mapping, custom_headers, response_transform, effect, status_endpoint, created_at, updated_at,
             cache_ttl_seconds)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
        tool.id.0,
        tool.tenant_id.0,
        tool.name,
        tool.description,
        columns.input_schema,
        execution,
        tool.endpoint,
        auth,
        status,
        tool.version,
        method,
        columns.parameter_mapping,
        columns.custom_headers,
        tool.response_transform,
        effect,
        tool.status_endpoint,
        created,
        columns.updated_at,
        tool.cache_ttl_seconds
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

async fn write(tx: &mut Tx, tool: &ToolDefinition) -> Outcome<()> {
    let columns = Columns::of(tool)?;
    let (execution, auth, status) = (tool.execution_type.as_str(), tool.auth_type.as_str(), tool.status.as_str());
    let (method, effect) = (tool.http_method.as_str(), tool.effect.as_str());
    sqlx::query!(
        "UPDATE tools SET name = ?1, description = ?2, input_schema = ?3, execution_type = ?4, endpoint = ?5, auth_type = ?6, status = ?7,
             version = ?8, http_method = ?9, parameter_mapping = ?10, custom_headers = ?11, response_transform = ?12, effect = ?13,
             status_endpoint = ?14, updated_at = ?15, cache_ttl_seconds = ?17
         WHERE id = ?16",
        tool.name,
        tool.description,
        columns.input_schema,
        execution,
        tool.endpoint,
        auth,
        status,
        tool.version,
        method,
        columns.parameter_mapping,
        columns.custom_headers,
        tool.response_transform,
        effect,
        tool.status_endpoint,
        columns.updated_at,
        tool.id.0,
        tool.cache_ttl_seconds
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}
