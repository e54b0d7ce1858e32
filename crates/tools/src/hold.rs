//! How long a worker may act for a run.

use std::sync::Arc;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use tokio::sync::watch;

/// A worker's hold of a run: it ends with the lease, and goes on when the lease is renewed.
///
/// Another worker may take a run over as soon as the lease is over. A process that stood still beyond it (a stopped
/// process, a suspended machine) does not know yet: what it does next for the run might be done twice. So whoever acts
/// on the world for a run waits for the hold first.
#[derive(Debug, Clone)]
pub struct Hold(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    lease: Duration,
    /// In the time of [`now`].
    until: watch::Sender<Duration>,
}

impl Hold {
    /// # Arguments
    /// * `lease`: how long the store keeps the run for this worker.
    /// * `asked_at`: [`now`] before the store was asked for it.
    pub fn new(lease: Duration, asked_at: Duration) -> Self {
        Self(Arc::new(Inner { lease, until: watch::Sender::new(asked_at + lease) }))
    }

    /// The store renewed the lease when it was asked at this time.
    pub fn renewed(&self, asked_at: Duration) {
        self.0.until.send_replace(asked_at + self.0.lease);
    }

    /// Waits until the run is certainly this worker's. May be dropped at any time.
    pub async fn wait(&self) {
        let mut until = self.0.until.subscribe();
        while *until.borrow_and_update() <= now() {
            // The sender lives as long as `self`.
            let _ = until.changed().await;
        }
    }
}

/// The time since the machine was started, also while it was suspended.
pub fn now() -> Duration {
    let time = clock_gettime(ClockId::Boottime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Hold, now};

    const LEASE: Duration = Duration::from_secs(10);

    #[tokio::test]
    async fn a_hold_ends_with_the_lease_and_goes_on_when_it_is_renewed() {
        let hold = Hold::new(LEASE, now());
        hold.wait().await;
        let over = now().checked_sub(LEASE).unwrap();
        hold.renewed(over);
        let short = Duration::from_millis(50);
        let mut waiting = std::pin::pin!(hold.wait());
        tokio::time::timeout(short, &mut waiting).await.unwrap_err();
        // What was asked before the standstill says nothing about the time after it.
        hold.renewed(over);
        tokio::time::timeout(short, &mut waiting).await.unwrap_err();
        hold.renewed(now());
        waiting.await;
    }
}
