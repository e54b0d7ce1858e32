use std::sync::Arc;
use std::time::Duration;

use artel_domain::{Frame, RateLimit, RunId, SessionId, TenantId};
use async_trait::async_trait;

use crate::{Cancellations, Follower};

/// The seam between one process and many. No method fails, and none but the two `async` ones waits.
#[async_trait]
pub trait Bus: Send + Sync {
    /// Hands a live journal entry to everyone who follows its session.
    fn publish(&self, frame: Arc<Frame>);

    /// Follows a session from now on. Follow first, read the store second: then nothing falls between the two.
    fn follow(&self, tenant: TenantId, session: &SessionId) -> Follower;

    /// Something became runnable: one waiting worker of every process looks for it.
    fn wake_workers(&self);

    /// Returns when woken since the last wait. One wake-up may stand for many runs: claim until there is nothing left.
    async fn wait_for_work(&self);

    /// Asks whoever drives this run to look at its cancel flag in the store.
    fn cancel_run(&self, run: RunId);

    /// The runs named by [`Bus::cancel_run`] from now on.
    fn cancellations(&self) -> Cancellations;

    /// Counts one use of `key` against `rate` (GCRA: bursts up to the count, then evenly spread).
    async fn admit(&self, key: &str, rate: RateLimit) -> Admission;
}

/// The answer of [`Bus::admit`]. A refused use is not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Admission {
    pub allowed: bool,
    /// How many uses are allowed at once.
    pub limit: u32,
    /// How many of them are left right now.
    pub remaining: u32,
    /// When the next use will be allowed; zero when this one was.
    pub retry_after: Duration,
    /// When all of `limit` will be there again.
    pub reset_after: Duration,
    /// The count shared with other processes could not be reached, and this is the process's own: what must fail
    /// closed (logins, tokens) refuses now.
    pub degraded: bool,
}
