//! Following a run: its entries from a number on, first from the store, then live, each once and in order.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use artel_bus::{Bus, Followed, Follower};
use artel_domain::{Entry, Frame, RunId, SessionId, TenantId};
use artel_store::{Store, StoreError};
use futures::Stream;
use futures::stream::unfold;
use tokio::time::Instant;

/// The store is asked at least this often: the live bus only makes it faster.
const POLL: Duration = Duration::from_secs(1);
/// How soon the store is asked again when a live frame shows that it lags behind.
const CATCH_UP: Duration = Duration::from_millis(40);
const PAGE: u32 = 256;
/// Frames kept while the store catches up; more are fetched from the store instead.
const MOST_PENDING: usize = 256;

/// Which run to follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRef {
    pub tenant_id: TenantId,
    pub session_id: SessionId,
    pub run_id: RunId,
}

/// The run's entries with `seq > after_seq`; ends after the run's last one. An error of the store ends it too: the reader resumes.
pub fn follow(
    store: Arc<dyn Store>,
    bus: &dyn Bus,
    run: RunRef,
    after_seq: i64,
) -> impl Stream<Item = Result<Arc<Entry>, StoreError>> + Send + 'static {
    start(store, bus, run, after_seq, Instant::now())
}

/// Like [`follow`] for a run that is not accepted yet, called before it is: nothing can have been missed, so the store is not asked first.
pub fn follow_new(
    store: Arc<dyn Store>,
    bus: &dyn Bus,
    run: RunRef,
) -> impl Stream<Item = Result<Arc<Entry>, StoreError>> + Send + 'static {
    start(store, bus, run, 0, Instant::now() + POLL)
}

fn start(
    store: Arc<dyn Store>,
    bus: &dyn Bus,
    run: RunRef,
    last: i64,
    read_at: Instant,
) -> impl Stream<Item = Result<Arc<Entry>, StoreError>> + Send + 'static {
    // Subscribed before the first read, so that nothing falls between the two.
    let live = bus.follow(run.tenant_id, &run.session_id);
    let reader = Reader { store, live, run, last, read_at, ready: VecDeque::new(), pending: BTreeMap::new(), over: false };
    unfold(reader, |mut reader| async move { reader.next().await.map(|item| (item, reader)) })
}

struct Reader {
    store: Arc<dyn Store>,
    live: Follower,
    run: RunRef,
    /// The newest entry given out.
    last: i64,
    /// When the store is asked next.
    read_at: Instant,
    ready: VecDeque<Arc<Entry>>,
    /// Live frames whose predecessor has not been seen yet.
    pending: BTreeMap<i64, Arc<Frame>>,
    over: bool,
}

impl Reader {
    async fn next(&mut self) -> Option<Result<Arc<Entry>, StoreError>> {
        loop {
            if let Some(entry) = self.ready.pop_front() {
                self.last = entry.seq;
                self.over = entry.event.is_end();
                return Some(Ok(entry));
            }
            if self.over {
                return None;
            }
            if Instant::now() >= self.read_at {
                if let Err(error) = self.read().await {
                    self.over = true;
                    return Some(Err(error));
                }
                self.take_pending();
                continue;
            }
            match tokio::time::timeout_at(self.read_at, self.live.next()).await {
                Ok(Followed::Frame(frame)) => self.take(frame),
                Ok(Followed::Lagged) => self.read_at = Instant::now(),
                Ok(Followed::Closed) => tokio::time::sleep_until(self.read_at).await,
                Err(_) => {}
            }
        }
    }

    fn take(&mut self, frame: Arc<Frame>) {
        if frame.entry.run_id != self.run.run_id || frame.entry.seq <= self.last {
            return;
        }
        if frame.prev == self.last {
            self.ready.push_back(frame.entry.clone());
            return;
        }
        // Something is missing in between; the store has it, or will have it shortly.
        self.read_at = self.read_at.min(if self.pending.is_empty() { Instant::now() } else { Instant::now() + CATCH_UP });
        if self.pending.len() < MOST_PENDING {
            self.pending.insert(frame.entry.seq, frame);
        }
    }

    async fn read(&mut self) -> Result<(), StoreError> {
        let entries = self.store.run_entries(self.run.tenant_id, self.run.run_id, self.last, PAGE).await?;
        let full = entries.len() == PAGE as usize;
        self.ready.extend(entries.into_iter().map(Arc::new));
        let soon = if full {
            Duration::ZERO
        } else if self.pending.is_empty() {
            POLL
        } else {
            CATCH_UP
        };
        self.read_at = Instant::now() + soon;
        Ok(())
    }

    /// Moves the frames that now follow without a gap behind what the store gave.
    fn take_pending(&mut self) {
        let mut newest = self.ready.back().map_or(self.last, |entry| entry.seq);
        self.pending = self.pending.split_off(&(newest + 1));
        while let Some(first) = self.pending.first_entry().filter(|first| first.get().prev == newest) {
            let frame = first.remove();
            newest = frame.entry.seq;
            self.ready.push_back(frame.entry.clone());
        }
    }
}
