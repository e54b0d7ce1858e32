//! Writes a run's entries: numbers them, commits them under the fence, puts them on the live bus.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use artel_domain::{Entry, Event, Frame, Run};
use artel_store::{Claim, Fence, Step, StoreError};
use artel_tools::BrokeOff;
use futures::future::BoxFuture;
use tokio::time::Instant;

use crate::Deps;
use crate::signals::LetGo;
use crate::store_away::Pauses;

/// Journal numbers reserved at a time. Deltas use them before they are stored, so that a number that a reader may have
/// seen is never used again, whatever happens to this process.
pub(crate) const BLOCK: i64 = 1024;
/// Deltas are stored when there are this many, or the oldest has waited this long.
const BATCH: usize = 32;
const BATCH_AGE: Duration = Duration::from_millis(200);

/// Why a driver stops without an end of the run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stop {
    /// Told to let go, or another worker has the run.
    #[error("the run is not ours any more")]
    LetGo,
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Calls could not be judged.
    #[error(transparent)]
    Judged(#[from] BrokeOff),
}

pub(crate) struct Scribe {
    deps: Arc<Deps>,
    fence: Fence,
    let_go: LetGo,
    next_seq: i64,
    end_seq: i64,
    /// The run's newest entry on the bus.
    prev: i64,
    /// Deltas on the bus that are not in the store yet.
    unsaved: VecDeque<Arc<Frame>>,
    oldest_unsaved: Option<Instant>,
    saving: Option<Saving>,
}

/// A batch of deltas on its way into the store.
struct Saving {
    write: BoxFuture<'static, Result<(), Stop>>,
    newest: Option<Arc<Frame>>,
}

impl Scribe {
    pub(crate) fn new(deps: Arc<Deps>, claim: &Claim, let_go: LetGo, last_seq: i64) -> Self {
        let fence = fence(claim);
        let (next_seq, end_seq) = (claim.first_seq, claim.first_seq + BLOCK);
        Self {
            deps,
            fence,
            let_go,
            next_seq,
            end_seq,
            prev: last_seq,
            unsaved: VecDeque::new(),
            oldest_unsaved: None,
            saving: None,
        }
    }

    /// A new entry with the next number, not written yet.
    pub(crate) fn entry(&mut self, event: Event) -> Entry {
        let seq = self.next_seq;
        self.next_seq += 1;
        Entry { seq, run_id: self.fence.run_id, at: self.deps.clock.now(), event }
    }

    /// Sends a delta to those who watch; it is stored later, with the same number and the same boundaries.
    pub(crate) async fn stream(&mut self, event: Event) -> Result<(), Stop> {
        // The last numbers of the block are kept for entries that a commit brings.
        if self.end_seq - self.next_seq < BLOCK / 4 {
            self.save().await?;
        }
        let entry = self.entry(event);
        let frame = self.publish(entry, false);
        self.unsaved.push_back(frame);
        self.oldest_unsaved.get_or_insert_with(|| Instant::now() + BATCH_AGE);
        if self.unsaved.len() >= BATCH && self.saving.is_none() {
            self.begin_saving();
        }
        Ok(())
    }

    /// Drives saving in the background; pending while there is nothing to save.
    pub(crate) async fn saving(&mut self) -> Result<(), Stop> {
        if self.saving.is_none() {
            match self.oldest_unsaved {
                Some(due) => tokio::time::sleep_until(due).await,
                None => std::future::pending().await,
            }
            self.begin_saving();
        }
        let result = match &mut self.saving {
            Some(saving) => (&mut saving.write).await,
            None => Ok(()),
        };
        let saved = self.saving.take();
        result?;
        self.confirm(saved.and_then(|saved| saved.newest));
        Ok(())
    }

    /// Writes entries and what `step` says that they change in one transaction, after all deltas before them, then puts
    /// them on the bus.
    pub(crate) async fn commit(&mut self, run: &Run, entries: Vec<Entry>, mut step: Step) -> Result<(), Stop> {
        if let Some(saving) = self.saving.take() {
            saving.write.await?;
        }
        let shown = entries.clone();
        step.entries = self.take_unsaved().into_iter().chain(entries).collect();
        let step = self.prepare(step);
        write(self.deps.clone(), self.fence.clone(), self.let_go.clone(), step).await?;
        for entry in shown {
            crate::telemetry::count(run, &entry);
            self.publish(entry, true);
        }
        Ok(())
    }

    /// Stores all deltas that are on the bus.
    async fn save(&mut self) -> Result<(), Stop> {
        if self.saving.is_some() {
            self.saving().await?;
        }
        self.begin_saving();
        self.saving().await
    }

    fn begin_saving(&mut self) {
        let newest = self.unsaved.back().cloned();
        let entries = self.take_unsaved();
        let step = self.prepare(Step { entries, ..Step::default() });
        let write = Box::pin(write(self.deps.clone(), self.fence.clone(), self.let_go.clone(), step));
        self.saving = Some(Saving { write, newest });
    }

    fn take_unsaved(&mut self) -> Vec<Entry> {
        self.oldest_unsaved = None;
        self.unsaved.drain(..).map(|frame| Entry::clone(&frame.entry)).collect()
    }

    /// Tells those who show only what is stored that a batch of deltas is.
    fn confirm(&self, newest: Option<Arc<Frame>>) {
        if let Some(frame) = newest {
            self.deps.bus.publish(Arc::new(Frame { stored: true, ..Frame::clone(&frame) }));
        }
    }

    fn prepare(&mut self, mut step: Step) -> Step {
        step.at = self.deps.clock.now();
        step.next_seq = self.next_seq;
        if self.end_seq - self.next_seq < BLOCK / 2 && step.phase.is_none() {
            step.reserve = BLOCK;
            self.end_seq = self.next_seq + BLOCK;
        }
        step
    }

    fn publish(&mut self, entry: Entry, stored: bool) -> Arc<Frame> {
        let seq = entry.seq;
        let frame = Arc::new(Frame {
            tenant_id: self.fence.tenant_id,
            session_id: self.fence.session_id.clone(),
            prev: self.prev,
            entry: Arc::new(entry),
            stored,
        });
        self.prev = seq;
        self.deps.bus.publish(frame.clone());
        frame
    }
}

pub(crate) fn fence(claim: &Claim) -> Fence {
    let run = &claim.run;
    Fence { tenant_id: run.tenant_id, session_id: run.session_id.clone(), run_id: run.id, epoch: run.epoch }
}

/// Commits; while the store is away, again until it is back or the run is to be let go. An answer may have been lost:
/// entries that are there already are ours, because nobody else may use their numbers.
async fn write(deps: Arc<Deps>, fence: Fence, mut let_go: LetGo, step: Step) -> Result<(), Stop> {
    let mut pauses = Pauses::new(fence.run_id);
    let mut tried = false;
    loop {
        let error = match deps.store.commit(&fence, step.clone()).await {
            Ok(()) => return Ok(()),
            Err(StoreError::Duplicate(_)) if tried => return Ok(()),
            Err(StoreError::Fenced) => return Err(Stop::LetGo),
            Err(error @ StoreError::Unavailable(_)) => error,
            Err(error) => return Err(error.into()),
        };
        tried = true;
        tokio::select! {
            () = let_go.told() => return Err(Stop::LetGo),
            () = pauses.wait("the journal cannot be written now", &error) => {}
        }
    }
}
