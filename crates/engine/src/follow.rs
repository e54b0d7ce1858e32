//! Following a run or a session: its entries from a number on, first from the store, then live, each once and in order.

mod reader;
mod session;

use std::sync::Arc;

use artel_bus::Bus;
use artel_domain::{Entry, RunId, SessionId};
use artel_store::{RunStore, StoreError, Viewer};
use futures::Stream;
use tokio::time::Instant;

use reader::{POLL, Reader, Subject};
pub use reader::{Pieces, SessionRef};
pub use session::{SessionEntries, follow_session};

/// Which run to follow, and for whom.
#[derive(Debug, Clone)]
pub struct RunRef {
    pub viewer: Viewer,
    pub session_id: SessionId,
    pub run_id: RunId,
}

/// The run's entries with `seq > after_seq`; ends after the run's last one. An error of the store ends it too: the
/// reader resumes.
pub fn follow(
    store: Arc<dyn RunStore>,
    bus: &dyn Bus,
    run: RunRef,
    after_seq: i64,
) -> impl Stream<Item = Result<Arc<Entry>, StoreError>> + Send + 'static {
    start(store, bus, run, after_seq, Instant::now())
}

/// Like [`follow`] for a run that is not accepted yet, called before it is: nothing can have been missed, so the store
/// is not asked first.
pub fn follow_new(
    store: Arc<dyn RunStore>,
    bus: &dyn Bus,
    run: RunRef,
) -> impl Stream<Item = Result<Arc<Entry>, StoreError>> + Send + 'static {
    start(store, bus, run, 0, Instant::now() + POLL)
}

fn start(
    store: Arc<dyn RunStore>,
    bus: &dyn Bus,
    run: RunRef,
    last: i64,
    read_at: Instant,
) -> impl Stream<Item = Result<Arc<Entry>, StoreError>> + Send + 'static {
    // Subscribed before the first read, so that nothing falls between the two.
    let live = bus.follow(run.viewer.tenant_id, &run.session_id);
    let session = SessionRef { viewer: run.viewer, session_id: run.session_id };
    Reader::new(store, live, session, Subject::Run(run.run_id), last, read_at).into_stream()
}
