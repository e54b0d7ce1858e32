use std::time::Duration;

use async_trait::async_trait;

use crate::Result;

/// The right to do a job now. It is void as soon as another process claims the job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobClaim {
    pub name: String,
    /// Raised by every claim of the job.
    pub epoch: i64,
    /// How often the job failed since it last succeeded.
    pub failures: i64,
}

/// Whether a job can be done now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobTurn {
    /// The job is the caller's until its lease lapses.
    Claimed(JobClaim),
    /// The job is not due, or another process has it: ask again after this time.
    Later(Duration),
}

/// How a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobOutcome {
    /// The count of failures starts again.
    Succeeded,
    Failed,
    /// The job was not finished and counts neither way.
    Interrupted,
}

/// Jobs that several processes share and one of them does at a time. All times are those of the database's clock.
#[async_trait]
pub trait Jobs: Send + Sync {
    /// Claims the job `name` for `owner` when it is due and no lease on it holds; the lease lasts `lease`. A name that
    /// the store does not know is a new job, which is due at once. Of several callers at once one gets the claim. A
    /// job whose holder died is claimed when its lease has lapsed.
    async fn claim_job(&self, name: &str, owner: &str, lease: Duration) -> Result<JobTurn>;
    /// Extends the lease to `lease` from now. False when the claim is void.
    async fn renew_job(&self, claim: &JobClaim, lease: Duration) -> Result<bool>;
    /// Gives the job up; it is due again in `next_in`. False, and nothing changed, when the claim is void.
    async fn finish_job(&self, claim: &JobClaim, outcome: JobOutcome, next_in: Duration) -> Result<bool>;
}
