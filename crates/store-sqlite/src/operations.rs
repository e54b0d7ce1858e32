use std::time::Instant;

use artel_store::{ClockReading, Health, OldestWaiting};

use crate::error::Outcome;
use crate::store::SqliteStore;
use crate::values::time;

pub(crate) async fn health(store: &SqliteStore) -> Outcome<Health> {
    let asked = Instant::now();
    sqlx::query_scalar!(r#"SELECT 1 AS "one!: i64""#).fetch_one(&store.reads).await?;
    let latency_ms = asked.elapsed().as_secs_f64() * 1000.0;
    let (open, idle) = (store.reads.size(), store.reads.num_idle() as u32);
    let active = open.saturating_sub(idle);
    Ok(Health {
        active_connections: active,
        counted_connections: active,
        // And the writer's.
        total_connections: open + 1,
        max_connections: store.options.capacity(),
        pool_size: store.options.pool_size,
        max_overflow: store.options.max_overflow,
        latency_ms,
    })
}

pub(crate) async fn read_clock(store: &SqliteStore) -> Outcome<ClockReading> {
    let mut connection = store.reads.acquire().await?;
    let asked = Instant::now();
    let now = sqlx::query_scalar!(r#"SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER) AS "now!: i64""#)
        .fetch_one(&mut *connection)
        .await?;
    Ok(ClockReading { time: time(now), asked, answered: Instant::now() })
}

pub(crate) async fn count_open_runs(store: &SqliteStore) -> Outcome<Vec<(String, i64)>> {
    let counts = sqlx::query!(
        r#"SELECT phase AS "phase!: String", count(*) AS "runs!: i64" FROM runs
           WHERE phase IN ('queued', 'running', 'waiting_for_approval') GROUP BY phase"#
    )
    .fetch_all(&store.reads)
    .await?;
    Ok(counts.into_iter().map(|count| (count.phase, count.runs)).collect())
}

/// By the indexes of open runs, which are small; the questions by those of their runs.
pub(crate) async fn oldest_waiting(store: &SqliteStore) -> Outcome<OldestWaiting> {
    let row = sqlx::query!(
        r#"SELECT (SELECT min(created_at) FROM runs WHERE phase = 'queued' AND is_head = 1) AS "queued: i64",
                  (SELECT min(a.created_at) FROM runs r JOIN approvals a ON a.run_id = r.id
                   WHERE r.phase IN ('queued', 'running', 'waiting_for_approval')
                     AND r.phase = 'waiting_for_approval' AND a.state = 'pending') AS "pending: i64""#
    )
    .fetch_one(&store.reads)
    .await?;
    Ok(OldestWaiting { queued_run: row.queued.map(time), pending_approval: row.pending.map(time) })
}
