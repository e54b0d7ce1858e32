//! Folding the deltas of finished runs. Reading is done beside the writer; what a run over has written does not change
//! any more.

use artel_domain::{Entry, RunId, SessionId, TenantId, Timestamp};
use artel_store::folding::Folding;
use artel_store::{Result, folding};
use sqlx::SqlitePool;

use crate::error::Outcome;
use crate::rows::{all, entries};
use crate::store::SqliteStore;
use crate::values::micros;
use crate::writer::Tx;

struct Foldable {
    tenant: TenantId,
    session: SessionId,
    run: RunId,
}

pub(crate) async fn fold(store: &SqliteStore, ended_before: Timestamp, limit: u32) -> Result<u64> {
    let mut removed = 0;
    for foldable in foldable(&store.reads, ended_before, limit).await? {
        let folding = folding::fold(streamed(&store.reads, &foldable).await?);
        removed +=
            store.write((foldable, folding), |(foldable, folding), tx| Box::pin(apply(tx, foldable, folding))).await?;
    }
    Ok(removed)
}

async fn foldable(reads: &SqlitePool, ended_before: Timestamp, limit: u32) -> Outcome<Vec<Foldable>> {
    let ended_before = micros(ended_before);
    let found = sqlx::query!(
        r#"SELECT id AS "id!: uuid::Uuid", tenant_id AS "tenant_id!: uuid::Uuid", session_id AS "session_id!: String" FROM runs
           WHERE finished_at IS NOT NULL AND folded = 0 AND finished_at < ?1 ORDER BY finished_at LIMIT ?2"#,
        ended_before,
        limit
    )
    .fetch_all(reads)
    .await?;
    Ok(found
        .into_iter()
        .map(|row| Foldable { tenant: TenantId(row.tenant_id), session: SessionId(row.session_id), run: RunId(row.id) })
        .collect())
}

/// The run's deltas and resets, oldest first.
async fn streamed(reads: &SqlitePool, foldable: &Foldable) -> Outcome<Vec<Entry>> {
    let found = entries!("WHERE run_id = ?1 AND kind IN ('delta', 'message_reset') ORDER BY seq", foldable.run.0)
        .fetch_all(reads)
        .await?;
    all(found)
}

async fn apply(tx: &mut Tx, foldable: &Foldable, folding: &Folding) -> Outcome<u64> {
    let first = sqlx::query!("UPDATE runs SET folded = 1 WHERE id = ?1 AND folded = 0", foldable.run.0)
        .execute(&mut tx.conn)
        .await?;
    if first.rows_affected() == 0 {
        return Ok(0);
    }
    for entry in &folding.replace {
        let payload = entry.event.payload()?;
        let payload = payload.as_ref();
        sqlx::query!(
            "UPDATE journal SET payload = ?1 WHERE tenant_id = ?2 AND session_id = ?3 AND seq = ?4",
            payload,
            foldable.tenant.0,
            foldable.session.0,
            entry.seq
        )
        .execute(&mut tx.conn)
        .await?;
    }
    remove(tx, foldable, &folding.remove).await
}

async fn remove(tx: &mut Tx, foldable: &Foldable, numbers: &[i64]) -> Outcome<u64> {
    if numbers.is_empty() {
        return Ok(0);
    }
    let numbers = serde_json::to_string(numbers)?;
    let removed = sqlx::query!(
        "DELETE FROM journal WHERE tenant_id = ?1 AND session_id = ?2 AND seq IN (SELECT value FROM json_each(?3))",
        foldable.tenant.0,
        foldable.session.0,
        numbers
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(removed.rows_affected())
}
