use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;

/// Why a job failed, for the log.
pub type JobError = Box<dyn std::error::Error + Send + Sync>;
/// How many things a job did.
pub type JobResult = Result<u64, JobError>;

/// What is done again and again, by one process at a time.
#[derive(Clone)]
pub struct Job {
    /// The name under which all processes share the job.
    pub name: String,
    /// From the end of one run to the beginning of the next.
    pub every: Duration,
    /// Must bear being dropped at any await, and being done again from its beginning.
    pub run: Arc<dyn Fn() -> BoxFuture<'static, JobResult> + Send + Sync>,
}

impl Job {
    /// A job that calls `run` every `every`.
    pub fn new<F>(name: impl Into<String>, every: Duration, run: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = JobResult> + Send + 'static,
    {
        Self { name: name.into(), every, run: Arc::new(move || Box::pin(run())) }
    }
}
