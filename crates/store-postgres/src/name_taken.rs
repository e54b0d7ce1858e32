//! Whether an agent has a tool whose name counts as another one's.

use artel_domain::{AgentId, TenantId, ToolId, names};
use sqlx::PgConnection;

/// The name of a tool that counts as this one's, among the other tools of the agents that have it, or of the one agent
/// that is given. The tools keep their names until this transaction ends.
pub(crate) async fn by_agents(
    tx: &mut PgConnection,
    tenant: TenantId,
    tool: ToolId,
    agent: Option<AgentId>,
) -> sqlx::Result<Option<String>> {
    let pairs = sqlx::query!(
        "SELECT own.name, other.name AS other
         FROM bindings JOIN tools own ON own.id = bindings.tool_id
         JOIN bindings beside ON beside.agent_id = bindings.agent_id AND beside.tool_id <> bindings.tool_id
         JOIN tools other ON other.id = beside.tool_id AND other.deleted_at IS NULL
         WHERE bindings.tenant_id = $1 AND bindings.tool_id = $2 AND ($3::uuid IS NULL OR bindings.agent_id = $3)
         FOR SHARE OF other",
        tenant.0,
        tool.0,
        agent.map(|agent| agent.0),
    )
    .fetch_all(tx)
    .await?;
    Ok(pairs.into_iter().find(|pair| names::are_same(&pair.name, &pair.other)).map(|pair| pair.other))
}
