//! Who drives which run: claims, leases, releases. Leases live on the database's clock.

use std::time::Duration;

use artel_domain::{Run, RunId, TenantId};
use artel_store::{Claim, Renewed, SHARED_CRASHES};
use sqlx::PgPool;
use uuid::Uuid;

use crate::rows::RunRow;
use crate::values::duration_micros;

/// Candidates looked at beyond those asked for, so that a claim that meets rows locked by another claim still finds its
/// own.
const SPARE_CANDIDATES: i64 = 16;

/// One statement. It hops over the index from tenant to tenant (those with a run that is ready, those with a run under
/// way), so its cost depends on neither finished runs, idle tenants nor the length of a queue. Of the tenants with the
/// fewest runs under way it looks at the oldest runs; each further run of a tenant counts as if the one before it were
/// under way already. Candidates are locked one by one in that order until there are enough; one that another claim
/// holds is passed over.
pub(crate) async fn claim(
    pool: &PgPool,
    worker: &str,
    lease: Duration,
    limit: u32,
    seq_block: i64,
    without: &[TenantId],
) -> sqlx::Result<Vec<Claim>> {
    let rows = sqlx::query!(
        r#"WITH RECURSIVE clock AS MATERIALIZED (
             SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now
           ), ready AS (
             (SELECT tenant_id, id FROM runs WHERE phase = 'queued' AND is_head > 0 ORDER BY tenant_id, id LIMIT 1)
             UNION ALL
             SELECT next.tenant_id, next.id
             FROM ready CROSS JOIN LATERAL (
               SELECT r.tenant_id, r.id FROM runs r
               WHERE r.phase = 'queued' AND r.is_head > 0 AND r.tenant_id > ready.tenant_id
               ORDER BY r.tenant_id, r.id LIMIT 1) next
           ), driven AS (
             (SELECT tenant_id FROM runs WHERE phase = 'running' ORDER BY tenant_id LIMIT 1)
             UNION ALL
             SELECT next.tenant_id
             FROM driven CROSS JOIN LATERAL (
               SELECT r.tenant_id FROM runs r
               WHERE r.phase = 'running' AND r.tenant_id > driven.tenant_id
               ORDER BY r.tenant_id LIMIT 1) next
           ), busy AS (
             SELECT d.tenant_id, live.runs
             FROM driven d CROSS JOIN clock CROSS JOIN LATERAL (
               SELECT count(*) AS runs FROM runs r
               WHERE r.phase = 'running' AND r.tenant_id = d.tenant_id AND r.lease_until >= clock.now) live
           ), chosen AS (
             SELECT t.tenant_id FROM ready t LEFT JOIN busy b USING (tenant_id)
             WHERE t.tenant_id <> ALL ($6)
             ORDER BY coalesce(b.runs, 0), t.id LIMIT $3::bigint + $5::bigint
           ), candidate AS (
             SELECT q.tenant_id, q.id
             FROM chosen c CROSS JOIN LATERAL (
               SELECT r.tenant_id, r.id FROM runs r
               WHERE r.phase = 'queued' AND r.is_head > 0 AND r.tenant_id = c.tenant_id
               ORDER BY r.id LIMIT $3::bigint + $5::bigint) q
             UNION ALL
             SELECT q.tenant_id, q.id
             FROM driven d CROSS JOIN clock CROSS JOIN LATERAL (
               SELECT r.tenant_id, r.id FROM runs r
               WHERE r.phase = 'running' AND r.tenant_id = d.tenant_id AND r.lease_until < clock.now
               ORDER BY r.lease_until LIMIT $3::bigint + $5::bigint) q
             WHERE d.tenant_id <> ALL ($6)
             UNION ALL
             SELECT q.tenant_id, q.id
             FROM clock CROSS JOIN LATERAL (
               SELECT r.tenant_id, r.id FROM runs r
               WHERE r.phase = 'waiting_for_approval' AND r.wake_at IS NOT NULL AND r.wake_at <= clock.now
                 AND r.tenant_id <> ALL ($6)
               ORDER BY r.wake_at LIMIT $3::bigint + $5::bigint) q
           ), ranked AS (
             SELECT c.id, coalesce(b.runs, 0) + row_number() OVER (PARTITION BY c.tenant_id ORDER BY c.id) AS turn
             FROM candidate c LEFT JOIN busy b USING (tenant_id)
           ), taken AS (
             SELECT r.id, r.tenant_id, r.session_id, r.lapsed, k.turn,
                    r.lapsed AND (r.epoch % $7::bigint = 0 OR NOT EXISTS (
                      SELECT FROM runs beside
                      WHERE beside.phase = 'running' AND beside.owner = r.owner AND beside.id <> r.id
                        AND beside.lease_until < clock.now + $2::bigint / 2)) AS crashed
             FROM (SELECT ranked.id, ranked.turn FROM ranked ORDER BY ranked.turn, ranked.id) k CROSS JOIN clock CROSS JOIN LATERAL (
               SELECT r.id, r.tenant_id, r.session_id, r.epoch, r.owner, r.phase = 'running' AS lapsed FROM runs r
               WHERE r.id = k.id
                 AND ((r.phase = 'queued' AND r.is_head > 0) OR (r.phase = 'running' AND r.lease_until < clock.now)
                      OR (r.phase = 'waiting_for_approval' AND r.wake_at <= clock.now))
               FOR UPDATE SKIP LOCKED) r
             LIMIT $3::bigint
           ), reserved AS (
             UPDATE sessions s SET next_seq = s.next_seq + $4 FROM taken t
             WHERE s.tenant_id = t.tenant_id AND s.id = t.session_id
             RETURNING t.id, t.lapsed, t.crashed, t.turn, s.next_seq - $4 AS first_seq
           )
           UPDATE runs r
           SET phase = 'running', epoch = r.epoch + 1, owner = $1, wake = false, crash_count = r.crash_count + v.crashed::int,
               blocked_level = NULL, blocked_reason = NULL,
               lease_until = (extract(epoch FROM clock_timestamp()) * 1000000)::bigint + $2::bigint
           FROM reserved v
           WHERE r.id = v.id
           RETURNING r.id, r.tenant_id, r.agent_id, r.agent_version, r.is_draft, r.session_id, r.trace_id, r.principal, r.input_message, r.team,
                     r.phase, r.waits_for, r.parent_run_id, r.parent_call_id, r.subagent, r.epoch, r.crash_count, r.cancel_requested, r.output_message, r.error_code, r.error_message, r.prompt_tokens,
                     r.completion_tokens, r.cached_tokens, r.reasoning_tokens, r.created_at, r.updated_at, r.blocked_reason,
                     v.first_seq AS "first_seq!", v.lapsed AS "lapsed!", v.turn AS "turn!""#,
        worker,
        duration_micros(lease),
        i64::from(limit),
        seq_block,
        SPARE_CANDIDATES,
        &without.iter().map(|tenant| tenant.0).collect::<Vec<_>>(),
        SHARED_CRASHES,
    )
    .fetch_all(pool)
    .await?;
    let mut claims = Vec::with_capacity(rows.len());
    for row in rows {
        let id = row.id;
        let run = Run::try_from(RunRow {
            id: row.id,
            tenant_id: row.tenant_id,
            agent_id: row.agent_id,
            agent_version: row.agent_version,
            is_draft: row.is_draft,
            session_id: row.session_id,
            trace_id: row.trace_id,
            principal: row.principal,
            input_message: row.input_message,
            team: row.team,
            phase: row.phase,
            waits_for: row.waits_for,
            parent_run_id: row.parent_run_id,
            parent_call_id: row.parent_call_id,
            subagent: row.subagent,
            epoch: row.epoch,
            crash_count: row.crash_count,
            cancel_requested: row.cancel_requested,
            blocked_reason: row.blocked_reason,
            output_message: row.output_message,
            error_code: row.error_code,
            error_message: row.error_message,
            prompt_tokens: row.prompt_tokens,
            completion_tokens: row.completion_tokens,
            cached_tokens: row.cached_tokens,
            reasoning_tokens: row.reasoning_tokens,
            created_at: row.created_at,
            updated_at: row.updated_at,
        });
        match run {
            Ok(run) => claims.push((row.turn, Claim { run, first_seq: row.first_seq, recovered: row.lapsed })),
            // The run stays leased, so that the others go on: it is met again when the lease is over.
            Err(error) => {
                tracing::error!(run_id = %id, %error, "the row of a run cannot be read; the run is left alone");
            }
        }
    }
    claims.sort_by_key(|(turn, claim)| (*turn, claim.run.id));
    Ok(claims.into_iter().map(|(_, claim)| claim).collect())
}

