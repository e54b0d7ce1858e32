//! Who drives which run: claims, leases, releases. Leases live on the database's clock.
//!
//! Claiming costs the same however long the queue is: tenants with something runnable are found by leaps over an index;
//! of those with the fewest runs under way, as many as runs are asked for, only as many runs are looked at as could be
//! taken.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use artel_domain::{Phase, Run, RunId, SessionId, TenantId};
use artel_store::{Claim, Renewed, SHARED_CRASHES};
use uuid::Uuid;

use crate::error::{Failure, Outcome};
use crate::rows::{RunRow, runs};
use crate::values::{duration_micros, hex, hex_list};
use crate::writer::Tx;

pub(crate) struct ClaimRequest {
    pub(crate) worker: String,
    pub(crate) lease: Duration,
    pub(crate) limit: u32,
    pub(crate) seq_block: i64,
    /// Tenants whose runs stay where they are.
    pub(crate) without: Vec<TenantId>,
}

pub(crate) async fn claim(tx: &mut Tx, request: &ClaimRequest) -> Outcome<Vec<Claim>> {
    let runnable = runnable(tx, request).await?;
    if runnable.is_empty() {
        return Ok(Vec::new());
    }
    let crashed = crashed(tx, request, &runnable).await?;
    let mut numbers = take(tx, request, &runnable, &crashed).await?;
    let mut claims = Vec::with_capacity(runnable.len());
    for row in runnable {
        let id = row.id;
        match Run::try_from(row) {
            Ok(run) => {
                let first_seq = numbers
                    .remove(&(run.tenant_id, run.session_id.clone()))
                    .ok_or_else(|| Failure::broken("a run without a session"))?;
                let has_crashed = crashed.contains(&id);
                claims.push(taken(run, first_seq, has_crashed));
            }
            // The run stays leased, so that the others go on: it is met again when the lease is over.
            Err(Failure(error)) => {
                tracing::error!(run_id = %id, %error, "the row of a run cannot be read; the run is left alone");
            }
        }
    }
    Ok(claims)
}

fn taken(mut run: Run, first_seq: i64, has_crashed: bool) -> Claim {
    let recovered = run.phase == Phase::Running;
    run.phase = Phase::Running;
    run.waits_for.clear();
    run.epoch += 1;
    run.crash_count += i64::from(has_crashed);
    run.blocked_reason = None;
    Claim { run, first_seq, recovered }
}

/// What may be driven now, as it was before it is taken: of each tenant the oldest runs, in the order of turns. A
/// tenant's runs under way, and its runs before in the list, count as turns it had.
async fn runnable(tx: &mut Tx, request: &ClaimRequest) -> Outcome<Vec<RunRow>> {
    let without = hex_list(request.without.iter().map(|tenant| tenant.0))?;
    let found = runs!(
        "WITH RECURSIVE
             leased(run, tenant, lapsed) AS MATERIALIZED (
                 SELECT id, tenant_id, lease_until < CAST(unixepoch('subsec') * 1000000 AS INTEGER)
                 FROM runs INDEXED BY runs_leased WHERE phase = 'running'),
             under_way(tenant, turns) AS MATERIALIZED (SELECT tenant, count(*) FROM leased WHERE NOT lapsed GROUP BY tenant),
             passed_over(tenant) AS MATERIALIZED (SELECT unhex(value) FROM json_each(?2)),
             tenants(tenant) AS (
                 SELECT min(tenant_id) FROM runs INDEXED BY runs_ready WHERE phase = 'queued' AND is_head = 1
                 UNION ALL
                 SELECT (SELECT min(tenant_id) FROM runs INDEXED BY runs_ready
                     WHERE phase = 'queued' AND is_head = 1 AND tenant_id > tenant)
                 FROM tenants WHERE tenant IS NOT NULL),
             next_tenants(tenant, turns) AS MATERIALIZED (
                 SELECT t.tenant, coalesce(u.turns, 0) AS turns FROM tenants t LEFT JOIN under_way u ON u.tenant = t.tenant
                 WHERE t.tenant IS NOT NULL AND t.tenant NOT IN passed_over
                 ORDER BY turns, (SELECT min(id) FROM runs INDEXED BY runs_ready
                     WHERE tenant_id = t.tenant AND phase = 'queued' AND is_head = 1)
                 LIMIT ?1 + 0),
             runnable(run, tenant, turns) AS (
                 SELECT r.id, t.tenant, t.turns FROM next_tenants t CROSS JOIN runs r ON r.id IN (
                     SELECT id FROM runs INDEXED BY runs_ready WHERE tenant_id = t.tenant AND phase = 'queued' AND is_head = 1
                     ORDER BY id LIMIT ?1 + 0)
                 UNION ALL
                 SELECT l.run, l.tenant, coalesce((SELECT u.turns FROM under_way u WHERE u.tenant = l.tenant), 0)
                 FROM leased l WHERE l.lapsed AND l.tenant NOT IN passed_over
                 UNION ALL
                 SELECT sleeping.run, sleeping.tenant, coalesce((SELECT u.turns FROM under_way u WHERE u.tenant = sleeping.tenant), 0) FROM (
                     SELECT id AS run, tenant_id AS tenant FROM runs INDEXED BY runs_sleeping
                     WHERE phase = 'waiting_for_approval' AND wake_at IS NOT NULL
                         AND wake_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER) AND tenant_id NOT IN passed_over
                     ORDER BY wake_at LIMIT ?1 + 0) sleeping),
             picked(run, turn) AS MATERIALIZED (
                 SELECT run, turns + row_number() OVER (PARTITION BY tenant ORDER BY run) AS turn FROM runnable
                 ORDER BY turn, run LIMIT ?1 + 0)
         SELECT",
        "FROM picked CROSS JOIN runs ON id = run ORDER BY turn, id",
        request.limit,
        without
    );
    Ok(found.fetch_all(&mut tx.conn).await?)
}

