//! Budgets and what was spent of them.

use artel_domain::{AgentId, AuditEntry, Budget, BudgetScope, Cap, RunId, Spend, TenantId, Timestamp};
use artel_store::{Fence, Reservation, Reserved, StoreError, Viewer};
use sqlx::{Executor, Sqlite, SqlitePool};
use uuid::Uuid;

use crate::agents;
use crate::error::{Failure, Outcome};
use crate::values::micros;
use crate::writer::Tx;

const DAY_MICROS: i64 = 86_400_000_000;

/// The tenant as a whole has the id of zeros.
pub(crate) fn key(agent: Option<AgentId>) -> Uuid {
    agent.map_or(Uuid::nil(), |agent| agent.0)
}

pub(crate) fn day(at: Timestamp) -> i64 {
    micros(at).div_euclid(DAY_MICROS)
}

pub(crate) async fn put(
    tx: &mut Tx,
    viewer: &Viewer,
    agent: Option<AgentId>,
    budget: Budget,
    audit: &AuditEntry,
) -> Outcome<bool> {
    if let Some(agent) = agent
        && agents::find_changeable(tx, viewer, agent).await?.is_none()
    {
        return Ok(false);
    }
    write(tx, viewer.tenant_id, agent, budget, audit.at).await?;
    tx.audit(viewer.tenant_id, audit);
    Ok(true)
}

/// Of the tenant, or of an agent that the caller knows to be there.
pub(crate) async fn write(
    tx: &mut Tx,
    tenant: TenantId,
    agent: Option<AgentId>,
    budget: Budget,
    at: Timestamp,
) -> Outcome<()> {
    let (key, at) = (key(agent), micros(at));
    if budget.is_unlimited() {
        sqlx::query!("DELETE FROM budgets WHERE tenant_id = ?1 AND agent_id = ?2", tenant.0, key)
            .execute(&mut tx.conn)
            .await?;
        return Ok(());
    }
    sqlx::query!(
        "INSERT INTO budgets (tenant_id, agent_id, run_tokens, run_nano_usd, day_tokens, day_nano_usd, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (tenant_id, agent_id) DO UPDATE SET run_tokens = excluded.run_tokens, run_nano_usd = excluded.run_nano_usd,
             day_tokens = excluded.day_tokens, day_nano_usd = excluded.day_nano_usd, updated_at = excluded.updated_at",
        tenant.0,
        key,
        budget.run.tokens,
        budget.run.nano_usd,
        budget.day.tokens,
        budget.day.nano_usd,
        at
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

pub(crate) async fn find(reads: &SqlitePool, tenant: TenantId, agent: Option<AgentId>) -> Outcome<Budget> {
    let key = key(agent);
    let row = sqlx::query!(
        "SELECT run_tokens, run_nano_usd, day_tokens, day_nano_usd FROM budgets WHERE tenant_id = ?1 AND agent_id = ?2",
        tenant.0,
        key
    );
    Ok(row.fetch_optional(reads).await?.map_or_else(Budget::default, |row| Budget {
        run: Cap { tokens: row.run_tokens, nano_usd: row.run_nano_usd },
        day: Cap { tokens: row.day_tokens, nano_usd: row.day_nano_usd },
    }))
}

pub(crate) async fn on_day(
    db: impl Executor<'_, Database = Sqlite>,
    tenant: TenantId,
    key: Uuid,
    day: i64,
) -> Outcome<Spend> {
    let row = sqlx::query_as!(
        Spend,
        "SELECT tokens, nano_usd FROM spend_days WHERE tenant_id = ?1 AND agent_id = ?2 AND day = ?3",
        tenant.0,
        key,
        day
    );
    Ok(row.fetch_optional(db).await?.unwrap_or_default())
}

pub(crate) async fn by_run(db: impl Executor<'_, Database = Sqlite>, tenant: TenantId, run: RunId) -> Outcome<Spend> {
    let row = sqlx::query_as!(
        Spend,
        "SELECT tokens, nano_usd FROM run_spend WHERE run_id = ?1 AND tenant_id = ?2",
        run.0,
        tenant.0
    );
    Ok(row.fetch_optional(db).await?.unwrap_or_default())
}

/// There is one writer, so what is read here still holds when it is written.
pub(crate) async fn reserve(tx: &mut Tx, fence: &Fence, asked: &Reservation) -> Outcome<Reserved> {
    let held = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM runs WHERE id = ?1 AND tenant_id = ?2 AND epoch = ?3) AS "held!: bool""#,
        fence.run_id.0,
        fence.tenant_id.0,
        fence.epoch
    );
    if !held.fetch_one(&mut tx.conn).await? {
        return Err(Failure(StoreError::Fenced));
    }
    let (tenant, day) = (fence.tenant_id, day(asked.at));
    let so_far = [
        (BudgetScope::Run, asked.caps.run, by_run(&mut tx.conn, tenant, fence.run_id).await?),
        (BudgetScope::Agent, asked.caps.agent_day, on_day(&mut tx.conn, tenant, asked.agent_id.0, day).await?),
        (BudgetScope::Tenant, asked.caps.tenant_day, on_day(&mut tx.conn, tenant, Uuid::nil(), day).await?),
    ];
    for (run, cap) in &asked.above {
        if !cap.allows(by_run(&mut tx.conn, tenant, *run).await?.plus(asked.amount)) {
            return Ok(Reserved::Exhausted(BudgetScope::Run));
        }
    }
    if let Some((scope, ..)) = so_far.into_iter().find(|(_, cap, spent)| !cap.allows(spent.plus(asked.amount))) {
        return Ok(Reserved::Exhausted(scope));
    }
    set_aside(tx, fence, asked, day).await?;
    Ok(Reserved::Granted)
}

