//! Whether an agent has a tool whose name counts as another one's.

use artel_domain::{AgentId, ToolDefinition, names};
use uuid::Uuid;

use crate::error::Outcome;
use crate::writer::Tx;

/// The name of another tool of the agent that counts as the tool's.
pub(crate) async fn by_agent(tx: &mut Tx, agent: AgentId, tool: &ToolDefinition) -> Outcome<Option<String>> {
    let others = sqlx::query_scalar!(
        r#"SELECT tools.name AS "name!: String" FROM bindings JOIN tools ON tools.id = bindings.tool_id
           WHERE bindings.agent_id = ?1 AND tools.id <> ?2 AND tools.deleted_at IS NULL"#,
        agent.0,
        tool.id.0
    )
    .fetch_all(&mut tx.conn)
    .await?;
    Ok(others.into_iter().find(|other| names::are_same(other, &tool.name)))
}

/// The same among the agents that have the tool.
pub(crate) async fn by_any_agent(tx: &mut Tx, tool: &ToolDefinition) -> Outcome<Option<String>> {
    let agents =
        sqlx::query_scalar!(r#"SELECT agent_id AS "agent!: Uuid" FROM bindings WHERE tool_id = ?1"#, tool.id.0)
            .fetch_all(&mut tx.conn)
            .await?;
    for agent in agents {
        if let Some(taken) = by_agent(tx, AgentId(agent), tool).await? {
            return Ok(Some(taken));
        }
    }
    Ok(None)
}
