use std::collections::btree_map::OccupiedEntry;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use artel_bus::{Followed, Follower};
use artel_domain::{Entry, Frame, RunId, SessionId};
use artel_store::{RunStore, StoreError, Viewer};
use futures::Stream;
use futures::stream::unfold;
use tokio::time::Instant;

/// The store is asked at least this often: the live bus only makes it faster.
pub(super) const POLL: Duration = Duration::from_secs(1);
/// The same of a session, where nothing may happen for hours: the pause doubles up to this.
const LONGEST_POLL: Duration = Duration::from_secs(16);
/// How soon the store is asked again when a live frame shows that it lags behind.
const CATCH_UP: Duration = Duration::from_millis(40);
const PAGE: u32 = 256;
/// The same of a session, whose entries hold whole files.
const SESSION_PAGE: u32 = 32;
/// Frames kept while the store catches up; more are fetched from the store instead.
const MOST_PENDING: usize = 256;

/// Whose entries are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    /// One run's, to its end.
    Run(RunId),
    /// All runs' of the session, for ever.
    Session,
}

/// When the pieces of an answer are given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pieces {
    /// As they come. A crash of the worker can take some of them out of the journal again.
    #[default]
    Live,
    /// When they are stored, a fraction of a second later: for readers who go on behind them after a crash.
    Stored,
}

/// Which session to follow, and for whom.
#[derive(Debug, Clone)]
pub struct SessionRef {
    pub viewer: Viewer,
    pub session_id: SessionId,
}

pub(super) struct Reader {
    store: Arc<dyn RunStore>,
    live: Follower,
    session: SessionRef,
    subject: Subject,
    /// The newest entry given out.
    last: i64,
    /// When the store is asked next.
    read_at: Instant,
    /// How long it is left alone while nothing happens.
    pause: Duration,
    ready: VecDeque<Arc<Entry>>,
    /// Live frames whose predecessor has not been seen yet, or that are not to be shown yet.
    pending: BTreeMap<i64, Arc<Frame>>,
    pieces: Pieces,
    /// With [`Pieces::Stored`]: the store has everything up to this number.
    stored: i64,
    over: bool,
}

impl Reader {
    pub(super) fn new(
        store: Arc<dyn RunStore>,
        live: Follower,
        session: SessionRef,
        subject: Subject,
        last: i64,
        read_at: Instant,
    ) -> Self {
        let (ready, pending) = (VecDeque::new(), BTreeMap::new());
        let (pause, pieces) = (POLL, Pieces::Live);
        Self { store, live, session, subject, last, read_at, pause, ready, pending, pieces, stored: last, over: false }
    }

    pub(super) fn showing(self, pieces: Pieces) -> Self {
        Self { pieces, ..self }
    }

    pub(super) fn into_stream(self) -> impl Stream<Item = Result<Arc<Entry>, StoreError>> + Send + 'static {
        unfold(self, |mut reader| async move { reader.next().await.map(|item| (item, reader)) })
    }

    async fn next(&mut self) -> Option<Result<Arc<Entry>, StoreError>> {
        loop {
            if let Some(entry) = self.ready.pop_front() {
                self.last = entry.seq;
                self.over = self.subject != Subject::Session && entry.event.is_end();
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
        if self.is_other(&frame) || frame.entry.seq <= self.last {
            return;
        }
        self.pause = POLL;
        if self.pieces == Pieces::Stored {
            return self.hold(frame);
        }
        if frame.prev == self.last {
            self.ready.push_back(frame.entry.clone());
            return;
        }
        self.keep(frame);
    }

    /// Keeps a frame until it is known to be stored.
    fn hold(&mut self, frame: Arc<Frame>) {
        let is_stored = frame.is_stored();
        let seq = frame.entry.seq;
        self.read_at = self.read_at.min(Instant::now() + POLL);
        if self.pending.len() < MOST_PENDING {
            self.pending.insert(seq, frame);
        }
        if is_stored {
            self.stored = self.stored.max(seq);
            self.take_pending();
            let has_gap = self.ready.back().is_none_or(|entry| entry.seq < seq);
            if has_gap {
                self.read_at = Instant::now();
            }
        }
    }

    /// Keeps a frame until what is before it is there.
    fn keep(&mut self, frame: Arc<Frame>) {
        // Something is missing in between, or may be where another run begins; the store has it, or will have it
        // shortly.
        self.read_at =
            self.read_at.min(if self.pending.is_empty() { Instant::now() } else { Instant::now() + CATCH_UP });
        if self.pending.len() < MOST_PENDING {
            self.pending.insert(frame.entry.seq, frame);
        }
    }

    fn is_other(&self, frame: &Frame) -> bool {
        matches!(self.subject, Subject::Run(run) if run != frame.entry.run_id)
    }

    async fn read(&mut self) -> Result<(), StoreError> {
        let SessionRef { viewer, session_id } = &self.session;
        let (entries, page) = match self.subject {
            Subject::Run(run) => (self.store.run_entries(viewer, run, self.last, PAGE).await?, PAGE),
            Subject::Session => {
                (self.store.session_entries_after(viewer, session_id, self.last, SESSION_PAGE).await?, SESSION_PAGE)
            }
        };
        let full = entries.len() == page as usize;
        let soon = match (full, self.waits_for_store()) {
            (true, _) => Duration::ZERO,
            (false, true) => CATCH_UP,
            (false, false) => self.pause_after(entries.is_empty()),
        };
        self.ready.extend(entries.into_iter().map(Arc::new));
        self.read_at = Instant::now() + soon;
        Ok(())
    }

    /// A frame may be shown as soon as the store gives what is before it.
    fn waits_for_store(&self) -> bool {
        self.pending.first_key_value().is_some_and(|(seq, _)| *seq <= self.shown_to())
    }

    /// The newest number that may be shown.
    fn shown_to(&self) -> i64 {
        if self.pieces == Pieces::Stored { self.stored } else { i64::MAX }
    }

    fn pause_after(&mut self, silence: bool) -> Duration {
        let pause = if silence { self.pause } else { POLL };
        if self.subject == Subject::Session {
            self.pause = (pause * 2).min(LONGEST_POLL);
        }
        pause
    }

    /// Moves the frames that now follow without a gap, and may be shown, behind what the store gave.
    fn take_pending(&mut self) {
        let mut newest = self.ready.back().map_or(self.last, |entry| entry.seq);
        self.pending = self.pending.split_off(&(newest + 1));
        let shown_to = self.shown_to();
        let follows =
            |first: &OccupiedEntry<'_, i64, Arc<Frame>>, newest| first.get().prev == newest && *first.key() <= shown_to;
        while let Some(first) = self.pending.first_entry().filter(|first| follows(first, newest)) {
            let frame = first.remove();
            newest = frame.entry.seq;
            self.ready.push_back(frame.entry.clone());
        }
    }
}
