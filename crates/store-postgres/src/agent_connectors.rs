//! Which connectors agents may call.

use std::collections::HashMap;

use artel_domain::{Agent, AgentId, AuditEntry, TenantId};
use artel_store::Viewer;
use sqlx::PgPool;
use uuid::Uuid;

use crate::begun::begin;
use crate::{agents, audit};

pub(crate) async fn put(
    pool: &PgPool,
    viewer: &Viewer,
    agent: AgentId,
    keys: &[String],
    audit: &AuditEntry,
) -> sqlx::Result<Option<Agent>> {
    let (tenant, mut tx) = (viewer.tenant_id, begin(pool).await?);
    let Some(found) = agents::lock_seen(&mut tx, viewer, agent).await? else { return Ok(None) };
    sqlx::query!("DELETE FROM agent_connectors WHERE tenant_id = $1 AND agent_id = $2", tenant.0, agent.0)
        .execute(&mut *tx)
        .await?;
    sqlx::query!(
        "INSERT INTO agent_connectors (tenant_id, agent_id, connector_key, position)
         SELECT $1, $2, key, place - 1 FROM unnest($3::text[]) WITH ORDINALITY AS list (key, place)",
        tenant.0,
        agent.0,
        keys,
    )
    .execute(&mut *tx)
    .await?;
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(Some(found))
}

pub(crate) async fn of(
    pool: &PgPool,
    tenant: TenantId,
    agents: &[AgentId],
) -> sqlx::Result<HashMap<AgentId, Vec<String>>> {
    let agents: Vec<Uuid> = agents.iter().map(|agent| agent.0).collect();
    let rows = sqlx::query!(
        "SELECT agent_id, connector_key FROM agent_connectors
         WHERE tenant_id = $1 AND agent_id = ANY ($2) ORDER BY agent_id, position",
        tenant.0,
        &agents,
    )
    .fetch_all(pool)
    .await?;
    let mut found: HashMap<AgentId, Vec<String>> = HashMap::new();
    for row in rows {
        found.entry(AgentId(row.agent_id)).or_default().push(row.connector_key);
    }
    Ok(found)
}
