//! Budgets and what was spent of them. Locks are taken in the order tenant, agent, run.

use artel_domain::{AgentId, AuditEntry, Budget, BudgetScope, Cap, RunId, Spend, TenantId, Timestamp};
use artel_store::{Fence, Reservation, Reserved, Viewer};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::begun::begin;
use crate::values::micros;
use crate::{agents, audit};

const DAY_MICROS: i64 = 86_400_000_000;

/// The tenant as a whole has the id of zeros.
fn key(agent: Option<AgentId>) -> Uuid {
    agent.map_or(Uuid::nil(), |agent| agent.0)
}

fn day(at: Timestamp) -> i64 {
    micros(at).div_euclid(DAY_MICROS)
}

pub(crate) async fn put(
    pool: &PgPool,
    viewer: &Viewer,
    agent: Option<AgentId>,
    budget: Budget,
    audit: &AuditEntry,
) -> sqlx::Result<bool> {
    let (tenant, mut tx) = (viewer.tenant_id, begin(pool).await?);
    if let Some(agent) = agent
        && agents::lock_seen(&mut tx, viewer, agent).await?.is_none()
    {
        return Ok(false);
    }
    write(&mut tx, tenant, agent, budget, audit.at).await?;
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(true)
}

/// Of the tenant, or of an agent that the caller knows to be there.
pub(crate) async fn write(
    tx: &mut PgConnection,
    tenant: TenantId,
    agent: Option<AgentId>,
    budget: Budget,
    at: Timestamp,
) -> sqlx::Result<()> {
    if budget.is_unlimited() {
        sqlx::query!("DELETE FROM budgets WHERE tenant_id = $1 AND agent_id = $2", tenant.0, key(agent))
            .execute(tx)
            .await?;
        return Ok(());
    }
    sqlx::query!(
        "INSERT INTO budgets (tenant_id, agent_id, run_tokens, run_nano_usd, day_tokens, day_nano_usd, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (tenant_id, agent_id) DO UPDATE SET run_tokens = excluded.run_tokens, run_nano_usd = excluded.run_nano_usd,
             day_tokens = excluded.day_tokens, day_nano_usd = excluded.day_nano_usd, updated_at = excluded.updated_at",
        tenant.0,
        key(agent),
        budget.run.tokens,
        budget.run.nano_usd,
        budget.day.tokens,
        budget.day.nano_usd,
        micros(at),
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub(crate) async fn find(pool: &PgPool, tenant: TenantId, agent: Option<AgentId>) -> sqlx::Result<Budget> {
    let row = sqlx::query!(
        "SELECT run_tokens, run_nano_usd, day_tokens, day_nano_usd FROM budgets WHERE tenant_id = $1 AND agent_id = $2",
        tenant.0,
        key(agent),
    );
    Ok(row.fetch_optional(pool).await?.map_or_else(Budget::default, |row| Budget {
        run: Cap { tokens: row.run_tokens, nano_usd: row.run_nano_usd },
        day: Cap { tokens: row.day_tokens, nano_usd: row.day_nano_usd },
    }))
}

pub(crate) async fn spent_on_day(
    pool: &PgPool,
    tenant: TenantId,
    agent: Option<AgentId>,
    at: Timestamp,
) -> sqlx::Result<Spend> {
    let row = sqlx::query_as!(
        Spend,
        "SELECT tokens, nano_usd FROM spend_days WHERE tenant_id = $1 AND agent_id = $2 AND day = $3",
        tenant.0,
        key(agent),
        day(at),
    );
    Ok(row.fetch_optional(pool).await?.unwrap_or_default())
}

pub(crate) async fn spent_by_run(pool: &PgPool, tenant: TenantId, run: RunId) -> sqlx::Result<Spend> {
    let row = sqlx::query_as!(
        Spend,
        "SELECT tokens, nano_usd FROM run_spend WHERE run_id = $1 AND tenant_id = $2",
        run.0,
        tenant.0
    );
    Ok(row.fetch_optional(pool).await?.unwrap_or_default())
}

/// `None` when the run is another worker's.
pub(crate) async fn reserve(pool: &PgPool, fence: &Fence, asked: &Reservation) -> sqlx::Result<Option<Reserved>> {
    let mut tx = begin(pool).await?;
    let held = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM runs WHERE id = $1 AND tenant_id = $2 AND epoch = $3) AS "held!""#,
        fence.run_id.0,
        fence.tenant_id.0,
        fence.epoch,
    );
    if !held.fetch_one(&mut *tx).await? {
        return Ok(None);
    }
    let day = day(asked.at);
    let caps = [
        (BudgetScope::Tenant, Uuid::nil(), asked.caps.tenant_day),
        (BudgetScope::Agent, asked.agent_id.0, asked.caps.agent_day),
    ];
    for (scope, key, cap) in caps {
        if !set_aside_day(&mut tx, fence.tenant_id, key, day, asked.amount, cap).await? {
            return Ok(Some(Reserved::Exhausted(scope)));
        }
    }
    for (run, cap) in &asked.above {
        if !set_aside_above(&mut tx, fence.tenant_id, (*run, *cap), asked, day).await? {
            return Ok(Some(Reserved::Exhausted(BudgetScope::Run)));
        }
    }
    if !set_aside_run(&mut tx, fence, asked, day).await? {
        return Ok(Some(Reserved::Exhausted(BudgetScope::Run)));
    }
    tx.commit().await?;
    Ok(Some(Reserved::Granted))
}

