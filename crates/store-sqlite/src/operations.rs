use std::time::Instant;

use artel_store::Health;

use crate::error::Outcome;
use crate::store::SqliteStore;

pub(crate) async fn health(store: &SqliteStore) -> Outcome<Health> {
    let asked = Instant::now();
    sqlx::query_scalar!(r#"SELECT 1 AS "one!: i64""#).fetch_one(&store.reads).await?;
    let latency_ms = asked.elapsed().as_secs_f64() * 1000.0;
    let (open, idle) = (store.reads.size(), store.reads.num_idle() as u32);
    Ok(Health {
        active_connections: open.saturating_sub(idle),
        // And the writer's.
        total_connections: open + 1,
        max_connections: store.options.capacity(),
        pool_size: store.options.pool_size,
        max_overflow: store.options.max_overflow,
        latency_ms,
    })
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
