use artel_domain::{Entry, Event, RunId};
use uuid::Uuid;

use crate::error::{Failure, Outcome};
use crate::values::time;

pub(crate) struct EntryRow {
    pub(crate) seq: i64,
    pub(crate) run_id: Uuid,
    pub(crate) kind: String,
    pub(crate) payload: String,
    pub(crate) created_at: i64,
}

impl TryFrom<EntryRow> for Entry {
    type Error = Failure;

    fn try_from(row: EntryRow) -> Outcome<Self> {
        let event = Event::read(&row.kind, &row.payload);
        Ok(Self { seq: row.seq, run_id: RunId(row.run_id), at: time(row.created_at), event })
    }
}

/// After (SQL text) and arguments of a query whose rows are journal entries.
macro_rules! entries {
    ($after:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::rows::EntryRow,
            r#"SELECT seq AS "seq!: i64", run_id AS "run_id!: uuid::Uuid", kind AS "kind!: String", payload AS "payload!: String",
                created_at AS "created_at!: i64" FROM journal "# + $after
            $(, $arg)*
        )
    };
}
pub(crate) use entries;
