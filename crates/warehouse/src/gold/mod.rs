//! One SELECT over tables in a private database that holds nothing else.
//!
//! The database is in memory and dies with the call. What the text may do is decided while SQLite compiles it
//! (`wall`): it reads the given tables and calls functions whose answer depends on their arguments alone. What it may
//! cost is bounded by SQLite's limits, a progress handler and, where a process of its own runs it (`process`), by a
//! limit of SQLite's heap and by the end of that process.

mod dates;
mod faults;
mod functions;
mod input;
mod load;
mod output;
mod process;
mod run;
mod wall;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};

pub use output::Answer;
pub use process::{CHILD, Runner, child};
pub use run::{plan, run};

use crate::ColumnType;
use crate::silver::{MappingText, Rejections};

/// Characters of a text of SQL.
pub const LONGEST_SQL: usize = 20_000;

/// What one run may cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Wall clock time of the whole, loading included, in seconds.
    pub seconds: u64,
    /// Bytes that SQLite may use, tables and intermediate results together.
    pub memory_bytes: u64,
    /// Rows of the answer.
    pub rows: u64,
    /// Bytes of the answer as JSON.
    pub answer_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { seconds: 30, memory_bytes: 256 << 20, rows: 100_000, answer_bytes: 32 << 20 }
    }
}

/// What a table is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Shape {
    /// Raw items: the columns `n`, counted from 1, and `item`, the JSON text.
    Bronze,
    /// Rows that a mapping reads out of raw items.
    Silver { mapping: MappingText },
    /// Rows of an earlier answer, as lists.
    Gold { columns: Vec<String> },
}

/// A table that the SELECT may read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    pub name: String,
    #[serde(flatten)]
    pub shape: Shape,
}

/// What is to be computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    pub sql: String,
    pub tables: Vec<Table>,
    pub limits: Limits,
}

/// What was found out about one table while it was loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loaded {
    pub name: String,
    pub rows: u64,
    pub rejections: Rejections,
}

/// The tables' contents, one table after the other: lines of JSON, and an empty line after each table.
pub type Feed<'a> = dyn Iterator<Item = Result<Vec<u8>, String>> + Send + 'a;

/// Ends a run from outside.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Why there is no answer. The texts say what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "code", content = "message")]
pub enum Failure {
    /// The text is not one SELECT over the given tables.
    #[error("{0}")]
    Refused(String),
    /// It has too many rows, bytes or instructions, or needs too much memory.
    #[error("{0}")]
    TooLarge(String),
    #[error("the SELECT did not end within {0} seconds; read fewer rows, or aggregate in two steps")]
    TooSlow(u64),
    #[error("the run was cancelled")]
    Cancelled,
    /// The contents could not be given, or the process that runs it ended by itself.
    #[error("{0}")]
    Broken(String),
}

impl Failure {
    fn too_much_memory() -> Self {
        let text = "the tables and intermediate results need too much memory; read fewer rows or columns";
        Self::TooLarge(text.to_owned())
    }
}

/// The columns of a table, with their types where they have some.
pub fn columns_of(shape: &Shape) -> Vec<(String, Option<ColumnType>)> {
    match shape {
        Shape::Bronze => vec![("n".into(), Some(ColumnType::Integer)), ("item".into(), Some(ColumnType::Json))],
        Shape::Silver { mapping } => {
            mapping.columns.iter().map(|column| (column.name.clone(), Some(column.r#type))).collect()
        }
        Shape::Gold { columns } => columns.iter().map(|name| (name.clone(), None)).collect(),
    }
}
