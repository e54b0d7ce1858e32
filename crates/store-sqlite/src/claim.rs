//! Taking runs to drive them.
//!
//! Claiming costs the same however long the queue is: tenants with something runnable are found by leaps over an index; of those with
//! the fewest runs under way, as many as runs are asked for, only as many runs are looked at as could be taken.

use std::collections::HashMap;
use std::time::Duration;

use artel_domain::{Phase, Run, SessionId, TenantId};
use artel_store::Claim;

use crate::error::{Failure, Outcome};
use crate::rows::{self, all, runs};
use crate::writer::Tx;

pub(crate) struct Asked {
    pub(crate) worker: String,
    pub(crate) lease: Duration,
    pub(crate) limit: u32,
    pub(crate) seq_block: i64,
}

pub(crate) async fn claim(tx: &mut Tx, asked: &Asked) -> Outcome<Vec<Claim>> {
    let runnable = runnable(tx, asked.limit).await?;
    if runnable.is_empty() {
        return Ok(Vec::new());
    }
    let ids = rows::hex_list(runnable.iter().map(|run| run.id.0))?;
    take(tx, asked, &ids).await?;
    let mut numbers = reserve(tx, asked.seq_block, &ids).await?;
    let claimed = |run: Run| {
        let first_seq =
            numbers.remove(&(run.tenant_id, run.session_id.clone())).ok_or_else(|| Failure::broken("a run without a session"))?;
        Ok(taken(run, first_seq))
    };
    runnable.into_iter().map(claimed).collect()
}

fn taken(mut run: Run, first_seq: i64) -> Claim {
    let recovered = run.phase == Phase::Running;
    run.phase = Phase::Running;
    run.epoch += 1;
    run.crash_count += i64::from(recovered);
    Claim { run, first_seq, recovered }
}

/// What may be driven now, as it was before it is taken: of each tenant the oldest runs, in the order of turns. A tenant's runs under
/// way, and its runs before in the list, count as turns it had.
async fn runnable(tx: &mut Tx, limit: u32) -> Outcome<Vec<Run>> {
    let found = runs!(
        "WITH RECURSIVE
             clock(now) AS MATERIALIZED (SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
             tenants(tenant) AS (
                 SELECT min(tenant_id) FROM runs WHERE phase = 'queued' AND is_head = 1
                 UNION ALL
                 SELECT (SELECT min(q.tenant_id) FROM runs q WHERE q.phase = 'queued' AND q.is_head = 1 AND q.tenant_id > t.tenant)
                 FROM tenants t WHERE t.tenant IS NOT NULL),
             under_way(tenant, turns) AS MATERIALIZED (
                 SELECT tenant_id, count(*) FROM clock CROSS JOIN runs WHERE phase = 'running' AND lease_until >= now GROUP BY tenant_id),
             next_tenants(tenant) AS MATERIALIZED (
                 SELECT t.tenant FROM tenants t LEFT JOIN under_way u ON u.tenant = t.tenant WHERE t.tenant IS NOT NULL
                 ORDER BY coalesce(u.turns, 0),
                     (SELECT min(q.id) FROM runs q WHERE q.tenant_id = t.tenant AND q.phase = 'queued' AND q.is_head = 1)
                 LIMIT ?1),
             runnable(run, tenant) AS (
                 SELECT r.id, t.tenant FROM next_tenants t CROSS JOIN runs r ON r.id IN (
                     SELECT q.id FROM runs q WHERE q.tenant_id = t.tenant AND q.phase = 'queued' AND q.is_head = 1 ORDER BY q.id LIMIT ?1)
                 UNION ALL
                 SELECT id, tenant_id FROM clock CROSS JOIN runs WHERE phase = 'running' AND lease_until < now),
             picked(run, turn) AS MATERIALIZED (
                 SELECT r.run, coalesce(u.turns, 0) + row_number() OVER (PARTITION BY r.tenant ORDER BY r.run) AS turn
                 FROM runnable r LEFT JOIN under_way u ON u.tenant = r.tenant
                 ORDER BY turn, r.run LIMIT ?1)
         SELECT",
        "FROM picked CROSS JOIN runs ON id = run ORDER BY turn, id",
        limit
    );
    all(found.fetch_all(&mut tx.conn).await?)
}

async fn take(tx: &mut Tx, asked: &Asked, ids: &str) -> Outcome<()> {
    let lease = i64::try_from(asked.lease.as_micros()).unwrap_or(i64::MAX / 2);
    sqlx::query!(
        "UPDATE runs SET crash_count = crash_count + (phase = 'running'), phase = 'running', epoch = epoch + 1, wake = 0, owner = ?1,
             lease_until = CAST(unixepoch('subsec') * 1000000 AS INTEGER) + ?2
         WHERE id IN (SELECT unhex(value) FROM json_each(?3))",
        asked.worker,
        lease,
        ids
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

/// The first number of each session's new block. Sessions have one head each, so no two of these runs share one.
async fn reserve(tx: &mut Tx, block: i64, ids: &str) -> Outcome<HashMap<(TenantId, SessionId), i64>> {
    let blocks = sqlx::query!(
        r#"UPDATE sessions SET next_seq = next_seq + ?1 FROM json_each(?2) j CROSS JOIN runs r ON r.id = unhex(j.value)
           WHERE sessions.tenant_id = r.tenant_id AND sessions.id = r.session_id
           RETURNING tenant_id AS "tenant_id!: uuid::Uuid", id AS "id!: String", next_seq - ?1 AS "first_seq!: i64""#,
        block,
        ids
    )
    .fetch_all(&mut tx.conn)
    .await?;
    Ok(blocks.into_iter().map(|block| ((TenantId(block.tenant_id), SessionId(block.id)), block.first_seq)).collect())
}
