//! Folding the deltas of runs that ended a while ago: what clients followed frame by frame becomes one frame per step.

use std::collections::BTreeMap;

use artel_domain::{Entry, Timestamp};
use artel_store::folding;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::begun::begin;
use crate::rows::{EntryRow, payload};
use crate::values::micros;

pub(crate) async fn fold(pool: &PgPool, ended_before: Timestamp, limit: u32) -> sqlx::Result<u64> {
    let mut tx = begin(pool).await?;
    let runs = due(&mut tx, ended_before, limit).await?;
    if runs.is_empty() {
        return Ok(0);
    }
    let mut removed = 0;
    for (run, entries) in streamed(&mut tx, &runs).await? {
        let folding = folding::fold(entries);
        removed += remove(&mut tx, run, &folding.remove).await?;
        replace(&mut tx, run, &folding.replace).await?;
    }
    sqlx::query!("UPDATE runs SET folded = true WHERE id = ANY ($1)", &runs).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(removed)
}

async fn due(tx: &mut PgConnection, ended_before: Timestamp, limit: u32) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "SELECT id FROM runs WHERE finished_at IS NOT NULL AND NOT folded AND finished_at < $1
         ORDER BY finished_at LIMIT $2 FOR UPDATE SKIP LOCKED",
        micros(ended_before),
        i64::from(limit),
    )
    .fetch_all(tx)
    .await
}

/// The deltas and resets of these runs, each run's oldest first.
async fn streamed(tx: &mut PgConnection, runs: &[Uuid]) -> sqlx::Result<BTreeMap<Uuid, Vec<Entry>>> {
    let rows = sqlx::query_as!(
        EntryRow,
        "SELECT seq, run_id, kind, payload, created_at FROM journal
         WHERE run_id = ANY ($1) AND kind IN ('delta', 'message_reset')
         ORDER BY run_id, seq",
        runs,
    )
    .fetch_all(tx)
    .await?;
    let mut streamed: BTreeMap<Uuid, Vec<Entry>> = BTreeMap::new();
    for row in rows {
        streamed.entry(row.run_id).or_default().push(row.into());
    }
    Ok(streamed)
}

async fn remove(tx: &mut PgConnection, run: Uuid, numbers: &[i64]) -> sqlx::Result<u64> {
    let removed =
        sqlx::query!("DELETE FROM journal WHERE run_id = $1 AND seq = ANY ($2)", run, numbers).execute(tx).await?;
    Ok(removed.rows_affected())
}

async fn replace(tx: &mut PgConnection, run: Uuid, entries: &[Entry]) -> sqlx::Result<()> {
    let numbers: Vec<i64> = entries.iter().map(|entry| entry.seq).collect();
    let payloads = entries.iter().map(payload).collect::<sqlx::Result<Vec<_>>>()?;
    sqlx::query!(
        "UPDATE journal j SET payload = f.payload FROM unnest($2::bigint[], $3::text[]) AS f (seq, payload)
         WHERE j.run_id = $1 AND j.seq = f.seq",
        run,
        &numbers,
        &payloads,
    )
    .execute(tx)
    .await?;
    Ok(())
}
