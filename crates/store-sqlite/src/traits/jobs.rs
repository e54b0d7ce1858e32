use std::time::Duration;

use artel_store::{JobClaim, JobOutcome, JobTurn, Jobs, Result};
use async_trait::async_trait;

use crate::jobs;
use crate::store::SqliteStore;

#[async_trait]
impl Jobs for SqliteStore {
    async fn claim_job(&self, name: &str, owner: &str, lease: Duration) -> Result<JobTurn> {
        if let Some(wait) = jobs::wait(&self.reads, name).await? {
            return Ok(JobTurn::Later(wait));
        }
        let asked = (name.to_owned(), owner.to_owned(), lease);
        self.write(asked, |(name, owner, lease), tx| Box::pin(jobs::claim(tx, name, owner, *lease))).await
    }

    async fn renew_job(&self, claim: &JobClaim, lease: Duration) -> Result<bool> {
        self.write((claim.clone(), lease), |(claim, lease), tx| Box::pin(jobs::renew(tx, claim, *lease))).await
    }

    async fn finish_job(&self, claim: &JobClaim, outcome: JobOutcome, next_in: Duration) -> Result<bool> {
        let finished = (claim.clone(), outcome, next_in);
        self.write(finished, |(claim, outcome, next_in), tx| Box::pin(jobs::finish(tx, claim, *outcome, *next_in)))
            .await
    }
}
