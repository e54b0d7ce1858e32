//! Typed rows out of raw items, by a mapping that is data.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::types::name_of;
use crate::{Cell, ColumnType, Path};

/// Different reasons that are counted one by one; the others are counted together.
const MOST_REASONS: usize = 50;
/// Characters of a sample.
const SAMPLE: usize = 200;
/// What begins a path that leads from the item, where rows are parts of items.
const FROM_ITEM: &str = "$.";

/// How rows are read out of items, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingText {
    /// Where the rows of one item stand; empty: the item is the row.
    pub row_path: String,
    pub columns: Vec<ColumnText>,
}

/// One column, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnText {
    pub name: String,
    /// Where the value stands in a row; `$.` at its beginning: in the item.
    pub path: String,
    pub r#type: ColumnType,
    pub required: bool,
}

/// A mapping that can be read with.
#[derive(Debug, Clone)]
pub struct Mapping {
    row_path: Path,
    columns: Vec<Column>,
}

#[derive(Debug, Clone)]
struct Column {
    name: String,
    path: Path,
    is_from_item: bool,
    r#type: ColumnType,
    is_required: bool,
}

/// Rows that did not fit, by the reason.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejections {
    pub count: u64,
    pub reasons: Vec<Rejected>,
}

/// Rows that did not fit for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    pub reason: String,
    pub count: u64,
    /// The first value that did not fit, or the row that lacks it; shortened.
    pub sample: String,
}

/// What is wrong with a mapping: the member, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {message}")]
pub struct MappingFault {
    pub field: String,
    pub message: String,
}

impl MappingText {
    /// # Errors
    /// A path that is none, a name that is used twice or is no name, or no columns.
    pub fn read(&self) -> Result<Mapping, MappingFault> {
        let row_path = self.row_path.parse().map_err(|error| fault("row_path", format!("{error}")))?;
        if self.columns.is_empty() {
            return Err(fault("columns", "must name one column at least".to_owned()));
        }
        let mut columns: Vec<Column> = Vec::with_capacity(self.columns.len());
        for (n, text) in self.columns.iter().enumerate() {
            let column = text.read(n)?;
            if columns.iter().any(|other| other.name == column.name) {
                return Err(fault(&format!("columns[{n}].name"), format!("{} is used twice", column.name)));
            }
            columns.push(column);
        }
        Ok(Mapping { row_path, columns })
    }
}

impl ColumnText {
    fn read(&self, n: usize) -> Result<Column, MappingFault> {
        let field = format!("columns[{n}].path");
        let from_item = self.path.strip_prefix(FROM_ITEM);
        let path: Path = from_item.unwrap_or(&self.path).parse().map_err(|error| fault(&field, format!("{error}")))?;
        if path.is_many() && self.r#type != ColumnType::Json {
            let message = "leads to several values: give the column the type json, or make them rows with row_path";
            return Err(fault(&field, message.to_owned()));
        }
        if !is_name(&self.name) {
            let message = "must be 1 to 63 characters of a-z, 0-9 and _, and begin with a letter";
            return Err(fault(&format!("columns[{n}].name"), message.to_owned()));
        }
        let (name, is_required) = (self.name.clone(), self.required);
        Ok(Column { name, path, is_from_item: from_item.is_some(), r#type: self.r#type, is_required })
    }
}

/// What columns, and tables without their prefix, are called.
pub fn is_name(text: &str) -> bool {
    let is_so = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    text.len() <= 63 && text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(is_so)
}

impl Mapping {
    /// The columns' names and types.
    pub fn columns(&self) -> Vec<(String, ColumnType)> {
        self.columns.iter().map(|column| (column.name.clone(), column.r#type)).collect()
    }

    /// Gives the rows of one item to `row`. What does not fit is counted in `rejections`.
    pub fn extract(&self, item: &Value, rejections: &mut Rejections, mut row: impl FnMut(Vec<Cell>)) {
        self.row_path.visit(item, &mut |end| match end.map(|value| self.row(item, value)) {
            Ok(Ok(cells)) => row(cells),
            Ok(Err((reason, sample))) => rejections.add(&reason, sample),
            Err(value) => rejections.add(&format!("row_path {} leads to nothing", self.row_path), value),
        });
    }

    fn row<'a>(&self, item: &'a Value, row: &'a Value) -> Result<Vec<Cell>, (String, &'a Value)> {
        let mut cells = Vec::with_capacity(self.columns.len());
        for column in &self.columns {
            cells.push(column.cell(item, row)?);
        }
        Ok(cells)
    }
}

impl Column {
    fn cell<'a>(&self, item: &'a Value, row: &'a Value) -> Result<Cell, (String, &'a Value)> {
        let base = if self.is_from_item { item } else { row };
        if self.path.is_many() {
            let all = self.path.all(base);
            if self.is_required && all.is_empty() {
                return Err((format!("{} is missing", self.name), base));
            }
            return Ok(Cell::Text(Value::Array(all.into_iter().cloned().collect()).to_string()));
        }
        match self.path.first(base) {
            None | Some(Value::Null) if self.is_required => Err((format!("{} is missing", self.name), base)),
            None | Some(Value::Null) => Ok(Cell::Null),
            Some(value) => self.r#type.read(value).map_err(|why| (format!("{} {why}", self.name), value)),
        }
    }
}

impl Rejections {
    /// A line of the payload that is no JSON.
    pub fn unreadable(&mut self) {
        self.add("the item is no JSON", &Value::Null);
    }

