//! Which connectors agents may call.

use std::collections::HashMap;

use artel_domain::{Agent, AgentId, AuditEntry, TenantId};
use artel_store::Viewer;
use sqlx::SqlitePool;
use uuid::Uuid;

use crate::agents;
use crate::error::Outcome;
use crate::values::hex_list;
use crate::writer::Tx;

pub(crate) async fn put(
    tx: &mut Tx,
    viewer: &Viewer,
    agent: AgentId,
    keys: &[String],
    audit: &AuditEntry,
) -> Outcome<Option<Agent>> {
    let Some(found) = agents::find_changeable(tx, viewer, agent).await? else {
        return Ok(None);
    };
    let (tenant, list) = (viewer.tenant_id, serde_json::to_string(keys)?);
    sqlx::query!("DELETE FROM agent_connectors WHERE tenant_id = ?1 AND agent_id = ?2", tenant.0, agent.0)
        .execute(&mut tx.conn)
        .await?;
    sqlx::query!(
        "INSERT INTO agent_connectors (tenant_id, agent_id, connector_key, position) SELECT ?1, ?2, value, key FROM json_each(?3)",
        tenant.0,
        agent.0,
        list
    )
    .execute(&mut tx.conn)
    .await?;
    tx.audit(tenant, audit);
    Ok(Some(found))
}

pub(crate) async fn of(
    reads: &SqlitePool,
    tenant: TenantId,
    agents: &[AgentId],
) -> Outcome<HashMap<AgentId, Vec<String>>> {
    let agents = hex_list(agents.iter().map(|agent| agent.0))?;
    let rows = sqlx::query!(
        r#"SELECT agent_id AS "agent_id!: Uuid", connector_key AS "key!: String" FROM agent_connectors
           WHERE tenant_id = ?1 AND agent_id IN (SELECT unhex(value) FROM json_each(?2)) ORDER BY agent_id, position"#,
        tenant.0,
        agents
    )
    .fetch_all(reads)
    .await?;
    let mut found: HashMap<AgentId, Vec<String>> = HashMap::new();
    for row in rows {
        found.entry(AgentId(row.agent_id)).or_default().push(row.key);
    }
    Ok(found)
}
