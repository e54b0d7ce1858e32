use artel_warehouse::gold::{Answer, Cancel, Failure, Job, Limits, Shape, Table, run};
use serde_json::Value;

/// A table with the rows of a feed.
pub(crate) struct Given {
    pub(crate) table: Table,
    pub(crate) lines: Vec<u8>,
}

pub(crate) fn bronze(name: &str, items: &[Value]) -> Given {
    Given { table: Table { name: name.to_owned(), shape: Shape::Bronze }, lines: lines(items) }
}

/// Columns are texts such as `sku text`; each column's path is its name.
pub(crate) fn silver(name: &str, columns: &[&str], items: &[Value]) -> Given {
    let columns: Vec<Value> = columns
        .iter()
        .map(|column| {
            let (name, kind) = column.split_once(' ').unwrap();
            serde_json::json!({"name": name, "path": name, "type": kind, "required": false})
        })
        .collect();
    let mapping = serde_json::from_value(serde_json::json!({"row_path": "", "columns": columns})).unwrap();
    Given { table: Table { name: name.to_owned(), shape: Shape::Silver { mapping } }, lines: lines(items) }
}

fn lines(items: &[Value]) -> Vec<u8> {
    items.iter().flat_map(|item| format!("{item}\n").into_bytes()).collect()
}

pub(crate) fn job(sql: &str, given: &[Given], limits: Limits) -> Job {
    Job { sql: sql.to_owned(), tables: given.iter().map(|given| given.table.clone()).collect(), limits }
}

pub(crate) fn feed(given: &[Given]) -> impl Iterator<Item = Result<Vec<u8>, String>> + Send + '_ {
    given.iter().flat_map(|given| [Ok(given.lines.clone()), Ok(b"\n".to_vec())])
}

/// What this process answers.
pub(crate) fn select(sql: &str, given: &[Given]) -> Result<Answer, Failure> {
    within(sql, given, Limits { seconds: 2, ..Limits::default() })
}

pub(crate) fn within(sql: &str, given: &[Given], limits: Limits) -> Result<Answer, Failure> {
    run(&job(sql, given, limits), &mut feed(given), &Cancel::default())
}
