//! What is in raw items: paths, types and samples.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;

use crate::path::quoted;
use crate::types::{date, moment};

/// Columns that are told of.
const MOST_COLUMNS: usize = 500;
/// Characters of a sample.
const SAMPLE: usize = 100;

/// One place of the items that holds values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Such as `a.b[].c`.
    pub path: String,
    /// A type of Silver that all values fit; `null` when no value is there.
    pub r#type: &'static str,
    /// The first value that is not null; a long text is shortened.
    pub sample: Value,
}

/// Collects the columns of items, in the order in which they are met.
#[derive(Debug, Default)]
pub struct Description {
    columns: Vec<Column>,
    places: HashMap<String, usize>,
}

impl Description {
    /// Looks at one more item.
    pub fn add(&mut self, item: &Value) {
        self.walk(String::new(), item);
    }

    pub fn columns(self) -> Vec<Column> {
        self.columns
    }

    fn walk(&mut self, path: String, value: &Value) {
        match value {
            Value::Object(members) if !members.is_empty() => {
                for (name, value) in members {
                    let dot = if path.is_empty() { "" } else { "." };
                    self.walk(format!("{path}{dot}{}", quoted(name)), value);
                }
            }
            Value::Array(list) if !list.is_empty() => {
                for value in list {
                    self.walk(format!("{path}[]"), value);
                }
            }
            value => self.note(path, value),
        }
    }

    fn note(&mut self, path: String, value: &Value) {
        let seen = type_of(value);
        if let Some(place) = self.places.get(&path) {
            let column = &mut self.columns[*place];
            column.r#type = merged(column.r#type, seen);
            if column.sample.is_null() {
                column.sample = sample(value);
            }
        } else if self.columns.len() < MOST_COLUMNS {
            self.places.insert(path.clone(), self.columns.len());
            self.columns.push(Column { path, r#type: seen, sample: sample(value) });
        }
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.as_i64().is_some() => "integer",
        Value::Number(_) => "number",
        Value::String(text) if date(text).is_some() && text.trim().len() == 10 => "date",
        Value::String(text) if moment(text).is_some() => "timestamp",
        Value::String(_) => "text",
        Value::Array(_) | Value::Object(_) => "json",
    }
}

/// A type that the values of both fit.
fn merged(known: &'static str, seen: &'static str) -> &'static str {
    match (known, seen) {
        (one, other) if one == other => one,
        ("null", other) | (other, "null") => other,
        ("integer", "number") | ("number", "integer") => "number",
        ("json", _) | (_, "json") => "json",
        _ => "text",
    }
}

fn sample(value: &Value) -> Value {
    match value {
        Value::String(text) => match text.char_indices().nth(SAMPLE) {
            Some((end, _)) => Value::String(format!("{}…", &text[..end])),
            None => value.clone(),
        },
        value => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Description;

    #[test]
    fn nested_values_are_columns_with_their_types_and_samples() {
        let mut description = Description::default();
        for item in [
            json!({"id": 1, "at": "2026-05-03T10:00:00Z", "a": {"b": [{"c": null}, {"c": 1.5}]}, "day": "2026-05-03"}),
            json!({"id": 2.5, "at": null, "a": {"b": []}, "tags": ["x", "y"], "x.y": true, "mixed": 1}),
            json!({"mixed": "one", "day": "03.05.2026"}),
        ] {
            description.add(&item);
        }
        let columns = description.columns();
        let told: Vec<_> =
            columns.iter().map(|column| (column.path.as_str(), column.r#type, column.sample.clone())).collect();
        assert_eq!(
            told,
            [
                ("id", "number", json!(1)),
                ("at", "timestamp", json!("2026-05-03T10:00:00Z")),
                ("a.b[].c", "number", json!(1.5)),
                ("day", "date", json!("2026-05-03")),
                ("a.b", "json", json!([])),
                ("tags[]", "text", json!("x")),
                ("\"x.y\"", "boolean", json!(true)),
                ("mixed", "text", json!(1)),
            ]
        );
    }
}