pub(crate) async fn renew(
    pool: &PgPool,
    worker: &str,
    lease: Duration,
    held: &[(RunId, i64)],
) -> sqlx::Result<Renewed> {
    let (ids, epochs): (Vec<Uuid>, Vec<i64>) = held.iter().map(|(run, epoch)| (run.0, *epoch)).unzip();
    // Locked in the order of their ids, as everywhere where one transaction takes several runs.
    let kept = sqlx::query!(
        "WITH held AS (
           SELECT r.id FROM runs r JOIN unnest($3::uuid[], $4::bigint[]) AS h (id, epoch) ON r.id = h.id AND r.epoch = h.epoch
           WHERE r.owner = $1 AND r.phase = 'running'
           ORDER BY r.id
           FOR UPDATE OF r
         )
         UPDATE runs r SET lease_until = (extract(epoch FROM clock_timestamp()) * 1000000)::bigint + $2::bigint
         FROM held WHERE r.id = held.id
         RETURNING r.id, r.cancel_requested",
        worker,
        duration_micros(lease),
        &ids,
        &epochs,
    )
    .fetch_all(pool)
    .await?;
    let lost = held.iter().map(|(run, _)| *run).filter(|run| kept.iter().all(|row| row.id != run.0)).collect();
    let cancelled = kept.iter().filter(|row| row.cancel_requested).map(|row| RunId(row.id)).collect();
    Ok(Renewed { lost, cancelled })
}

pub(crate) async fn release(pool: &PgPool, worker: &str) -> sqlx::Result<u64> {
    let released = sqlx::query!(
        "WITH held AS (SELECT r.id FROM runs r WHERE r.owner = $1 AND r.phase = 'running' ORDER BY r.id FOR UPDATE)
         UPDATE runs r SET phase = 'queued', owner = NULL, lease_until = NULL FROM held WHERE r.id = held.id",
        worker,
    )
    .execute(pool)
    .await?;
    Ok(released.rows_affected())
}
