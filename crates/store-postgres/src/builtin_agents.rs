//! Agents that every tenant has without making them.

use artel_domain::{Agent, AgentKind, AgentStatus, AuditEntry, BuiltinAgent, TenantId, UserId};
use artel_store::BuiltinPatch;
use sqlx::PgPool;

use crate::begun::begin;
use crate::{agents, audit, budgets, versions};

pub(crate) async fn ensure(
    pool: &PgPool,
    tenant: TenantId,
    agent: BuiltinAgent,
    owner: UserId,
    audit: &AuditEntry,
) -> sqlx::Result<Agent> {
    let mut tx = begin(pool).await?;
    let new = agent.new_row(tenant, owner, audit.at);
    let (row, action) = match agents::find_even_deleted(&mut tx, tenant, new.id).await? {
        None => (agents::insert(&mut tx, &new).await?, "agent.create"),
        Some(stored) if agent.is_intact(&stored) && agents::lock(&mut tx, tenant, new.id).await?.is_some() => {
            return Ok(stored);
        }
        Some(stored) => {
            let row =
                Agent { model: stored.model, llm_params: stored.llm_params, is_enabled: stored.is_enabled, ..new };
            let row =
                Agent { version: stored.version, created_at: stored.created_at, updated_at: Some(audit.at), ..row };
            sqlx::query!("UPDATE agents SET deleted_at = NULL WHERE id = $1", row.id.0).execute(&mut *tx).await?;
            (agents::write(&mut tx, &row).await?, "agent.restore")
        }
    };
    let row = versions::keep(&mut tx, row, owner, audit.at).await?;
    audit::append(&mut tx, tenant, &[AuditEntry { action, ..audit.clone() }]).await?;
    tx.commit().await?;
    Ok(row)
}

pub(crate) async fn configure(
    pool: &PgPool,
    (tenant, agent): (TenantId, BuiltinAgent),
    patch: &BuiltinPatch,
    by: UserId,
    audit: &AuditEntry,
) -> sqlx::Result<Option<Agent>> {
    let mut tx = begin(pool).await?;
    let Some(stored) = agents::lock(&mut tx, tenant, agent.id(tenant)).await? else { return Ok(None) };
    let stored = versions::ensure(&mut tx, stored, audit.at).await?;
    let row = Agent {
        is_enabled: patch.is_enabled.unwrap_or(stored.is_enabled),
        model: patch.model.clone().unwrap_or(stored.model),
        status: AgentStatus::Published,
        updated_at: Some(audit.at),
        ..stored
    };
    let row = agents::write(&mut tx, &row).await?;
    let row = versions::keep(&mut tx, row, by, audit.at).await?;
    if let Some(budget) = patch.budget {
        budgets::write(&mut tx, tenant, Some(row.id), budget, audit.at).await?;
    }
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(Some(row))
}

pub(crate) async fn count_disabled(pool: &PgPool, kind: AgentKind) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!" FROM agents WHERE NOT is_enabled AND kind = $1 AND deleted_at IS NULL"#,
        kind.as_str(),
    )
    .fetch_one(pool)
    .await
}
