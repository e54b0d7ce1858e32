//! Creating and changing agents.

use artel_domain::{Agent, AgentId, AgentStatus, AuditEntry};
use artel_store::{AgentPatch, Viewer};

use crate::error::Outcome;
use crate::writer::Tx;
use crate::{agents, versions};

pub(crate) async fn create(tx: &mut Tx, agent: &Agent, audit: &AuditEntry) -> Outcome<Agent> {
    if let Some(known) = agents::find_even_deleted(tx, agent.tenant_id, agent.id).await? {
        return Ok(known);
    }
    agents::insert(tx, agent).await?;
    let created = match agent.status {
        AgentStatus::Published => versions::keep(tx, agent.clone(), agent.owner_user_id, audit.at).await?,
        AgentStatus::Draft => agent.clone(),
    };
    tx.audit(agent.tenant_id, audit);
    Ok(created)
}

pub(crate) async fn update(
    tx: &mut Tx,
    viewer: &Viewer,
    id: AgentId,
    patch: &AgentPatch,
    audit: &AuditEntry,
) -> Outcome<Option<Agent>> {
    let Some(agent) = agents::find_changeable(tx, viewer, id).await? else {
        return Ok(None);
    };
    let agent = versions::ensure(tx, agent, audit.at).await?;
    let was = agent.status;
    let agent = Agent { updated_at: Some(audit.at), ..patch.clone().apply(agent) };
    let updated = settle(tx, was, agent, patch.publishes, audit).await?;
    tx.audit(viewer.tenant_id, audit);
    Ok(Some(updated))
}

/// Writes a changed agent: a draft that becomes published is kept as a version, a published one is compared with its
/// version, or kept as the next one when that is asked for.
async fn settle(
    tx: &mut Tx,
    was: AgentStatus,
    mut agent: Agent,
    publishes: bool,
    audit: &AuditEntry,
) -> Outcome<Agent> {
    agent.has_unpublished_changes = match (was, agent.status) {
        (AgentStatus::Published, AgentStatus::Published) => versions::differs(tx, &agent).await?,
        _ => false,
    };
    agents::write_profile(tx, &agent).await?;
    let published = agent.status == AgentStatus::Published && (publishes || was == AgentStatus::Draft);
    if published {
        let by = versions::author(audit, &agent);
        return versions::keep(tx, agent, by, audit.at).await;
    }
    Ok(agent)
}
