use artel_domain::{Entry, RunId};
use uuid::Uuid;

use crate::values::{parsed, time};

#[derive(Debug)]
pub(crate) struct EntryRow {
    pub(crate) seq: i64,
    pub(crate) run_id: Uuid,
    pub(crate) payload: String,
    pub(crate) created_at: i64,
}

impl TryFrom<EntryRow> for Entry {
    type Error = sqlx::Error;

    fn try_from(row: EntryRow) -> sqlx::Result<Self> {
        Ok(Self { seq: row.seq, run_id: RunId(row.run_id), at: time(row.created_at), event: parsed(&row.payload)? })
    }
}
