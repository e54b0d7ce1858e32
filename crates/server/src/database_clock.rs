//! The clock of an installation whose processes share a database: the database's. A process whose own clock is wrong
//! ends nobody's approval, login or key early, and nobody's late.
//!
//! Between two readings time goes on by the machine's monotonic clock, which nobody sets.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use artel_domain::clock::micros;
use artel_domain::{Clock, SystemClock, Timestamp};
use artel_store::{ClockReading, Operations};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;
use uuid::{ContextV7, Uuid};

const READ_EVERY: Duration = Duration::from_secs(5);
/// A reading that took longer says too little.
const SLOWEST_READING: Duration = Duration::from_secs(1);
/// Operators hear of a machine whose own clock differs by more.
const WORTH_TELLING: Duration = Duration::from_secs(1);

/// Keeps the database's time, until it is dropped.
pub(crate) struct DatabaseClock {
    anchor: Arc<RwLock<Anchor>>,
    /// Makes ids of one moment follow one another.
    ids: Mutex<ContextV7>,
    _reading: DropGuard,
}

/// The database's time at a moment of this process.
#[derive(Debug, Clone, Copy)]
struct Anchor {
    time: Timestamp,
    at: Instant,
}

impl Anchor {
    /// The database looked at its clock at some moment of the reading: the middle is wrong by half of it at most.
    fn of(reading: &ClockReading) -> Self {
        let took = reading.answered.saturating_duration_since(reading.asked);
        Self { time: reading.time, at: reading.asked + took / 2 }
    }

    fn time_at(&self, moment: Instant) -> Timestamp {
        let since = |from: Instant, to: Instant| to.saturating_duration_since(from).as_micros() as i64;
        let passed = since(self.at, moment) - since(moment, self.at);
        micros(self.time.as_microsecond().saturating_add(passed))
    }
}

impl DatabaseClock {
    /// Reads the database's clock, and again every few seconds.
    pub(crate) async fn start(store: Arc<dyn Operations>) -> artel_store::Result<Self> {
        let first = Anchor::of(&store.read_clock().await?);
        tell_difference(&first);
        let (anchor, stop, tasks) = (Arc::new(RwLock::new(first)), CancellationToken::new(), TaskTracker::new());
        tasks.spawn(stop.clone().run_until_cancelled_owned(keep_reading(store, anchor.clone())));
        Ok(Self { anchor, ids: Mutex::new(ContextV7::new()), _reading: stop.drop_guard() })
    }
}

impl Clock for DatabaseClock {
    fn now(&self) -> Timestamp {
        self.anchor.read().unwrap_or_else(PoisonError::into_inner).time_at(Instant::now())
    }

    fn uuid(&self) -> Uuid {
        let now = self.now();
        let (seconds, nanos) = (now.as_second().unsigned_abs(), now.subsec_nanosecond().unsigned_abs());
        Uuid::new_v7(uuid::Timestamp::from_unix(&self.ids, seconds, nanos))
    }
}

/// While the database does not answer, the last reading holds.
async fn keep_reading(store: Arc<dyn Operations>, anchor: Arc<RwLock<Anchor>>) {
    loop {
        tokio::time::sleep(READ_EVERY).await;
        match store.read_clock().await {
            Ok(reading) if reading.answered.saturating_duration_since(reading.asked) <= SLOWEST_READING => {
                *anchor.write().unwrap_or_else(PoisonError::into_inner) = Anchor::of(&reading);
            }
            Ok(_) => {}
            Err(error) => tracing::debug!(%error, "the database's clock was not read"),
        }
    }
}

fn tell_difference(anchor: &Anchor) {
    let ahead = SystemClock.now().as_microsecond() - anchor.time_at(Instant::now()).as_microsecond();
    if ahead.unsigned_abs() > WORTH_TELLING.as_micros() as u64 {
        let ahead_seconds = ahead / 1_000_000;
        tracing::warn!(ahead_seconds, "this machine's clock differs from the database's, which is the one that counts");
    }
}

#[cfg(test)]
mod tests;
