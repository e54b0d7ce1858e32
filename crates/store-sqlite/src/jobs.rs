//! Jobs on leases, by the database's clock.

use std::time::Duration;

use artel_store::{JobClaim, JobOutcome, JobTurn};
use sqlx::{SqliteExecutor, SqlitePool};

use crate::error::Outcome;
use crate::values::duration_micros;
use crate::writer::Tx;

/// How long until the job can be claimed; `None` when it can be now. Asked before a claim: most callers come too early.
pub(crate) async fn wait(reads: &SqlitePool, name: &str) -> Outcome<Option<Duration>> {
    wait_in(reads, name).await
}

async fn wait_in(db: impl SqliteExecutor<'_>, name: &str) -> Outcome<Option<Duration>> {
    let wait = sqlx::query_scalar!(
        r#"SELECT max(next_at, coalesce(lease_until, 0)) - CAST(unixepoch('subsec') * 1000000 AS INTEGER) AS "wait!: i64"
           FROM jobs WHERE name = ?1"#,
        name
    );
    let wait =
        wait.fetch_optional(db).await?.and_then(|micros| u64::try_from(micros).ok()).filter(|micros| *micros > 0);
    Ok(wait.map(Duration::from_micros))
}

pub(crate) async fn claim(tx: &mut Tx, name: &str, owner: &str, lease: Duration) -> Outcome<JobTurn> {
    let lease = duration_micros(lease);
    let claimed = sqlx::query!(
        r#"INSERT INTO jobs AS j (name, next_at, owner, lease_until, epoch)
           SELECT ?1, now, ?2, now + ?3, 1 FROM (SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER) AS now) WHERE true
           ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, lease_until = excluded.lease_until, epoch = j.epoch + 1
           WHERE j.next_at <= excluded.next_at AND (j.lease_until IS NULL OR j.lease_until <= excluded.next_at)
           RETURNING epoch AS "epoch!: i64", failures AS "failures!: i64""#,
        name,
        owner,
        lease
    )
    .fetch_optional(&mut tx.conn)
    .await?;
    match claimed {
        Some(job) => Ok(JobTurn::Claimed(JobClaim { name: name.to_owned(), epoch: job.epoch, failures: job.failures })),
        None => Ok(JobTurn::Later(wait_in(&mut tx.conn, name).await?.unwrap_or_default())),
    }
}

pub(crate) async fn renew(tx: &mut Tx, claim: &JobClaim, lease: Duration) -> Outcome<bool> {
    let lease = duration_micros(lease);
    let renewed = sqlx::query!(
        "UPDATE jobs SET lease_until = CAST(unixepoch('subsec') * 1000000 AS INTEGER) + ?1
         WHERE name = ?2 AND epoch = ?3 AND owner IS NOT NULL",
        lease,
        claim.name,
        claim.epoch
    );
    Ok(renewed.execute(&mut tx.conn).await?.rows_affected() == 1)
}

pub(crate) async fn finish(tx: &mut Tx, claim: &JobClaim, outcome: JobOutcome, next_in: Duration) -> Outcome<bool> {
    let failures = match outcome {
        JobOutcome::Succeeded => 0,
        JobOutcome::Failed => claim.failures + 1,
        JobOutcome::Interrupted => claim.failures,
    };
    let next_in = duration_micros(next_in);
    let finished = sqlx::query!(
        "UPDATE jobs SET next_at = CAST(unixepoch('subsec') * 1000000 AS INTEGER) + ?1, owner = NULL, lease_until = NULL, failures = ?2
         WHERE name = ?3 AND epoch = ?4 AND owner IS NOT NULL",
        next_in,
        failures,
        claim.name,
        claim.epoch
    );
    Ok(finished.execute(&mut tx.conn).await?.rows_affected() == 1)
}
