//! Agents' rows. Who creates and changes them is in `profiles`, their published versions are in `versions`.

use artel_domain::{Agent, AgentId, AgentKind, AgentStatus, AuditEntry, BuiltinAgent, TenantId, caseless};
use artel_store::{AgentFilter, Page, StoreError, Viewer};
use sqlx::{SqliteExecutor, SqlitePool};

use crate::error::{Failure, Outcome};
use crate::rows::{agents, all, one};
use crate::values::micros;
use crate::writer::Tx;

pub(crate) async fn insert(tx: &mut Tx, agent: &Agent) -> Outcome<()> {
    let params = agent.llm_params.as_ref().map(ToString::to_string);
    let status = agent.status.as_str();
    let (created, updated) = (micros(agent.created_at), agent.updated_at.map(micros));
    let (kind, folded) = (agent.kind.as_str(), caseless(&agent.name));
    sqlx::query!(
        "INSERT INTO agents (id, tenant_id, owner_user_id, name, system_prompt, model, llm_params, status, version, created_at, updated_at,
             kind, is_enabled, is_changed, folded_name, folded_from, description, avatar_url,
             require_approval)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?4, ?16, ?17, ?18)",
        agent.id.0,
        agent.tenant_id.0,
        agent.owner_user_id.0,
        agent.name,
        agent.system_prompt,
        agent.model,
        params,
        status,
        agent.version,
        created,
        updated,
        kind,
        agent.is_enabled,
        agent.has_unpublished_changes,
        folded,
        agent.description,
        agent.avatar_url,
        agent.require_approval
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

/// Also a deleted one: its id is used all the same.
pub(crate) async fn find_even_deleted(tx: &mut Tx, tenant: TenantId, agent: AgentId) -> Outcome<Option<Agent>> {
    one(agents!("SELECT", "FROM agents WHERE id = ?1 AND tenant_id = ?2", agent.0, tenant.0)
        .fetch_optional(&mut tx.conn)
        .await?)
}

pub(crate) async fn find(db: impl SqliteExecutor<'_>, tenant: TenantId, agent: AgentId) -> Outcome<Option<Agent>> {
    let found =
        agents!("SELECT", "FROM agents WHERE id = ?1 AND tenant_id = ?2 AND deleted_at IS NULL", agent.0, tenant.0);
    one(found.fetch_optional(db).await?)
}

/// `None` also for a draft of somebody else.
pub(crate) async fn find_seen(db: impl SqliteExecutor<'_>, viewer: &Viewer, agent: AgentId) -> Outcome<Option<Agent>> {
    Ok(find(db, viewer.tenant_id, agent).await?.filter(|agent| viewer.sees_agent(agent)))
}

/// `ReadOnlyAgent` when only the agent's settings may be changed.
pub(crate) async fn find_changeable(tx: &mut Tx, viewer: &Viewer, agent: AgentId) -> Outcome<Option<Agent>> {
    if BuiltinAgent::of(viewer.tenant_id, agent).is_some() {
        return Err(Failure(StoreError::ReadOnlyAgent));
    }
    match find_seen(&mut tx.conn, viewer, agent).await? {
        Some(agent) if agent.is_read_only() => Err(Failure(StoreError::ReadOnlyAgent)),
        found => Ok(found),
    }
}

pub(crate) async fn list(
    reads: &SqlitePool,
    viewer: &Viewer,
    filter: &AgentFilter,
    page: Page,
) -> Outcome<(Vec<Agent>, i64)> {
    let status = filter.status.map(AgentStatus::as_str);
    let q = filter.q.as_deref().map(caseless);
    let drafts_of = viewer.reads_only().map(|user| user.0);
    let kind = filter.kind.map(AgentKind::as_str);
    // `instr` knows no wildcards, so that the text is taken as it is.
    let found = agents!(
        "SELECT",
        "FROM agents WHERE tenant_id = ?1 AND deleted_at IS NULL AND (?2 IS NULL OR status = ?2)
             AND (?3 IS NULL OR instr(folded_name, ?3) > 0)
             AND (?6 IS NULL OR status <> 'draft' OR owner_user_id = ?6 OR kind <> 'custom')
             AND (?7 IS NULL OR kind = ?7)
         ORDER BY created_at DESC, id DESC LIMIT ?4 OFFSET ?5",
        viewer.tenant_id.0,
        status,
        q,
        page.limit,
        page.offset,
        drafts_of,
        kind
    )
    .fetch_all(reads)
    .await?;
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!: i64" FROM agents WHERE tenant_id = ?1 AND deleted_at IS NULL AND (?2 IS NULL OR status = ?2)
               AND (?3 IS NULL OR instr(folded_name, ?3) > 0)
               AND (?4 IS NULL OR status <> 'draft' OR owner_user_id = ?4 OR kind <> 'custom')
               AND (?5 IS NULL OR kind = ?5)"#,
        viewer.tenant_id.0,
        status,
        q,
        drafts_of,
        kind
    )
    .fetch_one(reads)
    .await?;
    Ok((all(found)?, total))
}

/// All of the row that ever changes.
pub(crate) async fn write_profile(tx: &mut Tx, agent: &Agent) -> Outcome<()> {
    let params = agent.llm_params.as_ref().map(ToString::to_string);
    let status = agent.status.as_str();
    let updated = agent.updated_at.map(micros);
    let (kind, folded) = (agent.kind.as_str(), caseless(&agent.name));
    sqlx::query!(
        "UPDATE agents SET name = ?1, system_prompt = ?2, model = ?3, llm_params = ?4, status = ?5, version = ?6, updated_at = ?7,
             kind = ?8, is_enabled = ?9, is_changed = ?10, folded_name = ?11, folded_from = ?1, description = ?13, avatar_url = ?14,
             require_approval = ?15
         WHERE id = ?12",
        agent.name,
        agent.system_prompt,
        agent.model,
        params,
        status,
        agent.version,
        updated,
        kind,
        agent.is_enabled,
        agent.has_unpublished_changes,
        folded,
        agent.id.0,
        agent.description,
        agent.avatar_url,
        agent.require_approval
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

pub(crate) async fn delete(tx: &mut Tx, viewer: &Viewer, agent: AgentId, audit: &AuditEntry) -> Outcome<bool> {
    if find_changeable(tx, viewer, agent).await?.is_none() {
        return Ok(false);
    }
    let (tenant, at) = (viewer.tenant_id, micros(audit.at));
    sqlx::query!("UPDATE agents SET deleted_at = ?1 WHERE id = ?2 AND tenant_id = ?3", at, agent.0, tenant.0)
        .execute(&mut tx.conn)
        .await?;
    tx.audit(tenant, audit);
    Ok(true)
}
