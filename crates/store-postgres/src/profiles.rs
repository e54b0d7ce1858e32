//! Creating and changing agents.

use artel_domain::{Agent, AgentId, AgentStatus, AuditEntry};
use artel_store::{AgentPatch, Viewer};
use sqlx::{PgConnection, PgPool};

use crate::begun::begin;
use crate::{agents, audit, versions};

pub(crate) async fn create(pool: &PgPool, agent: &Agent, audit: &AuditEntry) -> sqlx::Result<Agent> {
    let mut tx = begin(pool).await?;
    if let Some(earlier) = agents::find_even_deleted(&mut tx, agent.tenant_id, agent.id).await? {
        return Ok(earlier);
    }
    let created = agents::insert(&mut tx, agent).await?;
    let created = match created.status {
        AgentStatus::Published => versions::keep(&mut tx, created, agent.owner_user_id, audit.at).await?,
        AgentStatus::Draft => created,
    };
    audit::append(&mut tx, agent.tenant_id, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(created)
}

pub(crate) async fn update(
    pool: &PgPool,
    viewer: &Viewer,
    agent: AgentId,
    patch: &AgentPatch,
    audit: &AuditEntry,
) -> sqlx::Result<Option<Agent>> {
    let mut tx = begin(pool).await?;
    let Some(agent) = agents::lock_seen(&mut tx, viewer, agent).await? else { return Ok(None) };
    let agent = versions::ensure(&mut tx, agent, audit.at).await?;
    let was = agent.status;
    let agent = Agent { updated_at: Some(audit.at), ..patch.clone().apply(agent) };
    let updated = settle(&mut tx, was, agent, patch.publishes, audit).await?;
    audit::append(&mut tx, viewer.tenant_id, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(Some(updated))
}

/// Writes a changed agent: a draft that becomes published is kept as a version, a published one is compared with its
/// version, or kept as the next one when that is asked for.
async fn settle(
    tx: &mut PgConnection,
    was: AgentStatus,
    mut agent: Agent,
    publishes: bool,
    audit: &AuditEntry,
) -> sqlx::Result<Agent> {
    agent.has_unpublished_changes = match (was, agent.status) {
        (AgentStatus::Published, AgentStatus::Published) => versions::differs(tx, &agent).await?,
        _ => false,
    };
    let agent = agents::write(tx, &agent).await?;
    let published = agent.status == AgentStatus::Published && (publishes || was == AgentStatus::Draft);
    if published {
        let by = versions::author(audit, &agent);
        return versions::keep(tx, agent, by, audit.at).await;
    }
    Ok(agent)
}
