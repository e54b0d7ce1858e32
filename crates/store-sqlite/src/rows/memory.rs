use artel_domain::{MemoryFile, MemoryPath};

use crate::error::{Failure, Outcome};
use crate::values::{number, time};

pub(crate) struct MemoryRow {
    pub(crate) path: String,
    pub(crate) title: String,
    pub(crate) source: String,
    pub(crate) bytes: i64,
    pub(crate) version: i64,
    pub(crate) made_at: i64,
}

impl TryFrom<MemoryRow> for MemoryFile {
    type Error = Failure;

    fn try_from(row: MemoryRow) -> Outcome<Self> {
        Ok(Self {
            path: MemoryPath::parse(&row.path).map_err(Failure::broken)?,
            title: row.title,
            source: row.source,
            bytes: number("bytes", row.bytes)?,
            version: row.version,
            updated_at: time(row.made_at),
        })
    }
}
