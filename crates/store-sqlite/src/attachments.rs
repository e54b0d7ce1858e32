//! Giving a tool to an agent, and taking it away. A published agent gets its next version with it.

use artel_domain::{Agent, AgentId, AuditEntry, Binding, ToolId};
use artel_store::{BindingPatch, BindingWrite, Viewer};

use crate::error::Outcome;
use crate::writer::Tx;
use crate::{agents, bindings, name_taken, tools, versions};

pub(crate) async fn bind(tx: &mut Tx, viewer: &Viewer, binding: &Binding, audit: &AuditEntry) -> Outcome<BindingWrite> {
    let Some(agent) = agents::find_changeable(tx, viewer, binding.agent_id).await? else {
        return Ok(BindingWrite::AgentMissing);
    };
    let Some(tool) = tools::find(&mut tx.conn, binding.tenant_id, binding.tool_id).await? else {
        return Ok(BindingWrite::ToolMissing);
    };
    match bindings::find(tx, binding.tenant_id, binding.agent_id, binding.tool_id).await? {
        Some(known) if known.id == binding.id => Ok(BindingWrite::Done(known)),
        Some(_) => Ok(BindingWrite::Duplicate),
        None => {
            if let Some(taken) = name_taken::by_agent(tx, binding.agent_id, &tool).await? {
                return Ok(BindingWrite::NameTaken(taken));
            }
            let agent = versions::ensure(tx, agent, audit.at).await?;
            bindings::insert(tx, binding).await?;
            versions::after_binding(tx, agent, audit).await?;
            tx.audit(binding.tenant_id, audit);
            Ok(BindingWrite::Done(binding.clone()))
        }
    }
}

pub(crate) struct Place {
    pub(crate) viewer: Viewer,
    pub(crate) agent: AgentId,
    pub(crate) tool: ToolId,
}

pub(crate) async fn update(
    tx: &mut Tx,
    place: &Place,
    patch: &BindingPatch,
    audit: &AuditEntry,
) -> Outcome<Option<Binding>> {
    let Some((agent, mut binding)) = find_changeable(tx, place).await? else {
        return Ok(None);
    };
    let agent = versions::ensure(tx, agent, audit.at).await?;
    let BindingPatch { permission_scope, timeout_ms, rate_limit, allowed_domains, secrets_ref, require_approval } =
        patch.clone();
    binding.permission_scope = permission_scope.unwrap_or(binding.permission_scope);
    binding.timeout_ms = timeout_ms.unwrap_or(binding.timeout_ms);
    binding.rate_limit = rate_limit.unwrap_or(binding.rate_limit);
    binding.allowed_domains = allowed_domains.unwrap_or(binding.allowed_domains);
    binding.secrets_ref = secrets_ref.unwrap_or(binding.secrets_ref);
    binding.require_approval = require_approval.unwrap_or(binding.require_approval);
    binding.updated_at = Some(audit.at);
    bindings::write(tx, &binding).await?;
    versions::after_binding(tx, agent, audit).await?;
    tx.audit(place.viewer.tenant_id, audit);
    Ok(Some(binding))
}

pub(crate) async fn unbind(tx: &mut Tx, place: &Place, audit: &AuditEntry) -> Outcome<bool> {
    let Some((agent, binding)) = find_changeable(tx, place).await? else {
        return Ok(false);
    };
    let agent = versions::ensure(tx, agent, audit.at).await?;
    sqlx::query!("DELETE FROM bindings WHERE id = ?1", binding.id.0).execute(&mut tx.conn).await?;
    versions::after_binding(tx, agent, audit).await?;
    tx.audit(place.viewer.tenant_id, audit);
    Ok(true)
}

/// `None` also when the agent is deleted. `ReadOnlyAgent` when it is built in.
async fn find_changeable(tx: &mut Tx, place: &Place) -> Outcome<Option<(Agent, Binding)>> {
    match agents::find_changeable(tx, &place.viewer, place.agent).await? {
        Some(agent) => {
            let found = bindings::find(tx, place.viewer.tenant_id, place.agent, place.tool).await?;
            Ok(found.map(|binding| (agent, binding)))
        }
        None => Ok(None),
    }
}
