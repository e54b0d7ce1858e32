//! Bounds of numbers in a JSON Schema that was read by [`read_foreign_json`](crate::read_foreign_json).

use serde_json::{Number, Value};

const BOUNDS: [&str; 5] = ["maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum", "multipleOf"];

/// Members whose values are data, not schemas.
const DATA: [&str; 5] = ["enum", "const", "default", "examples", "example"];

/// Makes numbers of bounds that became strings because they are too long for integers. Of a bound the size counts, not
/// the last digit, and a schema with a string there is none.
pub fn with_number_bounds(mut schema: Value) -> Value {
    restore(&mut schema);
    schema
}

fn restore(schema: &mut Value) {
    match schema {
        Value::Array(schemas) => schemas.iter_mut().for_each(restore),
        Value::Object(members) => {
            for (name, value) in members.iter_mut().filter(|(name, _)| !DATA.contains(&name.as_str())) {
                match number(value).filter(|_| BOUNDS.contains(&name.as_str())) {
                    Some(number) => *value = Value::Number(number),
                    None => restore(value),
                }
            }
        }
        _ => {}
    }
}

fn number(value: &Value) -> Option<Number> {
    let text = value.as_str()?;
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_integer = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_integer.then(|| text.parse().ok().and_then(Number::from_f64))?
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bounds_are_numbers_and_data_keeps_its_digits() {
        let schema = json!({ "type": "object", "properties": {
            "amount": { "type": "integer", "minimum": "-18446744073709551616", "maximum": "18446744073709551616" },
            "account": { "enum": ["40817810099910004312"], "default": { "maximum": "40817810099910004312" } },
            "maximum": { "anyOf": [{ "multipleOf": "18446744073709551616" }, { "title": "18446744073709551616" }] },
        } });
        let expected = json!({ "type": "object", "properties": {
            "amount": { "type": "integer", "minimum": -18_446_744_073_709_551_616.0, "maximum": 18_446_744_073_709_551_616.0 },
            "account": { "enum": ["40817810099910004312"], "default": { "maximum": "40817810099910004312" } },
            "maximum": { "anyOf": [{ "multipleOf": 18_446_744_073_709_551_616.0 }, { "title": "18446744073709551616" }] },
        } });
        assert_eq!(with_number_bounds(schema), expected);
    }
}
