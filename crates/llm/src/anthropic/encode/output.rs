//! Encodes the required format of the answer's text.

use serde_json::{Map, Value, json};

use crate::{Params, ResponseFormat, Rest};

/// The `output_config` member: the client's own member of this name, the schema, and the effort.
pub(super) fn config(params: &Params, rest: &Rest, effort: Option<&str>) -> Option<Value> {
    let mut config = rest.get("output_config").and_then(Value::as_object).cloned().unwrap_or_default();
    if let Some(ResponseFormat::JsonSchema { schema, .. }) = &params.response_format {
        config.insert("format".to_owned(), json!({ "type": "json_schema", "schema": closed(schema) }));
    }
    if let Some(effort) = effort {
        config.entry("effort").or_insert_with(|| effort.into());
    }
    (!config.is_empty()).then_some(Value::Object(config))
}

/// The protocol has no mode for JSON without a schema, so an instruction in the prompt asks the model for it.
pub(super) fn instruction(params: &Params) -> Option<&'static str> {
    let wanted = matches!(params.response_format, Some(ResponseFormat::JsonObject));
    wanted.then_some("Answer with one JSON object and nothing else: no other text, no code fence.")
}

/// The provider requires `additionalProperties: false` on every object. An answer that fits the closed schema fits the
/// client's schema too.
fn closed(schema: &Value) -> Value {
    /// Members whose values are data, not schemas.
    const DATA: [&str; 5] = ["enum", "const", "default", "example", "examples"];
    match schema {
        Value::Array(all) => all.iter().map(closed).collect(),
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| {
                let value = if DATA.contains(&name.as_str()) { value.clone() } else { closed(value) };
                (name.clone(), value)
            };
            let mut closed: Map<String, Value> = members.iter().map(member).collect();
            if closed.get("type").is_some_and(|kind| kind == "object") {
                closed.entry("additionalProperties").or_insert(false.into());
            }
            Value::Object(closed)
        }
        other => other.clone(),
    }
}
