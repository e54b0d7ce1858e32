//! Agents that every tenant has without making them.

use artel_domain::{Agent, AgentKind, AgentStatus, AuditEntry, BuiltinAgent, TenantId, UserId};
use artel_store::BuiltinPatch;
use sqlx::SqlitePool;

use crate::error::Outcome;
use crate::writer::Tx;
use crate::{agents, budgets, versions};

pub(crate) async fn ensure(
    tx: &mut Tx,
    tenant: TenantId,
    agent: BuiltinAgent,
    owner: UserId,
    audit: &AuditEntry,
) -> Outcome<Agent> {
    let id = agent.id(tenant);
    let Some(stored) = agents::find_even_deleted(tx, tenant, id).await? else {
        let row = agent.new_row(tenant, owner, audit.at);
        agents::insert(tx, &row).await?;
        tx.audit(tenant, &AuditEntry { action: "agent.create", ..audit.clone() });
        return versions::keep(tx, row, owner, audit.at).await;
    };
    if agent.is_intact(&stored) && agents::find(&mut tx.conn, tenant, id).await?.is_some() {
        return Ok(stored);
    }
    let row = Agent {
        updated_at: Some(audit.at),
        model: stored.model,
        llm_params: stored.llm_params,
        ..agent.new_row(tenant, owner, audit.at)
    };
    let row = Agent { version: stored.version, is_enabled: stored.is_enabled, created_at: stored.created_at, ..row };
    sqlx::query!("UPDATE agents SET deleted_at = NULL WHERE id = ?1", id.0).execute(&mut tx.conn).await?;
    agents::write_profile(tx, &row).await?;
    tx.audit(tenant, &AuditEntry { action: "agent.restore", ..audit.clone() });
    versions::keep(tx, row, owner, audit.at).await
}

pub(crate) async fn configure(
    tx: &mut Tx,
    (tenant, agent): (TenantId, BuiltinAgent),
    patch: &BuiltinPatch,
    by: UserId,
    audit: &AuditEntry,
) -> Outcome<Option<Agent>> {
    let Some(stored) = agents::find(&mut tx.conn, tenant, agent.id(tenant)).await? else {
        return Ok(None);
    };
    let stored = versions::ensure(tx, stored, audit.at).await?;
    let row = Agent {
        is_enabled: patch.is_enabled.unwrap_or(stored.is_enabled),
        model: patch.model.clone().unwrap_or(stored.model),
        status: AgentStatus::Published,
        updated_at: Some(audit.at),
        ..stored
    };
    agents::write_profile(tx, &row).await?;
    let row = versions::keep(tx, row, by, audit.at).await?;
    if let Some(budget) = patch.budget {
        budgets::write(tx, tenant, Some(row.id), budget, audit.at).await?;
    }
    tx.audit(tenant, audit);
    Ok(Some(row))
}

pub(crate) async fn count_disabled(reads: &SqlitePool, kind: AgentKind) -> Outcome<i64> {
    let kind = kind.as_str();
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!: i64" FROM agents WHERE is_enabled = 0 AND kind = ?1 AND deleted_at IS NULL"#,
        kind
    );
    Ok(count.fetch_one(reads).await?)
}
