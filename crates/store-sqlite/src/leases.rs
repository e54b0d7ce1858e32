//! Keeping claimed runs, and letting go of them.

use std::collections::HashMap;
use std::time::Duration;

use artel_domain::RunId;
use artel_store::Renewed;

use crate::error::Outcome;
use crate::rows;
use crate::writer::Tx;

pub(crate) async fn renew(tx: &mut Tx, worker: &str, lease: Duration, held: &[(RunId, i64)]) -> Outcome<Renewed> {
    let pairs: Vec<_> = held.iter().map(|(run, epoch)| (rows::hex(run.0), epoch)).collect();
    let pairs = serde_json::to_string(&pairs)?;
    let lease = i64::try_from(lease.as_micros()).unwrap_or(i64::MAX / 2);
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
    let released =
        sqlx::query!("UPDATE runs SET phase = 'queued', owner = NULL, lease_until = NULL WHERE phase = 'running' AND owner = ?1", worker)
            .execute(&mut tx.conn)
            .await?;
    Ok(released.rows_affected())
}
