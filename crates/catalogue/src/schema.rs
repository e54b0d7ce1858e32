//! The JSON Schema of a type of arguments.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

/// The schema of a type: without references, names of Rust types and unknown members. `null` does not stand for an
/// argument that is left out: some providers would then ask for each.
pub fn schema_of<T: JsonSchema>() -> Value {
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

/// Takes `null` out of every member that may be left out, at every depth.
fn without_null(schema: &mut Value) {
    let required: Vec<Value> = schema["required"].as_array().cloned().unwrap_or_default();
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        for (name, property) in properties {
            if !required.contains(&json!(name)) {
                not_null(property);
            }
            without_null(property);
        }
    }
    if let Some(items) = schema.get_mut("items") {
        without_null(items);
    }
    for word in ["oneOf", "anyOf"] {
        for choice in schema.get_mut(word).and_then(Value::as_array_mut).into_iter().flatten() {
            without_null(choice);
        }
    }
}

/// `{"type": ["string", "null"]}` and `{"anyOf": [S, {"type": "null"}]}` without the `null`.
fn not_null(property: &mut Value) {
    let Some(members) = property.as_object_mut() else { return };
    if members.get("default").is_some_and(Value::is_null) {
        members.shift_remove("default");
    }
    if let Some(kinds) = members.get_mut("type")
        && let Some([kind, null]) = kinds.as_array().map(Vec::as_slice)
        && null == "null"
    {
        *kinds = kind.clone();
    }
    if let Some(values) = members.get_mut("enum").and_then(Value::as_array_mut) {
        values.retain(|value| !value.is_null());
    }
    let [Value::Object(choice), null] = members.get("anyOf").and_then(Value::as_array).map_or(&[][..], Vec::as_slice)
    else {
        return;
    };
    if *null == json!({"type": "null"}) {
        let choice = choice.clone();
        members.shift_remove("anyOf");
        for (word, value) in choice {
            members.entry(word).or_insert(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use serde_json::json;

    use super::schema_of;

    /// Never read: only its form matters.
    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only the schema of it is made")]
    struct Args {
        /// what to look for
        #[schemars(length(min = 1, max = 9))]
        query: String,
        count: Option<u8>,
        /// which come first
        order: Option<Order>,
        parts: Option<Vec<Part>>,
    }

    #[derive(JsonSchema)]
    #[schemars(rename_all = "snake_case")]
    #[expect(dead_code, reason = "only the schema of it is made")]
    enum Order {
        Newest,
        Oldest,
    }

    /// A part.
    #[derive(JsonSchema)]
    #[schemars(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the schema of it is made")]
    struct Part {
        name: Option<String>,
        inner: Option<Inner>,
    }

    /// Inside of a part.
    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only the schema of it is made")]
    struct Inner {
        depth: u8,
    }

    #[test]
    fn a_schema_says_what_a_model_must_know_and_nothing_of_rust() {
        let schema = schema_of::<Args>();
        assert_eq!(schema["type"], "object");
        assert_eq!((&schema["required"], &schema["additionalProperties"]), (&json!(["query"]), &json!(false)));
        assert_eq!(
            schema["properties"]["query"],
            json!({"type": "string", "description": "what to look for", "minLength": 1, "maxLength": 9})
        );
        assert_eq!(schema["properties"]["count"]["type"], "integer");
        assert!(schema.get("title").is_none() && schema.get("$schema").is_none() && schema.get("$defs").is_none());
        let order = &schema["properties"]["order"];
        assert_eq!(order["enum"], json!(["newest", "oldest"]), "{schema}");
        assert_eq!(order["description"], "which come first");
    }

    #[test]
    fn no_argument_that_may_be_left_out_may_be_null_at_any_depth() {
        let text = schema_of::<Args>().to_string();
        assert!(!text.contains("null"), "{text}");
    }
}
