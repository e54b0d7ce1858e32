//! The form in which every event is told.

use artel_domain::{Entry, SessionId, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::fact::Fact;
use super::observer::Observer;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Envelope {
    /// The same event has the same id whenever it is read.
    pub(super) event_id: Uuid,
    pub(super) event_type: &'static str,
    event_category: &'static str,
    pub(super) timestamp: Timestamp,
    pub(super) session_id: SessionId,
    /// The trace id of the request that the run began with.
    pub(super) correlation_id: String,
    /// The event before it that came of the same entry.
    causation_id: Option<Uuid>,
    pub(super) data: Map<String, Value>,
    source: &'static str,
    version: &'static str,
    #[serde(skip)]
    pub(super) fact: Fact,
}

/// The events of an entry.
pub(super) fn envelopes(observer: &mut Observer, session: &SessionId, entry: &Entry) -> Vec<Envelope> {
    let facts = observer.take(entry);
    let id = |index: usize| Uuid::new_v5(&entry.run_id.0, format!("event/{}/{index}", entry.seq).as_bytes());
    let wrap = |(index, fact): (usize, Fact)| Envelope {
        event_id: id(index),
        event_type: fact.name(),
        event_category: fact.category(),
        timestamp: entry.at,
        session_id: session.clone(),
        correlation_id: observer.correlation_id.clone(),
        causation_id: index.checked_sub(1).map(id),
        data: fact.data(),
        source: "agent-runtime",
        version: "1.0",
        fact,
    };
    facts.into_iter().enumerate().map(wrap).collect()
}