/// Those of the runs whose crash counts against them: whose worker had no other run when it died, and every
/// [`SHARED_CRASHES`]th time also others.
async fn crashed(tx: &mut Tx, request: &ClaimRequest, runs: &[RunRow]) -> Outcome<HashSet<Uuid>> {
    if runs.iter().all(|run| run.phase != Phase::Running.as_str()) {
        return Ok(HashSet::new());
    }
    let ids = hex_list(runs.iter().map(|run| run.id))?;
    let near = duration_micros(request.lease) / 2;
    let crashed = sqlx::query_scalar!(
        r#"SELECT r.id AS "id!: Uuid" FROM runs r
           WHERE r.id IN (SELECT unhex(value) FROM json_each(?1)) AND r.phase = 'running'
               AND (r.epoch % ?2 = 0 OR NOT EXISTS (
                   SELECT 1 FROM runs beside INDEXED BY runs_leased
                   WHERE beside.phase = 'running' AND beside.owner = r.owner AND beside.id <> r.id
                       AND beside.lease_until < CAST(unixepoch('subsec') * 1000000 AS INTEGER) + ?3))"#,
        ids,
        SHARED_CRASHES,
        near
    )
    .fetch_all(&mut tx.conn)
    .await?;
    Ok(crashed.into_iter().collect())
}

/// The first number of each session's new block. Sessions have one head each, so no two of these runs share one.
async fn take(
    tx: &mut Tx,
    request: &ClaimRequest,
    runs: &[RunRow],
    crashed: &HashSet<Uuid>,
) -> Outcome<HashMap<(TenantId, SessionId), i64>> {
    let crashed = hex_list(crashed.iter().copied())?;
    let ids = hex_list(runs.iter().map(|run| run.id))?;
    let lease = duration_micros(request.lease);
    let sessions: Vec<_> = runs.iter().map(|run| (hex(run.tenant_id), &run.session_id)).collect();
    let sessions = serde_json::to_string(&sessions)?;
    let blocks = sqlx::query!(
        r#"UPDATE runs SET crash_count = crash_count + (id IN (SELECT unhex(value) FROM json_each(?))), phase = 'running', epoch = epoch + 1, wake = 0, owner = ?,
               blocked_level = NULL, blocked_reason = NULL,
               lease_until = CAST(unixepoch('subsec') * 1000000 AS INTEGER) + ?
           WHERE id IN (SELECT unhex(value) FROM json_each(?));

           UPDATE sessions SET next_seq = next_seq + ?
           WHERE (tenant_id, id) IN (SELECT unhex(value ->> 0), value ->> 1 FROM json_each(?))
           RETURNING tenant_id AS "tenant_id!: uuid::Uuid", id AS "id!: String", next_seq AS "next_seq!: i64""#,
        crashed,
        request.worker,
        lease,
        ids,
        request.seq_block,
        sessions
    )
    .fetch_all(&mut tx.conn)
    .await?;
    Ok(blocks
        .into_iter()
        .map(|block| ((TenantId(block.tenant_id), SessionId(block.id)), block.next_seq - request.seq_block))
        .collect())
}

pub(crate) async fn renew(tx: &mut Tx, worker: &str, lease: Duration, held: &[(RunId, i64)]) -> Outcome<Renewed> {
    let pairs: Vec<_> = held.iter().map(|(run, epoch)| (hex(run.0), epoch)).collect();
    let pairs = serde_json::to_string(&pairs)?;
    let lease = duration_micros(lease);
    let renewed = sqlx::query!(
        r#"UPDATE runs SET lease_until = CAST(unixepoch('subsec') * 1000000 AS INTEGER) + ?1
           WHERE owner = ?2 AND phase = 'running' AND (id, epoch) IN (SELECT unhex(value ->> 0), value ->> 1 FROM json_each(?3))
           RETURNING id AS "id!: uuid::Uuid", cancel_requested AS "cancel_requested!: i64""#,
        lease,
        worker,
        pairs
    )
    .fetch_all(&mut tx.conn)
    .await?;
    let kept: HashMap<_, _> = renewed.into_iter().map(|run| (RunId(run.id), run.cancel_requested != 0)).collect();
    Ok(Renewed {
        lost: held.iter().map(|(run, _)| *run).filter(|run| !kept.contains_key(run)).collect(),
        cancelled: held.iter().map(|(run, _)| *run).filter(|run| kept.get(run) == Some(&true)).collect(),
    })
}

pub(crate) async fn release(tx: &mut Tx, worker: &str) -> Outcome<u64> {
    let released = sqlx::query!(
        "UPDATE runs SET phase = 'queued', owner = NULL, lease_until = NULL WHERE phase = 'running' AND owner = ?1",
        worker
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(released.rows_affected())
}
