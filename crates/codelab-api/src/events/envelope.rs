//! The form in which every event is told.

use artel_domain::{Entry, RunId, SessionId, Timestamp};
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
    let id = |index: usize| event_id(entry.run_id, entry.seq, index);
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

/// The id of the event that comes of an entry as its `index`th.
///
/// FROZEN: the name under which it is made, because readers drop events whose id they have seen.
fn event_id(run: RunId, seq: i64, index: usize) -> Uuid {
    Uuid::new_v5(&run.0, format!("event/{seq}/{index}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_the_same_id_for_ever() {
        assert_eq!(event_id(RunId(Uuid::from_u128(7)), 12, 1).to_string(), "3d634966-e8bd-583e-b61e-d46aaf82ef20");
    }
}
