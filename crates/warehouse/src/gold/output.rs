//! What a run answers, as lines: the columns, each row as a list, and how it ended.

use std::io::{self, BufRead, Write};

use rusqlite::types::ValueRef;
use rusqlite::{Row, Rows};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{Failure, Limits, Loaded};

/// What a SELECT found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    pub columns: Vec<String>,
    /// The rows, each a line with a list in the order of `columns`.
    pub lines: Vec<u8>,
    pub rows: u64,
    /// SHA-256 of the line of columns and the lines of rows, in hexadecimal digits.
    pub sha256: String,
    /// What was read, in the order of the job.
    pub loaded: Vec<Loaded>,
}

impl Answer {
    /// The first rows.
    pub fn first(&self, most: usize) -> Vec<Value> {
        let lines = self.lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.take(most).filter_map(|line| serde_json::from_slice(line).ok()).collect()
    }
}

/// The last line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum End {
    Done { loaded: Vec<Loaded> },
    Plan { tables: Vec<String> },
    Failed(Failure),
}

/// Where lines go.
pub(super) trait Sink {
    fn columns(&mut self, columns: &[String]) -> Result<(), Failure>;
    fn row(&mut self, row: &[Value]) -> Result<(), Failure>;
}

/// Keeps an answer in memory.
pub(super) struct Kept {
    pub(super) answer: Answer,
    hash: Sha256,
}

impl Kept {
    pub(super) fn new() -> Self {
        Self { answer: Answer::default(), hash: Sha256::new() }
    }

    pub(super) fn finished(mut self, loaded: Vec<Loaded>) -> Answer {
        self.answer.loaded = loaded;
        self.answer.sha256 = hex::encode(self.hash.finalize());
        self.answer
    }

    pub(super) fn row_line(&mut self, line: &[u8]) {
        self.hash.update(line);
        self.answer.lines.extend_from_slice(line);
        self.answer.rows += 1;
    }
}

impl Sink for Kept {
    fn columns(&mut self, columns: &[String]) -> Result<(), Failure> {
        self.answer.columns = columns.to_vec();
        self.hash.update(line_of(&columns)?);
        Ok(())
    }

    fn row(&mut self, row: &[Value]) -> Result<(), Failure> {
        self.row_line(&line_of(&row)?);
        Ok(())
    }
}

/// Writes lines for another process.
pub(super) struct Written<'w>(pub(super) &'w mut dyn Write);

impl Sink for Written<'_> {
    fn columns(&mut self, columns: &[String]) -> Result<(), Failure> {
        self.0.write_all(&line_of(&columns)?).map_err(broken)
    }

    fn row(&mut self, row: &[Value]) -> Result<(), Failure> {
        self.0.write_all(&line_of(&row)?).map_err(broken)
    }
}

fn line_of(value: &impl Serialize) -> Result<Vec<u8>, Failure> {
    let mut line = serde_json::to_vec(value).map_err(|error| Failure::Broken(error.to_string()))?;
    line.push(b'\n');
    Ok(line)
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` gives")]
pub(super) fn broken(error: io::Error) -> Failure {
    Failure::Broken(error.to_string())
}

/// Gives all rows of a statement to a sink.
pub(super) fn pour(
    mut rows: Rows<'_>,
    columns: &[String],
    limits: &Limits,
    sink: &mut dyn Sink,
) -> Result<(), Failure> {
    sink.columns(columns)?;
    let (mut count, mut bytes) = (0, 0_u64);
    while let Some(row) = rows.next().map_err(super::faults::of_sqlite)? {
        count += 1;
        let values = values_of(row, columns, count)?;
        bytes += values.iter().map(size_of).sum::<u64>();
        if count > limits.rows || bytes > limits.answer_bytes {
            return Err(Failure::TooLarge(format!(
                "the answer has more than {} rows or {} bytes; aggregate, or add a WHERE or a LIMIT",
                limits.rows, limits.answer_bytes
            )));
        }
        sink.row(&values)?;
    }
    Ok(())
}

fn values_of(row: &Row<'_>, columns: &[String], count: u64) -> Result<Vec<Value>, Failure> {
    let mut values = Vec::with_capacity(columns.len());
    for (n, name) in columns.iter().enumerate() {
        let value = row.get_ref(n).map_err(super::faults::of_sqlite)?;
        values.push(match value {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(integer) => integer.into(),
            ValueRef::Real(real) if real.is_finite() => real.into(),
            ValueRef::Real(_) => return Err(unsayable(name, count, "infinite; guard the division or the overflow")),
            ValueRef::Text(text) => match std::str::from_utf8(text) {
                Ok(text) => text.into(),
                Err(_) => return Err(unsayable(name, count, "no Unicode text; use hex()")),
            },
            ValueRef::Blob(_) => return Err(unsayable(name, count, "bytes; use hex() or CAST(… AS TEXT)")),
        });
    }
    Ok(values)
}

fn unsayable(column: &str, row: u64, what: &str) -> Failure {
    Failure::Refused(format!("row {row} has a {column} that is {what}"))
}

fn size_of(value: &Value) -> u64 {
    match value {
        Value::String(text) => text.len() as u64 + 3,
        _ => 9,
    }
}

/// Reads what another process wrote.
pub(super) fn read(input: impl BufRead, kept: &mut Kept) -> Result<Option<End>, Failure> {
    let mut previous: Option<Vec<u8>> = None;
    let mut is_first = true;
    for line in input.split(b'\n') {
        let mut line = line.map_err(broken)?;
        line.push(b'\n');
        if let Some(done) = previous.replace(line) {
            if is_first {
                let columns: Vec<String> =
                    serde_json::from_slice(&done).map_err(|error| Failure::Broken(error.to_string()))?;
                kept.columns(&columns)?;
                is_first = false;
            } else {
                kept.row_line(&done);
            }
        }
    }
    Ok(previous.and_then(|line| serde_json::from_slice(&line).ok()))
}
