//! The JSON Schema of a built-in tool's arguments.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

/// The schema of a type: without references, names of Rust types and unknown members. `null` does not stand for an
/// argument that is left out: some providers would then ask for each.
pub(super) fn of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.meta_schema = None;
        settings.inline_subschemas = true;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    if let Some(members) = schema.as_object_mut() {
        for ours in ["title", "description"] {
            members.shift_remove(ours);
        }
        members.entry("properties").or_insert_with(|| json!({}));
        members.insert("additionalProperties".to_owned(), json!(false));
    }
    without_null(&mut schema);
    schema
}

fn without_null(schema: &mut Value) {
    let required: Vec<Value> = schema["required"].as_array().cloned().unwrap_or_default();
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return };
    for (_, property) in properties.iter_mut().filter(|(name, _)| !required.contains(&json!(name))) {
        let Some(members) = property.as_object_mut() else { continue };
        if members.get("default").is_some_and(Value::is_null) {
            members.shift_remove("default");
        }
        let Some(kinds) = members.get_mut("type") else { continue };
        if let Some([kind, null]) = kinds.as_array().map(Vec::as_slice)
            && null == "null"
        {
            *kinds = kind.clone();
        }
    }
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use serde_json::json;

    use super::of;

    /// Never read: only its form matters.
    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only the schema of it is made")]
    struct Args {
        /// what to look for
        #[schemars(length(min = 1, max = 9))]
        query: String,
        count: Option<u8>,
        order: Option<Order>,
    }

    #[derive(JsonSchema)]
    #[schemars(rename_all = "snake_case")]
    #[expect(dead_code, reason = "only the schema of it is made")]
    enum Order {
        Newest,
        Oldest,
    }

    #[test]
    fn a_schema_says_what_a_model_must_know_and_nothing_of_rust() {
        let schema = of::<Args>();
        assert_eq!(schema["type"], "object");
        assert_eq!((&schema["required"], &schema["additionalProperties"]), (&json!(["query"]), &json!(false)));
        assert_eq!(
            schema["properties"]["query"],
            json!({"type": "string", "description": "what to look for", "minLength": 1, "maxLength": 9})
        );
        assert_eq!(schema["properties"]["count"]["type"], "integer");
        assert!(schema.get("title").is_none() && schema.get("$schema").is_none() && schema.get("$defs").is_none());
        assert!(schema["properties"]["order"].to_string().contains("oldest"), "{schema}");
        crate::schema::check_schema(&schema).unwrap();
    }
}
