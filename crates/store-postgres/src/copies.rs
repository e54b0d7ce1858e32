//! Copies of agents.

use artel_domain::{Agent, AgentId, AgentKind, AgentStatus, AuditEntry, Binding, BindingId};
use artel_store::{CloneAgent, Viewer};
use sqlx::PgPool;
use uuid::Uuid;

use crate::begun::begin;
use crate::values::text;
use crate::{agents, audit, bindings};

/// What an agent's name is cut to.
const NAME_CHARACTERS: usize = 200;

pub(crate) async fn copy(
    pool: &PgPool,
    viewer: &Viewer,
    source: AgentId,
    copy: &CloneAgent,
    audit: &AuditEntry,
) -> sqlx::Result<Option<Agent>> {
    let tenant = copy.tenant_id;
    let mut tx = begin(pool).await?;
    if let Some(earlier) = agents::find_even_deleted(&mut tx, tenant, copy.id).await? {
        return Ok(Some(earlier));
    }
    let Some(original) = agents::lock_seen(&mut tx, viewer, source).await? else { return Ok(None) };
    let made = agents::insert(&mut tx, &draft_of(&original, copy)).await?;
    for binding in bindings::of_agent(&mut *tx, tenant, source).await? {
        bindings::insert_if_tool_lives(&mut tx, &rebound(binding, copy)).await?;
    }
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(Some(made))
}

fn draft_of(original: &Agent, copy: &CloneAgent) -> Agent {
    Agent {
        id: copy.id,
        owner_user_id: copy.owner_user_id,
        name: copy.name.as_deref().map_or_else(|| copied_name(&original.name), text),
        status: AgentStatus::Draft,
        version: 1,
        kind: AgentKind::Custom,
        is_enabled: true,
        has_unpublished_changes: false,
        created_at: copy.at,
        updated_at: None,
        ..original.clone()
    }
}

fn copied_name(original: &str) -> String {
    format!("{original} (copy)").chars().take(NAME_CHARACTERS).collect()
}

fn rebound(binding: Binding, copy: &CloneAgent) -> Binding {
    Binding {
        // FROZEN: a retry of the copy, at a process of another version too, makes the same ids.
        id: BindingId(Uuid::new_v5(&copy.binding_namespace.0, binding.tool_id.0.as_bytes())),
        agent_id: copy.id,
        created_at: copy.at,
        updated_at: None,
        ..binding
    }
}
