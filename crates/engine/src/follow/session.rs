use std::sync::Arc;

use artel_bus::Bus;
use artel_domain::{Entry, Event};
use artel_store::{RunStore, StoreError};
use futures::StreamExt as _;
use futures::stream::BoxStream;
use tokio::time::Instant;

use super::reader::{Pieces, Reader, SessionRef, Subject};

/// Entries read at once on the way back to where a run began.
const WINDOW: u32 = 256;

/// A session's journal, read on for ever.
pub struct SessionEntries {
    /// The reader knows the entries up to this number; those of the run under way come again, because what follows
    /// makes no sense without them.
    pub known: i64,
    /// Ends with an error of the store only: the reader resumes.
    pub entries: BoxStream<'static, Result<Arc<Entry>, StoreError>>,
}

/// Follows all runs of a session, for a reader who knows its entries up to `after`, or, with `None`, all there are now
/// but for an answer that is being streamed.
///
/// # Errors
/// Fails when the store does.
pub async fn follow_session(
    store: Arc<dyn RunStore>,
    bus: &dyn Bus,
    session: SessionRef,
    after: Option<i64>,
    pieces: Pieces,
) -> Result<SessionEntries, StoreError> {
    // Subscribed before the first read, so that nothing falls between the two.
    let live = bus.follow(session.viewer.tenant_id, &session.session_id);
    let Place { known, first } = place(&*store, &session, after.map(|after| after.max(0))).await?;
    let reader = Reader::new(store, live, session, Subject::Session, first, Instant::now()).showing(pieces);
    Ok(SessionEntries { known, entries: reader.into_stream().boxed() })
}

/// Where a reader stands.
struct Place {
    known: i64,
    /// Entries after this one are read.
    first: i64,
}

async fn place(store: &dyn RunStore, session: &SessionRef, after: Option<i64>) -> Result<Place, StoreError> {
    // 0 would mean no bound; nothing is before 1.
    let mut before = after.map_or(0, |after| after.saturating_add(1));
    let newest = store.session_entries(&session.viewer, &session.session_id, before, 1).await?.pop();
    let Some(newest) = newest else {
        let known = after.unwrap_or(0);
        return Ok(Place { known, first: known });
    };
    let known = after.unwrap_or(newest.seq);
    if newest.event.is_end() {
        return Ok(Place { known, first: known });
    }
    loop {
        let window = store.session_entries(&session.viewer, &session.session_id, before, WINDOW).await?;
        if let Some(start) = window.iter().rev().find(|entry| matches!(entry.event, Event::RunStarted { .. })) {
            return Ok(Place { known, first: start.seq - 1 });
        }
        match window.first() {
            Some(oldest) if window.len() == WINDOW as usize => before = oldest.seq,
            _ => return Ok(Place { known, first: 0 }),
        }
    }
}
