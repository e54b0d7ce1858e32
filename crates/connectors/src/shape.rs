//! What a caller of an operation gives, as JSON Schema.

use serde_json::{Map, Value, json};

use crate::schema::Operation;

/// The JSON Schema of an operation's parameters.
pub fn parameters_schema(operation: &Operation) -> Value {
    let mut properties = Map::new();
    for (name, parameter) in operation.parameters.iter() {
        let mut schema = parameter.schema.clone();
        if let (Some(members), Some(default)) = (schema.as_object_mut(), &parameter.default) {
            members.entry("default").or_insert_with(|| default.clone());
        }
        properties.insert(name.to_owned(), schema);
    }
    let required: Vec<&str> = operation
        .parameters
        .iter()
        .filter(|(_, parameter)| parameter.required && parameter.default.is_none())
        .map(|(name, _)| name)
        .collect();
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}
