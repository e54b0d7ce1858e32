//! Which agent may use which tool, and how: the rows. Who changes them is in `attachments`.

use std::collections::HashMap;

use artel_domain::{AgentId, Binding, BindingId, PermissionScope, RateLimit, TenantId, ToolDefinition, ToolId};
use artel_store::{CloneAgent, Viewer};
use sqlx::{SqliteExecutor, SqlitePool};
use uuid::Uuid;

use crate::error::Outcome;
use crate::rows::{all, bindings, one, tools as tool_rows};
use crate::values::{hex_list, micros};
use crate::writer::Tx;
use crate::{agents, tools};

pub(crate) async fn list(
    reads: &SqlitePool,
    viewer: &Viewer,
    agent: AgentId,
) -> Outcome<Option<Vec<(Binding, ToolDefinition)>>> {
    match agents::find_seen(reads, viewer, agent).await? {
        Some(_) => Ok(Some(with_tools(reads, viewer.tenant_id, agent).await?)),
        None => Ok(None),
    }
}

/// Oldest first; the agent itself may be deleted.
pub(crate) async fn with_tools(
    reads: &SqlitePool,
    tenant: TenantId,
    agent: AgentId,
) -> Outcome<Vec<(Binding, ToolDefinition)>> {
    join_tools(reads, of_agent(reads, tenant, agent).await?).await
}

/// The bindings in their order, each with its tool; one whose tool is deleted is left out.
pub(crate) async fn join_tools(reads: &SqlitePool, bindings: Vec<Binding>) -> Outcome<Vec<(Binding, ToolDefinition)>> {
    if bindings.is_empty() {
        return Ok(Vec::new());
    }
    let ids = hex_list(bindings.iter().map(|binding| binding.tool_id.0))?;
    let tools = tool_rows!(
        "SELECT",
        "FROM tools WHERE deleted_at IS NULL AND id IN (SELECT unhex(value) FROM json_each(?1))",
        ids
    );
    let tools: Vec<ToolDefinition> = all(tools.fetch_all(reads).await?)?;
    let mut tools: HashMap<_, _> = tools.into_iter().map(|tool| (tool.id, tool)).collect();
    Ok(bindings.into_iter().filter_map(|binding| tools.remove(&binding.tool_id).map(|tool| (binding, tool))).collect())
}

/// Oldest first. Deleting a tool removes its bindings, so each has a live tool.
pub(crate) async fn of_agent(db: impl SqliteExecutor<'_>, tenant: TenantId, agent: AgentId) -> Outcome<Vec<Binding>> {
    let found = bindings!(
        "SELECT",
        "FROM bindings WHERE agent_id = ?1 AND tenant_id = ?2 ORDER BY created_at, id",
        agent.0,
        tenant.0
    );
    all(found.fetch_all(db).await?)
}

/// The bindings of a snapshot in place of the agent's own. Those to tools deleted since are left out.
pub(crate) async fn replace(tx: &mut Tx, agent: AgentId, bindings: &[Binding]) -> Outcome<()> {
    sqlx::query!("DELETE FROM bindings WHERE agent_id = ?1", agent.0).execute(&mut tx.conn).await?;
    for binding in bindings {
        if tools::find(&mut tx.conn, binding.tenant_id, binding.tool_id).await?.is_some() {
            insert(tx, binding).await?;
        }
    }
    Ok(())
}

pub(crate) async fn copy(tx: &mut Tx, source: AgentId, copy: &CloneAgent) -> Outcome<()> {
    for binding in of_agent(&mut tx.conn, copy.tenant_id, source).await? {
        // FROZEN: a retry of the copy, at a process of another version too, makes the same ids.
        let id = BindingId(Uuid::new_v5(&copy.binding_namespace.0, binding.tool_id.0.as_bytes()));
        insert(tx, &Binding { id, agent_id: copy.id, created_at: copy.at, updated_at: None, ..binding }).await?;
    }
    Ok(())
}

pub(crate) async fn find(tx: &mut Tx, tenant: TenantId, agent: AgentId, tool: ToolId) -> Outcome<Option<Binding>> {
    let found = bindings!(
        "SELECT",
        "FROM bindings WHERE agent_id = ?1 AND tool_id = ?2 AND tenant_id = ?3",
        agent.0,
        tool.0,
        tenant.0
    );
    one(found.fetch_optional(&mut tx.conn).await?)
}

/// The columns that a patch may change, as they are stored.
struct Columns {
    permission_scope: &'static str,
    timeout_ms: i64,
    rate_limit: Option<String>,
    allowed_domains: String,
    updated_at: Option<i64>,
}

impl Columns {
    fn of(binding: &Binding) -> Outcome<Self> {
        Ok(Self {
            permission_scope: PermissionScope::as_str(binding.permission_scope),
            timeout_ms: i64::try_from(binding.timeout_ms).unwrap_or(i64::MAX),
            rate_limit: binding.rate_limit.as_ref().map(RateLimit::to_string),
            allowed_domains: serde_json::to_string(&binding.allowed_domains)?,
            updated_at: binding.updated_at.map(micros),
        })
    }
}

pub(crate) async fn insert(tx: &mut Tx, binding: &Binding) -> Outcome<()> {
    let columns = Columns::of(binding)?;
    let created = micros(binding.created_at);
    sqlx::query!(
        "INSERT INTO bindings (id, tenant_id, agent_id, tool_id, permission_scope, timeout_ms, rate_limit, allowed_domains, secrets_ref,
             created_at, updated_at, require_approval)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        binding.id.0,
        binding.tenant_id.0,
        binding.agent_id.0,
        binding.tool_id.0,
        columns.permission_scope,
        columns.timeout_ms,
        columns.rate_limit,
        columns.allowed_domains,
        binding.secrets_ref,
        created,
        columns.updated_at,
        binding.require_approval
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

pub(crate) async fn write(tx: &mut Tx, binding: &Binding) -> Outcome<()> {
    let columns = Columns::of(binding)?;
    sqlx::query!(
        "UPDATE bindings SET permission_scope = ?1, timeout_ms = ?2, rate_limit = ?3, allowed_domains = ?4, secrets_ref = ?5,
             updated_at = ?6, require_approval = ?8
         WHERE id = ?7",
        columns.permission_scope,
        columns.timeout_ms,
        columns.rate_limit,
        columns.allowed_domains,
        binding.secrets_ref,
        columns.updated_at,
        binding.id.0,
        binding.require_approval
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}
