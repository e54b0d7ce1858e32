use artel_domain::ToolSpec;
use serde_json::{Map, Value, json};

use super::arguments_schema;

fn schema(input_schema: Value) -> Result<Value, String> {
    let tool = ToolSpec { name: "weather".to_owned(), description: String::new(), input_schema, rest: Map::new() };
    arguments_schema(&tool).map_err(|error| error.to_string())
}

#[test]
fn what_providers_require_is_added() {
    let empty = json!({ "type": "object", "properties": {} });
    for written in
        [json!({}), json!(null), json!({ "type": ["object", "null"] }), json!({ "type": "object", "properties": null })]
    {
        assert_eq!(schema(written), Ok(empty.clone()));
    }
}

#[test]
fn a_complete_schema_stays_unchanged() {
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
fn alternatives_behind_references_and_nested_alternatives_are_resolved() {
    let written = json!({
        "$defs": { "Cat": { "type": "object", "properties": { "kind": { "const": "cat" }, "lives": { "type": "integer" } }, "required": ["kind", "lives"] } },
        "anyOf": [
            { "$ref": "#/$defs/Cat" },
            { "oneOf": [{ "type": "object", "properties": { "kind": { "const": "dog" } }, "required": ["kind"] }] },
            { "type": "null" },
        ],
        "allOf": [{ "properties": { "id": { "type": "string" } }, "required": ["id"] }],
        "additionalProperties": false,
    });
    let flat = schema(written).unwrap();
    assert_eq!(flat["type"], "object");
    assert_eq!(flat["properties"]["kind"], json!({ "anyOf": [{ "const": "cat" }, { "const": "dog" }] }));
    assert_eq!(flat["properties"].as_object().unwrap().keys().collect::<Vec<_>>(), ["id", "kind", "lives"]);
    assert_eq!(flat["required"], json!(["id", "kind"]));
    for gone in ["anyOf", "allOf", "oneOf", "additionalProperties"] {
        assert!(flat.get(gone).is_none(), "{gone}");
    }
}

#[test]
fn a_schema_that_is_only_a_reference_is_resolved_once() {
    let node = json!({ "type": "object", "properties": { "next": { "$ref": "#/$defs/Node" } } });
    let flat = schema(json!({ "$ref": "#/$defs/Node", "$defs": { "Node": node } })).unwrap();
    assert_eq!((&flat["type"], &flat["properties"]["next"]["$ref"]), (&json!("object"), &json!("#/$defs/Node")));
    assert!(flat["$defs"]["Node"].is_object());
}

#[test]
fn what_cannot_be_merged_is_refused_with_the_tools_name() {
    for (written, why) in [
        (json!({ "anyOf": [{ "type": "string" }] }), "does not describe an object"),
        (json!({ "oneOf": [{ "type": "object" }, { "type": "array" }] }), "does not describe an object"),
        (json!({ "type": "string" }), "does not describe an object"),
        (json!({ "anyOf": [false] }), "has a top-level `anyOf` of something else than objects"),
        (json!({ "anyOf": "x" }), "has a top-level `anyOf` that is not a list"),
        (json!({ "oneOf": [{ "$ref": "#/$defs/a" }] }), "has a reference \"#/$defs/a\" that leads nowhere"),
        (
            json!({ "oneOf": [{ "$ref": "https://example.com/s" }] }),
            "has a reference \"https://example.com/s\" that leads nowhere",
        ),
        (
            json!({ "$ref": "#/$defs/A", "$defs": { "A": { "$ref": "#/$defs/A" } } }),
            "nests choices or references too deeply",
        ),
        (json!("x"), "is not an object"),
    ] {
        assert_eq!(
            schema(written),
            Err(format!("the request cannot be put to the model: the schema of tool `weather` {why}"))
        );
    }
}
