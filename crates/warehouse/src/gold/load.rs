//! Fills the private database.

use std::io::BufRead;

use rusqlite::types::{ToSql, ToSqlOutput};
use rusqlite::{Connection, Statement, params_from_iter};
use serde_json::Value;

use super::{Failure, Loaded, Shape, Table, columns_of};
use crate::Cell;
use crate::silver::{Mapping, Rejections};

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Self::Null => Ok(ToSqlOutput::from(rusqlite::types::Null)),
            Self::Integer(integer) => integer.to_sql(),
            Self::Real(real) => real.to_sql(),
            Self::Text(text) => text.to_sql(),
        }
    }
}

/// Creates a table without rows.
pub(super) fn create(connection: &Connection, table: &Table) -> rusqlite::Result<()> {
    let columns: Vec<String> = columns_of(&table.shape)
        .into_iter()
        .map(|(name, kind)| format!("{} {}", quoted(&name), kind.map_or("", |kind| kind.declared())))
        .collect();
    connection.execute_batch(&format!("CREATE TABLE {} ({})", quoted(&table.name), columns.join(", ")))
}

/// Fills a table with the lines that come next, up to an empty one.
pub(super) fn fill(connection: &Connection, table: &Table, input: &mut dyn BufRead) -> Result<Loaded, Failure> {
    let mut loading = Loading::new(connection, table)?;
    let mut line = Vec::new();
    loop {
        line.clear();
        let length = input.read_until(b'\n', &mut line).map_err(|error| Failure::Broken(error.to_string()))?;
        if length == 0 {
            return Err(Failure::Broken(format!("the contents of {} are cut off", table.name)));
        }
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        if text.is_empty() {
            return Ok(loading.loaded);
        }
        loading.line(text)?;
    }
}

struct Loading<'c> {
    insert: Statement<'c>,
    reader: Reader,
    loaded: Loaded,
}

enum Reader {
    Items,
    Rows,
    Mapping(Mapping),
}

impl<'c> Loading<'c> {
    fn new(connection: &'c Connection, table: &Table) -> Result<Self, Failure> {
        let marks = vec!["?"; columns_of(&table.shape).len()].join(", ");
        let insert = connection.prepare(&format!("INSERT INTO {} VALUES ({marks})", quoted(&table.name)));
        let reader = match &table.shape {
            Shape::Bronze => Reader::Items,
            Shape::Gold { .. } => Reader::Rows,
            Shape::Silver { mapping } => {
                Reader::Mapping(mapping.read().map_err(|fault| Failure::Broken(format!("{}: {fault}", table.name)))?)
            }
        };
        let loaded = Loaded { name: table.name.clone(), ..Loaded::default() };
        Ok(Self { insert: insert.map_err(super::faults::of_sqlite)?, reader, loaded })
    }

    fn line(&mut self, line: &[u8]) -> Result<(), Failure> {
        let Self { insert, reader, loaded } = self;
        match reader {
            Reader::Items => {
                let text = std::str::from_utf8(line).map_err(|_| no_json(&loaded.name))?;
                put(insert, loaded, &[Cell::Integer(loaded.rows as i64 + 1), Cell::Text(text.to_owned())])
            }
            Reader::Rows => {
                let row: Vec<Value> = serde_json::from_slice(line).map_err(|_| no_json(&loaded.name))?;
                let cells: Vec<Cell> = row.into_iter().map(Cell::of_result).collect();
                put(insert, loaded, &cells)
            }
            Reader::Mapping(mapping) => {
                let mut rejections = std::mem::take(&mut loaded.rejections);
                let outcome = rows_of(mapping, line, &mut rejections, &mut |row| put(insert, loaded, &row));
                loaded.rejections = rejections;
                outcome
            }
        }
    }
}

/// Gives the rows of one line to `row`, as long as it takes them.
fn rows_of(
    mapping: &Mapping,
    line: &[u8],
    rejections: &mut Rejections,
    row: &mut dyn FnMut(Vec<Cell>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let Ok(item) = serde_json::from_slice::<Value>(line) else {
        rejections.unreadable();
        return Ok(());
    };
    let mut outcome = Ok(());
    mapping.extract(&item, rejections, |cells| {
        if outcome.is_ok() {
            outcome = row(cells);
        }
    });
    outcome
}

fn put(insert: &mut Statement<'_>, loaded: &mut Loaded, cells: &[Cell]) -> Result<(), Failure> {
    insert.execute(params_from_iter(cells)).map_err(super::faults::of_sqlite)?;
    loaded.rows += 1;
    Ok(())
}

fn no_json(table: &str) -> Failure {
    Failure::Broken(format!("the contents of {table} are no JSON"))
}

/// A name within a statement of ours.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
