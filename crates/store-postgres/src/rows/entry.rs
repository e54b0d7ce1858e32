use artel_domain::{Entry, Event, RunId};
use uuid::Uuid;

use crate::values::time;

#[derive(Debug)]
pub(crate) struct EntryRow {
    pub(crate) seq: i64,
    pub(crate) run_id: Uuid,
    pub(crate) kind: String,
    pub(crate) payload: String,
    pub(crate) created_at: i64,
}

impl From<EntryRow> for Entry {
    fn from(row: EntryRow) -> Self {
        Self {
            seq: row.seq,
            run_id: RunId(row.run_id),
            at: time(row.created_at),
            event: Event::read(&row.kind, &row.payload),
        }
    }
}

/// The entry's text as it is stored.
pub(crate) fn payload(entry: &Entry) -> sqlx::Result<String> {
    Ok(entry.event.payload().map_err(|error| sqlx::Error::Encode(error.into()))?.into_owned())
}