    fn add(&mut self, reason: &str, value: &Value) {
        self.count += 1;
        if let Some(known) = self.reasons.iter_mut().find(|known| known.reason == reason) {
            known.count += 1;
            return;
        }
        let is_full = self.reasons.len() >= MOST_REASONS;
        let reason = if is_full { "other reasons" } else { reason };
        match self.reasons.last_mut().filter(|last| is_full && last.reason == reason) {
            Some(last) => last.count += 1,
            None => self.reasons.push(Rejected { reason: reason.to_owned(), count: 1, sample: shortened(value) }),
        }
    }
}

/// The JSON text of a value, or its beginning.
pub(crate) fn shortened(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SAMPLE) {
        Some((end, _)) => format!("{}… ({})", &text[..end], name_of(value)),
        None => text,
    }
}

fn fault(field: &str, message: String) -> MappingFault {
    MappingFault { field: field.to_owned(), message }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Mapping, MappingText, Rejections};
    use crate::Cell;

    fn mapping(text: Value) -> Mapping {
        serde_json::from_value::<MappingText>(text).unwrap().read().unwrap()
    }

    fn column(name: &str, path: &str, kind: &str) -> Value {
        json!({"name": name, "path": path, "type": kind, "required": false})
    }

    fn read(mapping: &Mapping, items: &[Value]) -> (Vec<Vec<Cell>>, Rejections) {
        let (mut rows, mut rejections) = (Vec::new(), Rejections::default());
        for item in items {
            mapping.extract(item, &mut rejections, |row| rows.push(row));
        }
        (rows, rejections)
    }

    #[test]
    fn each_line_of_an_order_is_a_row_that_knows_its_order() {
        let columns = json!([column("order", "$.id", "integer"), column("sku", "good.sku", "text")]);
        let mapping = mapping(json!({"row_path": "lines[]", "columns": columns}));
        let items = [
            json!({"id": 1, "lines": [{"good": {"sku": "a"}}, {"good": {}}]}),
            json!({"id": 2, "lines": []}),
            json!({"id": 3}),
        ];
        let (rows, rejections) = read(&mapping, &items);
        let text = |text: &str| Cell::Text(text.to_owned());
        assert_eq!(rows, [vec![Cell::Integer(1), text("a")], vec![Cell::Integer(1), Cell::Null]]);
        assert_eq!(rejections.count, 1);
        assert_eq!(rejections.reasons[0].reason, "row_path lines[] leads to nothing");
    }

    #[test]
    fn a_row_that_does_not_fit_is_counted_with_its_reason_and_the_first_value() {
        let required = json!({"name": "sku", "path": "sku", "type": "text", "required": true});
        let mapping = mapping(json!({"row_path": "", "columns": [required, column("n", "n", "integer")]}));
        let items = [
            json!({"sku": "a", "n": 1}),
            json!({"sku": null, "n": 1}),
            json!({"sku": "b", "n": "many"}),
            json!({"sku": "c", "n": "few"}),
        ];
        let (rows, rejections) = read(&mapping, &items);
        assert_eq!((rows.len(), rejections.count), (1, 3));
        let told: Vec<_> = rejections.reasons.iter().map(|r| (r.reason.as_str(), r.count, r.sample.as_str())).collect();
        assert_eq!(
            told,
            [("sku is missing", 1, r#"{"sku":null,"n":1}"#), ("n is a text that is no integer", 2, "\"many\"")]
        );
    }

    #[test]
    fn a_wrong_mapping_names_the_member() {
        let twice = json!([column("a", "x", "text"), column("a", "y", "text")]);
        for (text, field) in [
            (json!({"row_path": "a[", "columns": [column("a", "x", "text")]}), "row_path"),
            (json!({"row_path": "", "columns": []}), "columns"),
            (json!({"row_path": "", "columns": twice}), "columns[1].name"),
            (json!({"row_path": "", "columns": [column("A b", "x", "text")]}), "columns[0].name"),
            (json!({"row_path": "", "columns": [column("a", "x..y", "text")]}), "columns[0].path"),
            (json!({"row_path": "", "columns": [column("a", "x[]", "text")]}), "columns[0].path"),
        ] {
            let fault = serde_json::from_value::<MappingText>(text).unwrap().read().unwrap_err();
            assert_eq!(fault.field, field);
        }
    }
}
