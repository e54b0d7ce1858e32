//! What a form takes: the JSON Schema of its values, and the check of what was filled in.

use artel_domain::{Fault, FieldType, Form, FormField, names};
use jiff::civil::Date;
use serde_json::{Map, Value, json};

use crate::programs::{BrokeOff, Fuel};
use crate::schema::faults;

/// The largest answer to a form, in bytes of JSON: the model gets the whole of it.
const MOST_BYTES: usize = 24 * 1024;
/// Characters of a `text`, and of a `textarea`.
const LONGEST: (u32, u32) = (2000, 20_000);
const UUID: &str = "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$";
const DATE: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";

/// Why values are not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormProblem {
    /// These fields are wrong.
    Wrong(Vec<Fault>),
    /// The check itself ended without a result.
    BrokeOff(BrokeOff),
}

impl From<BrokeOff> for FormProblem {
    fn from(broke_off: BrokeOff) -> Self {
        Self::BrokeOff(broke_off)
    }
}

/// The JSON Schema of the values that the form takes.
pub fn values_schema(form: &Form) -> Value {
    let properties: Map<String, Value> =
        form.fields.iter().map(|field| (field.name.clone(), schema_of(field))).collect();
    let required: Vec<&str> =
        form.fields.iter().filter(|field| field.required).map(|field| field.name.as_str()).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

/// Holds values to the form. A field that is `null` is left out.
///
/// # Arguments
/// * `values`: by the names of the fields.
/// * `fuel`: pays for the validation, see [`Programs`](crate::Programs).
///
/// # Errors
/// Each field that is wrong, with what would be right.
pub fn check_values(form: &Form, values: &Value, fuel: &Fuel) -> Result<Value, FormProblem> {
    let Some(given) = values.as_object() else {
        return Err(wrong("", "must be an object with a value for each field"));
    };
    let given: Map<String, Value> =
        given.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.clone(), value.clone())).collect();
    let given = Value::Object(given);
    if given.to_string().len() > MOST_BYTES {
        return Err(wrong("", &format!("must be at most {} KiB together", MOST_BYTES / 1024)));
    }
    let mut found = by_names(form, &given);
    if found.is_empty() {
        let problems = faults(&values_schema(form), &given, fuel).map_err(|problem| wrong("", &problem))?;
        found.extend(problems.into_iter().map(|(path, message)| Fault { field: first_of(&path), message }));
        found.dedup_by(|one, other| one.field == other.field);
        let days = form.fields.iter().filter_map(|field| no_day(field, &given));
        let days: Vec<Fault> = days.filter(|day| found.iter().all(|fault| fault.field != day.field)).collect();
        found.extend(days);
    }
    if found.is_empty() { Ok(given) } else { Err(FormProblem::Wrong(found)) }
}

fn wrong(field: &str, message: &str) -> FormProblem {
    FormProblem::Wrong(vec![Fault { field: field.to_owned(), message: message.to_owned() }])
}

/// What is missing, and what was not asked.
fn by_names(form: &Form, given: &Value) -> Vec<Fault> {
    let is_empty = |value: &Value| match value {
        Value::String(text) => names::visible(text).trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    };
    let missing = form
        .fields
        .iter()
        .filter(|field| field.required && given.get(&field.name).is_none_or(is_empty))
        .map(|field| Fault { field: field.name.clone(), message: "must be filled in".to_owned() });
    let names: Vec<&str> = form.fields.iter().map(|field| field.name.as_str()).collect();
    let unknown = given
        .as_object()
        .into_iter()
        .flat_map(Map::keys)
        .filter(|name| !names.contains(&name.as_str()))
        .map(|name| Fault { field: name.clone(), message: "the form has no such field".to_owned() });
    missing.chain(unknown).collect()
}

fn schema_of(field: &FormField) -> Value {
    let least = u32::from(field.required);
    match field.field_type {
        FieldType::Text => json!({ "type": "string", "minLength": least, "maxLength": LONGEST.0 }),
        FieldType::Textarea => json!({ "type": "string", "minLength": least, "maxLength": LONGEST.1 }),
        FieldType::Number => json!({ "type": "number" }),
        FieldType::Date => json!({ "type": "string", "pattern": DATE }),
        FieldType::Select => json!({ "enum": field.options }),
        FieldType::Multiselect => json!({
            "type": "array", "items": { "enum": field.options }, "minItems": least, "maxItems": field.options.len(), "uniqueItems": true,
        }),
        FieldType::Boolean => json!({ "type": "boolean" }),
        FieldType::File => json!({
            "type": "object", "properties": { "artifact_id": { "type": "string", "pattern": UUID } },
            "required": ["artifact_id"], "additionalProperties": false,
        }),
    }
}

/// The 31st of February looks like a date.
fn no_day(field: &FormField, given: &Value) -> Option<Fault> {
    let text = given.get(&field.name).filter(|_| field.field_type == FieldType::Date)?.as_str()?;
    let message = || "must be a day of the calendar, such as 2026-07-01".to_owned();
    text.parse::<Date>().is_err().then(|| Fault { field: field.name.clone(), message: message() })
}

/// Of a JSON Pointer.
fn first_of(path: &str) -> String {
    path.trim_start_matches('/').split('/').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
