use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use artel_domain::Clock;
use artel_store::{JobClaim, JobOutcome, JobTurn, Jobs};
use futures::FutureExt as _;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::job::{Job, JobResult};
use crate::pauses::{retry_in, with_jitter};

/// What a scheduler works with.
#[derive(Clone)]
pub struct SchedulerDeps {
    pub store: Arc<dyn Jobs>,
    pub clock: Arc<dyn Clock>,
    /// Unique among live processes; shown in the store as the holder of a job.
    pub owner: String,
    /// How long a job stays with a process that does not renew its lease.
    pub lease: Duration,
}

/// Does jobs when they are due, until it is shut down.
pub struct Scheduler {
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Scheduler {
    /// Starts at once. Each job has a task of its own, so that a long one holds up no other.
    pub fn start(deps: &SchedulerDeps, jobs: Vec<Job>) -> Self {
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        for job in jobs {
            tasks.spawn(Keeper { deps: deps.clone(), job, stop: stop.clone() }.keep());
        }
        Self { tasks, stop }
    }

    /// Breaks off what is being done and gives it up, so that another process does it at once.
    pub async fn shutdown(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// One job in one process.
struct Keeper {
    deps: SchedulerDeps,
    job: Job,
    stop: CancellationToken,
}

impl Keeper {
    async fn keep(self) {
        while !self.stop.is_cancelled() {
            let pause = with_jitter(self.turn().await, &*self.deps.clock);
            self.stop.run_until_cancelled(tokio::time::sleep(pause)).await;
        }
    }

    /// Does the job when it is due; how long to wait before asking again.
    async fn turn(&self) -> Duration {
        match self.deps.store.claim_job(&self.job.name, &self.deps.owner, self.deps.lease).await {
            Ok(JobTurn::Claimed(claim)) => self.work(&claim).await,
            // Another process may be told to do it sooner, by a failure or a shutdown.
            Ok(JobTurn::Later(wait)) => wait.min(self.job.every),
            Err(error) => {
                tracing::warn!(job = self.job.name, %error, "whether the job is due cannot be told");
                retry_in(0, self.job.every)
            }
        }
    }

    async fn work(&self, claim: &JobClaim) -> Duration {
        let (outcome, next_in) = tokio::select! {
            result = self.guarded() => self.judge(result, claim),
            () = self.lost(claim) => {
                tracing::warn!(job = self.job.name, "the job's lease was lost; another process does it");
                return self.job.every;
            }
            () = self.stop.cancelled() => (JobOutcome::Interrupted, Duration::ZERO),
        };
        if let Err(error) = self.deps.store.finish_job(claim, outcome, next_in).await {
            tracing::warn!(job = self.job.name, %error, "the job's end was not noted; it is done again when its lease is over");
        }
        next_in
    }

    /// A panic is a failure of the job, not of its keeper.
    async fn guarded(&self) -> JobResult {
        let done = AssertUnwindSafe(async { (self.job.run)().await }).catch_unwind().await;
        done.unwrap_or_else(|_| Err("the job panicked".into()))
    }

    fn judge(&self, result: JobResult, claim: &JobClaim) -> (JobOutcome, Duration) {
        let name = &self.job.name;
        match result {
            Ok(done) => {
                if done > 0 {
                    tracing::info!(job = name, done, "job done");
                }
                (JobOutcome::Succeeded, self.job.every)
            }
            Err(error) => {
                let next_in = retry_in(claim.failures, self.job.every);
                tracing::warn!(job = name, error, retry_in_seconds = next_in.as_secs(), "job failed");
                (JobOutcome::Failed, next_in)
            }
        }
    }

    /// Renews the lease until it is lost. A store that cannot be asked may still have it.
    async fn lost(&self, claim: &JobClaim) {
        loop {
            tokio::time::sleep(self.deps.lease / 3).await;
            match self.deps.store.renew_job(claim, self.deps.lease).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => tracing::warn!(job = self.job.name, %error, "the job's lease was not renewed"),
            }
        }
    }
}