async fn set_aside(tx: &mut Tx, fence: &Fence, asked: &Reservation, day: i64) -> Outcome<()> {
    let Spend { tokens, nano_usd } = asked.amount;
    for key in [Uuid::nil(), asked.agent_id.0] {
        sqlx::query!(
            "INSERT INTO spend_days (tenant_id, agent_id, day, tokens, nano_usd) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (tenant_id, agent_id, day) DO UPDATE SET tokens = tokens + ?4, nano_usd = nano_usd + ?5",
            fence.tenant_id.0,
            key,
            day,
            tokens,
            nano_usd
        )
        .execute(&mut tx.conn)
        .await?;
    }
    sqlx::query!(
        "INSERT INTO run_spend (run_id, tenant_id, agent_id, day, tokens, nano_usd, open_tokens, open_nano_usd)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?5, ?6)
         ON CONFLICT (run_id) DO UPDATE SET day = ?4, tokens = tokens + ?5, nano_usd = nano_usd + ?6, open_tokens = ?5, open_nano_usd = ?6",
        fence.run_id.0,
        fence.tenant_id.0,
        asked.agent_id.0,
        day,
        tokens,
        nano_usd
    )
    .execute(&mut tx.conn)
    .await?;
    for (run, _) in &asked.above {
        set_aside_above(tx, fence.tenant_id, *run, asked, day).await?;
    }
    Ok(())
}

/// What a subagent sets aside counts as spent by the runs above it; only its own row knows what is not settled yet.
async fn set_aside_above(tx: &mut Tx, tenant: TenantId, run: RunId, asked: &Reservation, day: i64) -> Outcome<()> {
    sqlx::query!(
        "INSERT INTO run_spend (run_id, tenant_id, agent_id, day, tokens, nano_usd, open_tokens, open_nano_usd)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, 0)
         ON CONFLICT (run_id) DO UPDATE SET tokens = tokens + ?5, nano_usd = nano_usd + ?6",
        run.0,
        tenant.0,
        asked.agent_id.0,
        day,
        asked.amount.tokens,
        asked.amount.nano_usd
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

/// Puts what a call came to in the place of what was set aside for it. Nothing happens when nothing is.
pub(crate) async fn settle(tx: &mut Tx, fence: &Fence, spent: Spend) -> Outcome<()> {
    sqlx::query!(
        "UPDATE spend_days SET tokens = spend_days.tokens - s.open_tokens + ?2,
             nano_usd = spend_days.nano_usd - s.open_nano_usd + ?3
         FROM run_spend s
         WHERE s.run_id = ?1 AND s.open_tokens > 0 AND spend_days.tenant_id = s.tenant_id AND spend_days.day = s.day
             AND spend_days.agent_id IN (s.agent_id, zeroblob(16))",
        fence.run_id.0,
        spent.tokens,
        spent.nano_usd
    )
    .execute(&mut tx.conn)
    .await?;
    settle_above(tx, fence, spent).await?;
    sqlx::query!(
        "UPDATE run_spend SET tokens = tokens - open_tokens + ?2, nano_usd = nano_usd - open_nano_usd + ?3, open_tokens = 0, open_nano_usd = 0
         WHERE run_id = ?1 AND open_tokens > 0",
        fence.run_id.0,
        spent.tokens,
        spent.nano_usd
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

/// The same for the runs above a subagent.
async fn settle_above(tx: &mut Tx, fence: &Fence, spent: Spend) -> Outcome<()> {
    sqlx::query!(
        "WITH RECURSIVE above(id) AS (
             SELECT parent_run_id FROM runs WHERE id = ?1 AND subagent IS NOT NULL
             UNION ALL SELECT r.parent_run_id FROM above a CROSS JOIN runs r ON r.id = a.id WHERE r.subagent IS NOT NULL)
         UPDATE run_spend SET tokens = run_spend.tokens - s.open_tokens + ?2, nano_usd = run_spend.nano_usd - s.open_nano_usd + ?3
         FROM run_spend s
         WHERE s.run_id = ?1 AND s.open_tokens > 0 AND run_spend.run_id IN (SELECT id FROM above)",
        fence.run_id.0,
        spent.tokens,
        spent.nano_usd
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}
