use std::sync::Arc;
use std::time::Duration;

use artel_domain::{Frame, RateLimit, RunId, SessionId, TenantId};
use async_trait::async_trait;

use crate::{AccessChanges, Cancellations, Follower};

/// The messages between parts of the product, within one process or many. No method returns an error, and only the
/// `async` methods wait.
#[async_trait]
pub trait Bus: Send + Sync {
    /// Whether the other processes are reached now; `None` for a bus that has none.
    async fn is_connected(&self) -> Option<bool> {
        None
    }

    /// Sends a live journal entry to all followers of its session.
    fn publish(&self, frame: Arc<Frame>);

    /// Follows a session from now on. Follow first and read the store second; then no entry is missed between the two.
    fn follow(&self, tenant: TenantId, session: &SessionId) -> Follower;

    /// Reports that a run became runnable. In every process, one waiting worker looks for it.
    fn wake_workers(&self);

    /// Waits for the next wake-up since the last wait. One wake-up may stand for many runs, so a worker claims runs
    /// until there are none left.
    async fn wait_for_work(&self);

    /// Asks the worker that drives this run to look at its cancel flag in the store.
    fn cancel_run(&self, run: RunId);

    /// The runs that [`Bus::cancel_run`] names from now on.
    fn cancellations(&self) -> Cancellations;

    /// Somebody's access ended, or may have: whoever keeps connections open asks the store whose.
    fn access_changed(&self);

    /// The calls of [`Bus::access_changed`] from now on.
    fn access_changes(&self) -> AccessChanges;

    /// Counts one use of `key` against `rate`.
    ///
    /// # Arguments
    /// * `key`: what is limited, such as a caller or a tool. Different rates of one key are counted separately.
    /// * `rate`: uses per period. The algorithm is GCRA: a burst up to the count, then uses at even intervals.
    async fn admit(&self, key: &str, rate: RateLimit) -> Admission;

    /// The value that is kept under `key`; `None` when there is none any more, or it cannot be read now.
    async fn recall(&self, key: &str) -> Option<Vec<u8>>;

    /// Keeps a value for all processes, in place of the one before. It may be forgotten at any time, so nothing may
    /// depend on it.
    ///
    /// # Arguments
    /// * `key`: begins with what it belongs to, so that two uses share none.
    /// * `ttl`: the longest that it is kept, in whole milliseconds.
    async fn remember(&self, key: &str, value: Vec<u8>, ttl: Duration);
}

/// The result of [`Bus::admit`]. A refused use is not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Admission {
    /// Whether the use may go on.
    pub allowed: bool,
    /// How many uses are allowed in one burst.
    pub limit: u32,
    /// How many of them are left now.
    pub remaining: u32,
    /// The time until the next use is allowed; zero when this one was.
    pub retry_after: Duration,
    /// The time until all of `limit` is available again.
    pub reset_after: Duration,
    /// Redis could not be reached, so only this process's own uses were counted. A caller that must fail closed
    /// (logins, tokens) refuses the use.
    pub degraded: bool,
}
