use artel_domain::ToolSpec;
use serde_json::{Map, Value, json};

use super::arguments_schema;

fn schema(input_schema: Value) -> Result<Value, String> {
    let tool = ToolSpec { name: "weather".to_owned(), description: String::new(), input_schema, rest: Map::new() };
    arguments_schema(&tool).map_err(|error| error.to_string())
}

#[test]
fn what_providers_insist_on_is_added() {
    let empty = json!({ "type": "object", "properties": {} });
    for written in [json!({}), json!(null), json!({ "type": ["object", "null"] }), json!({ "type": "object", "properties": null })] {
        assert_eq!(schema(written), Ok(empty.clone()));
    }
}

#[test]
fn a_schema_that_is_complete_stays_as_it_is() {
    let complete = json!({
        "type": "object", "properties": { "city": { "anyOf": [{ "type": "string" }, { "type": "null" }] } }, "required": ["city"],
        "additionalProperties": false, "$defs": {},
    });
    assert_eq!(schema(complete.clone()), Ok(complete));
}

#[test]
fn alternatives_at_the_top_become_one_object() {
    let written = json!({
        "type": "object",
        "properties": { "unit": { "type": "string" } },
        "required": ["unit"],
        "oneOf": [
            { "properties": { "city": { "type": "string" }, "at": { "type": "string" } }, "required": ["city", "at"] },
            { "type": "object", "properties": { "zip": { "type": "string" }, "at": { "type": "integer" } }, "required": ["zip", "at"] },
        ],
    });
    let merged = json!({
        "type": "object",
        "properties": {
            "unit": { "type": "string" }, "city": { "type": "string" },
            "at": { "anyOf": [{ "type": "string" }, { "type": "integer" }] }, "zip": { "type": "string" },
        },
        "required": ["unit", "at"],
    });
    assert_eq!(schema(written), Ok(merged));
}

#[test]
fn all_parts_of_an_all_of_are_required() {
    let part = |name: &str| json!({ "properties": { name: { "type": "string" } }, "required": [name] });
    let merged = schema(json!({ "allOf": [part("a"), part("b")] })).unwrap();
    assert_eq!(merged["required"], json!(["a", "b"]));
}

#[test]
fn what_cannot_be_merged_is_refused_with_the_tools_name() {
    let told = |why: &str| Err(format!("the request cannot be put to the model: the schema of tool `weather` {why}"));
    assert_eq!(schema(json!({ "anyOf": [{ "type": "string" }] })), told("has a top-level `anyOf` of something else than objects"));
    assert_eq!(schema(json!({ "oneOf": [{ "$ref": "#/$defs/a" }] })), told("has a top-level `oneOf` of something else than objects"));
    assert_eq!(schema(json!({ "type": "string" })), told("does not describe an object"));
    assert_eq!(schema(json!("x")), told("is not an object"));
}
