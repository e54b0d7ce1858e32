use artel_domain::{MemoryFile, MemoryPath};

use crate::values::{number, time};

#[derive(Debug)]
pub(crate) struct MemoryRow {
    pub(crate) path: String,
    pub(crate) title: String,
    pub(crate) source: String,
    pub(crate) bytes: i64,
    pub(crate) version: i64,
    pub(crate) made_at: i64,
}

impl TryFrom<MemoryRow> for MemoryFile {
    type Error = sqlx::Error;

    fn try_from(row: MemoryRow) -> sqlx::Result<Self> {
        Ok(Self {
            path: MemoryPath::parse(&row.path).map_err(|error| sqlx::Error::Decode(error.into()))?,
            title: row.title,
            source: row.source,
            bytes: number(row.bytes)?,
            version: row.version,
            updated_at: time(row.made_at),
        })
    }
}
