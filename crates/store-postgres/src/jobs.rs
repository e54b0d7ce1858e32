//! Jobs on leases, by the database's clock.

use std::time::Duration;

use artel_store::{JobClaim, JobOutcome, JobTurn};
use sqlx::PgPool;

use crate::values::duration_micros;

/// Looks before it writes: most callers come too early.
pub(crate) async fn claim(pool: &PgPool, name: &str, owner: &str, lease: Duration) -> sqlx::Result<JobTurn> {
    if let Some(wait) = wait(pool, name).await? {
        return Ok(JobTurn::Later(wait));
    }
    let claimed = sqlx::query!(
        "WITH clock AS MATERIALIZED (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now)
         INSERT INTO jobs AS j (name, next_at, owner, lease_until, epoch) SELECT $1, now, $2, now + $3::bigint, 1 FROM clock
         ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, lease_until = excluded.lease_until, epoch = j.epoch + 1
         WHERE j.next_at <= excluded.next_at AND (j.lease_until IS NULL OR j.lease_until <= excluded.next_at)
         RETURNING epoch, failures",
        name,
        owner,
        duration_micros(lease),
    )
    .fetch_optional(pool)
    .await?;
    match claimed {
        Some(job) => Ok(JobTurn::Claimed(JobClaim { name: name.to_owned(), epoch: job.epoch, failures: job.failures })),
        None => Ok(JobTurn::Later(wait(pool, name).await?.unwrap_or_default())),
    }
}

/// How long until the job can be claimed; `None` when it can be now.
async fn wait(pool: &PgPool, name: &str) -> sqlx::Result<Option<Duration>> {
    let wait = sqlx::query_scalar!(
        r#"SELECT greatest(next_at, coalesce(lease_until, 0)) - (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS "wait!"
           FROM jobs WHERE name = $1"#,
        name,
    );
    let wait =
        wait.fetch_optional(pool).await?.and_then(|micros| u64::try_from(micros).ok()).filter(|micros| *micros > 0);
    Ok(wait.map(Duration::from_micros))
}

pub(crate) async fn renew(pool: &PgPool, claim: &JobClaim, lease: Duration) -> sqlx::Result<bool> {
    let renewed = sqlx::query!(
        "UPDATE jobs SET lease_until = (extract(epoch FROM clock_timestamp()) * 1000000)::bigint + $3::bigint
         WHERE name = $1 AND epoch = $2 AND owner IS NOT NULL",
        claim.name,
        claim.epoch,
        duration_micros(lease),
    );
    Ok(renewed.execute(pool).await?.rows_affected() == 1)
}

pub(crate) async fn finish(
    pool: &PgPool,
    claim: &JobClaim,
    outcome: JobOutcome,
    next_in: Duration,
) -> sqlx::Result<bool> {
    let failures = match outcome {
        JobOutcome::Succeeded => 0,
        JobOutcome::Failed => claim.failures + 1,
        JobOutcome::Interrupted => claim.failures,
    };
    let finished = sqlx::query!(
        "UPDATE jobs SET next_at = (extract(epoch FROM clock_timestamp()) * 1000000)::bigint + $3::bigint, owner = NULL,
             lease_until = NULL, failures = $4
         WHERE name = $1 AND epoch = $2 AND owner IS NOT NULL",
        claim.name,
        claim.epoch,
        duration_micros(next_in),
        failures,
    );
    Ok(finished.execute(pool).await?.rows_affected() == 1)
}
