//! Whether an agent has a tool whose name counts as another one's.

use artel_domain::{TenantId, ToolId, names};
use sqlx::PgConnection;

/// The name of a tool that counts as this one's, among the other tools of the agents that have it. The tools keep their
/// names until this transaction ends.
pub(crate) async fn by_any_agent(
    tx: &mut PgConnection,
    tenant: TenantId,
    tool: ToolId,
) -> sqlx::Result<Option<String>> {
    let pairs = sqlx::query!(
        "SELECT own.name, other.name AS other
         FROM bindings JOIN tools own ON own.id = bindings.tool_id
         JOIN bindings beside ON beside.agent_id = bindings.agent_id AND beside.tool_id <> bindings.tool_id
         JOIN tools other ON other.id = beside.tool_id AND other.deleted_at IS NULL
         WHERE bindings.tenant_id = $1 AND bindings.tool_id = $2
         FOR SHARE OF other",
        tenant.0,
        tool.0
    )
    .fetch_all(tx)
    .await?;
    Ok(pairs.into_iter().find(|pair| names::are_same(&pair.name, &pair.other)).map(|pair| pair.other))
}
