use std::time::Duration;

use artel_store::{JobClaim, JobOutcome, JobTurn, Jobs, Result};
use async_trait::async_trait;

use crate::error::retrying;
use crate::jobs;
use crate::store::PostgresStore;

#[async_trait]
impl Jobs for PostgresStore {
    async fn claim_job(&self, name: &str, owner: &str, lease: Duration) -> Result<JobTurn> {
        retrying(|| jobs::claim(&self.pool, name, owner, lease)).await
    }

    async fn renew_job(&self, claim: &JobClaim, lease: Duration) -> Result<bool> {
        retrying(|| jobs::renew(&self.pool, claim, lease)).await
    }

    async fn finish_job(&self, claim: &JobClaim, outcome: JobOutcome, next_in: Duration) -> Result<bool> {
        retrying(|| jobs::finish(&self.pool, claim, outcome, next_in)).await
    }
}