/// False when the cap has no room: asked under the row's lock.
async fn set_aside_day(
    tx: &mut PgConnection,
    tenant: TenantId,
    key: Uuid,
    day: i64,
    amount: Spend,
    cap: Cap,
) -> sqlx::Result<bool> {
    if !cap.allows(amount) {
        return Ok(false);
    }
    let set = sqlx::query!(
        "INSERT INTO spend_days AS s (tenant_id, agent_id, day, tokens, nano_usd) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (tenant_id, agent_id, day) DO UPDATE SET tokens = s.tokens + $4, nano_usd = s.nano_usd + $5
         WHERE s.tokens + $4 <= $6 AND s.nano_usd + $5 <= $7",
        tenant.0,
        key,
        day,
        amount.tokens,
        amount.nano_usd,
        cap.tokens.unwrap_or(i64::MAX),
        cap.nano_usd.unwrap_or(i64::MAX),
    );
    Ok(set.execute(tx).await?.rows_affected() == 1)
}

async fn set_aside_run(tx: &mut PgConnection, fence: &Fence, asked: &Reservation, day: i64) -> sqlx::Result<bool> {
    if !asked.caps.run.allows(asked.amount) {
        return Ok(false);
    }
    let set = sqlx::query!(
        "INSERT INTO run_spend AS s (run_id, tenant_id, agent_id, day, tokens, nano_usd, open_tokens, open_nano_usd)
         VALUES ($1, $2, $3, $4, $5, $6, $5, $6)
         ON CONFLICT (run_id) DO UPDATE SET day = $4, tokens = s.tokens + $5, nano_usd = s.nano_usd + $6, open_tokens = $5, open_nano_usd = $6
         WHERE s.tokens + $5 <= $7 AND s.nano_usd + $6 <= $8",
        fence.run_id.0,
        fence.tenant_id.0,
        asked.agent_id.0,
        day,
        asked.amount.tokens,
        asked.amount.nano_usd,
        asked.caps.run.tokens.unwrap_or(i64::MAX),
        asked.caps.run.nano_usd.unwrap_or(i64::MAX),
    );
    Ok(set.execute(tx).await?.rows_affected() == 1)
}

/// What a subagent sets aside counts as spent by the runs above it; only its own row knows what is not settled yet.
async fn set_aside_above(
    tx: &mut PgConnection,
    tenant: TenantId,
    (run, cap): (RunId, Cap),
    asked: &Reservation,
    day: i64,
) -> sqlx::Result<bool> {
    if !cap.allows(asked.amount) {
        return Ok(false);
    }
    let set = sqlx::query!(
        "INSERT INTO run_spend AS s (run_id, tenant_id, agent_id, day, tokens, nano_usd, open_tokens, open_nano_usd)
         VALUES ($1, $2, $3, $4, $5, $6, 0, 0)
         ON CONFLICT (run_id) DO UPDATE SET tokens = s.tokens + $5, nano_usd = s.nano_usd + $6
         WHERE s.tokens + $5 <= $7 AND s.nano_usd + $6 <= $8",
        run.0,
        tenant.0,
        asked.agent_id.0,
        day,
        asked.amount.tokens,
        asked.amount.nano_usd,
        cap.tokens.unwrap_or(i64::MAX),
        cap.nano_usd.unwrap_or(i64::MAX),
    );
    Ok(set.execute(tx).await?.rows_affected() == 1)
}

/// Puts what a call came to in the place of what was set aside for it. Nothing happens when nothing is.
pub(crate) async fn settle(tx: &mut PgConnection, fence: &Fence, spent: Spend) -> sqlx::Result<()> {
    for whole_tenant in [true, false] {
        sqlx::query!(
            "UPDATE spend_days d SET tokens = d.tokens - s.open_tokens + $2, nano_usd = d.nano_usd - s.open_nano_usd + $3
             FROM run_spend s
             WHERE s.run_id = $1 AND s.open_tokens > 0 AND d.tenant_id = s.tenant_id AND d.day = s.day
               AND d.agent_id = CASE WHEN $4 THEN '00000000-0000-0000-0000-000000000000'::uuid ELSE s.agent_id END",
            fence.run_id.0,
            spent.tokens,
            spent.nano_usd,
            whole_tenant,
        )
        .execute(&mut *tx)
        .await?;
    }
    settle_above(tx, fence, spent).await?;
    sqlx::query!(
        "UPDATE run_spend SET tokens = tokens - open_tokens + $2, nano_usd = nano_usd - open_nano_usd + $3, open_tokens = 0, open_nano_usd = 0
         WHERE run_id = $1 AND open_tokens > 0",
        fence.run_id.0,
        spent.tokens,
        spent.nano_usd,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The same for the runs above a subagent.
async fn settle_above(tx: &mut PgConnection, fence: &Fence, spent: Spend) -> sqlx::Result<()> {
    sqlx::query!(
        "WITH RECURSIVE above (id) AS (
           SELECT parent_run_id FROM runs WHERE id = $1 AND subagent IS NOT NULL
           UNION ALL SELECT r.parent_run_id FROM above a JOIN runs r ON r.id = a.id WHERE r.subagent IS NOT NULL
         )
         UPDATE run_spend a SET tokens = a.tokens - s.open_tokens + $2, nano_usd = a.nano_usd - s.open_nano_usd + $3
         FROM run_spend s
         WHERE s.run_id = $1 AND s.open_tokens > 0 AND a.run_id IN (SELECT id FROM above)",
        fence.run_id.0,
        spent.tokens,
        spent.nano_usd,
    )
    .execute(tx)
    .await?;
    Ok(())
}
