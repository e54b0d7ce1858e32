//! The database as an operator sees it.

use std::time::Instant;

use artel_domain::Phase;
use artel_store::{ClockReading, Health, OldestWaiting};
use sqlx::{PgConnection, PgPool};

use crate::store::PostgresStore;
use crate::values::time;

impl PostgresStore {
    pub(crate) async fn ask_health(&self) -> sqlx::Result<Health> {
        // The connection first: the latency is the database's, not the pool's.
        let mut connection = self.pool.acquire().await?;
        let asked = Instant::now();
        let row = sqlx::query!(
            r#"SELECT count(*) FILTER (WHERE state = 'active') AS "active!", count(*) AS "total!",
                      current_setting('max_connections')::bigint AS "max!"
               FROM pg_stat_activity WHERE datname = current_database()"#
        )
        .fetch_one(&mut *connection)
        .await?;
        Ok(Health {
            active_connections: count(row.active),
            total_connections: count(row.total),
            counted_connections: count(row.total),
            max_connections: count(row.max),
            pool_size: self.options.pool_size,
            max_overflow: self.options.max_overflow,
            latency_ms: asked.elapsed().as_secs_f64() * 1000.0,
        })
    }
}

/// Readings of which the quickest counts. The first one also prepares the statement.
const READINGS: usize = 3;

pub(crate) async fn read_clock(pool: &PgPool) -> sqlx::Result<ClockReading> {
    let mut connection = pool.acquire().await?;
    let mut best = read_once(&mut connection).await?;
    for _ in 1..READINGS {
        let next = read_once(&mut connection).await?;
        if next.answered - next.asked < best.answered - best.asked {
            best = next;
        }
    }
    Ok(best)
}

async fn read_once(connection: &mut PgConnection) -> sqlx::Result<ClockReading> {
    let asked = Instant::now();
    let row = sqlx::query!(r#"SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS "now!""#)
        .fetch_one(connection)
        .await?;
    Ok(ClockReading { time: time(row.now), asked, answered: Instant::now() })
}

fn count(rows: i64) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}

/// Each phase by its own small index.
pub(crate) async fn count_open_runs(pool: &PgPool) -> sqlx::Result<Vec<(String, i64)>> {
    let row = sqlx::query!(
        r#"SELECT (SELECT count(*) FROM runs WHERE phase = 'queued' AND is_head > 0)
                + (SELECT count(*) FROM runs WHERE phase = 'queued' AND is_head = 0) AS "queued!",
                  (SELECT count(*) FROM runs WHERE phase = 'running') AS "running!",
                  (SELECT count(*) FROM runs WHERE phase = 'waiting_for_approval') AS "waiting!""#
    )
    .fetch_one(pool)
    .await?;
    let counted = [(Phase::Queued, row.queued), (Phase::Running, row.running), (Phase::Waiting, row.waiting)];
    Ok(counted.map(|(phase, runs)| (phase.as_str().to_owned(), runs)).into())
}

/// By the indexes of open runs, which are small; the questions by those of their runs.
pub(crate) async fn oldest_waiting(pool: &PgPool) -> sqlx::Result<OldestWaiting> {
    let row = sqlx::query!(
        r#"SELECT (SELECT min(created_at) FROM runs WHERE phase = 'queued' AND is_head > 0) AS queued,
                  (SELECT min(a.created_at) FROM runs r JOIN approvals a ON a.run_id = r.id
                   WHERE r.phase = 'waiting_for_approval' AND a.state = 'pending') AS pending"#
    )
    .fetch_one(pool)
    .await?;
    Ok(OldestWaiting { queued_run: row.queued.map(time), pending_approval: row.pending.map(time) })
}
