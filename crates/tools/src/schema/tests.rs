use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::check_schema;
use crate::programs::Fuel;

fn validate(schema: &Value, args: &Value) -> Result<(), String> {
    super::validate(schema, args, &Fuel::steps(100_000_000, Duration::from_secs(5)))
}

fn object(properties: &Value) -> Value {
    json!({"type": "object", "properties": properties})
}

fn refusal(schema: &Value) -> String {
    let problems = check_schema(schema).expect_err("this schema must be refused");
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

#[test]
fn an_ordinary_schema_is_accepted_and_judges_arguments_in_words() {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "https://example.com/order",
        "type": "object",
        "properties": {"city": {"type": "string", "pattern": "^[\\w -]{1,64}$"}, "days": {"$ref": "#/$defs/days"}},
        "required": ["city"], "additionalProperties": false,
        "$defs": {"days": {"type": "integer", "minimum": 1}}
    });
    check_schema(&schema).unwrap();
    validate(&schema, &json!({"city": "Oslo", "days": 2})).unwrap();
    let told = validate(&schema, &json!({"days": 0})).unwrap_err();
    assert!(told.contains("city") && told.contains("/days"), "{told}");
}

#[test]
fn a_property_that_is_not_an_identifier_is_named() {
    for name in ["content-type", "2nd", "", "a b", "x.y"] {
        let told = refusal(&object(&json!({"fine": {}, name: {}})));
        assert!(told.contains(&format!("'{name}'")), "{told}");
        assert!(!told.contains("'fine'"), "{told}");
    }
    check_schema(&object(&json!({"_x1": {}, "größe": {}, "город": {}}))).unwrap();
}

#[test]
fn only_an_object_schema_is_accepted() {
    for schema in [json!({"type": "string"}), json!({}), json!(true), json!([]), json!({"type": ["object", "null"]})] {
        refusal(&schema);
    }
    assert!(
        refusal(&json!({"type": "object", "properties": {"a": {"type": "strnig"}}}))
            .contains("not a valid JSON Schema")
    );
}

#[test]
fn references_never_leave_the_document() {
    for reference in [
        "http://127.0.0.1:1/s.json",
        "file:///etc/passwd",
        "other.json",
        "//evil.example/s",
        "https://json-schema.org/draft/2020-12/schema",
    ] {
        assert!(refusal(&object(&json!({"a": {"$ref": reference}}))).contains("leaves the document"), "{reference}");
    }
    assert!(refusal(&object(&json!({"a": {"$ref": "#/$defs/missing"}}))).contains("names no schema"));
    refusal(&object(&json!({"a": {"$id": "http://127.0.0.1:1/", "$ref": "#/x"}})));
    refusal(&object(&json!({"a": {"$dynamicRef": "#x"}})));
    refusal(&json!({"type": "object", "$schema": "http://127.0.0.1:1/meta"}));
}

#[test]
fn a_chain_of_ten_thousand_references_is_refused_and_does_not_crash() {
    let mut links: serde_json::Map<String, Value> =
        (0..10_000).map(|i| (format!("d{i}"), json!({"$ref": format!("#/$defs/d{}", i + 1)}))).collect();
    links.insert("d10000".into(), json!({"type": "string"}));
    let schema = json!({"type": "object", "properties": {"a": {"$ref": "#/$defs/d0"}}, "$defs": links});
    refusal(&schema);
    assert!(validate(&schema, &json!({"a": "x"})).is_err());
}

#[test]
fn a_chain_within_the_number_of_references_is_bounded_in_either_order() {
    for forward in [true, false] {
        let mut links: Vec<(String, Value)> =
            (0..200).map(|i| (format!("d{i}"), json!({"$ref": format!("#/$defs/d{}", i + 1)}))).collect();
        links.push(("d200".into(), json!({})));
        if !forward {
            links.reverse();
        }
        let links: serde_json::Map<String, Value> = links.into_iter().collect();
        let schema = json!({"$defs": links, "type": "object", "properties": {"a": {"$ref": "#/$defs/d0"}}});
        assert!(refusal(&schema).contains("chain of more than 32"));
    }
}

#[test]
fn a_bomb_of_doubling_references_is_refused() {
    let mut defs = serde_json::Map::new();
    for i in 0..30 {
        let next = format!("#/$defs/d{}", i + 1);
        defs.insert(format!("d{i}"), json!({"anyOf": [{"$ref": next}, {"$ref": next}]}));
    }
    defs.insert("d30".into(), json!({"type": "string"}));
    let schema = json!({"type": "object", "properties": {"a": {"$ref": "#/$defs/d0"}}, "$defs": defs});
    assert!(refusal(&schema).contains("more than 10000 parts"));
}

#[test]
fn a_circle_that_never_goes_into_the_value_is_refused() {
    refusal(&json!({"type": "object", "$ref": "#"}));
    refusal(&json!({"type": "object", "allOf": [{"$ref": "#"}]}));
    let pair = json!({"a": {"not": {"$ref": "#/$defs/b"}}, "b": {"anyOf": [{}, {"$ref": "#/$defs/a"}]}});
    refusal(&json!({"type": "object", "properties": {"x": {"$ref": "#/$defs/a"}}, "$defs": pair}));
}

#[test]
fn a_tree_may_be_recursive() {
    let schema = json!({"type": "object", "properties": {"value": {"type": "integer"}, "left": {"$ref": "#"}, "right": {"$ref": "#"}}});
    check_schema(&schema).unwrap();
    validate(&schema, &json!({"value": 1, "left": {"value": 2, "right": {"value": 3}}})).unwrap();
    assert!(validate(&schema, &json!({"left": {"left": {"value": "x"}}})).unwrap_err().contains("/left/left/value"));
}

#[test]
fn arguments_that_would_make_a_branching_schema_explode_are_refused_at_once() {
    let twice = json!({"anyOf": [{"properties": {"c": {"$ref": "#"}}, "required": ["x"]}, {"properties": {"c": {"$ref": "#"}}}]});
    let schema = json!({"type": "object", "allOf": [twice]});
    check_schema(&schema).unwrap();
    validate(&schema, &json!({"c": {"c": {}}})).unwrap();
    let deep = (0..40).fold(json!({}), |inner, _| json!({"c": inner}));
    assert!(validate(&schema, &deep).unwrap_err().contains("too much work"));
}

#[test]
fn size_and_depth_have_limits() {
    assert!(refusal(&json!({"type": "object", "description": "x".repeat(70_000)})).contains("64 KiB"));
    let deep = (0..40).fold(json!({}), |inner, _| json!({"not": inner}));
    assert!(refusal(&object(&json!({"a": deep}))).contains("32 deep"));
    let very_deep = (0..100_000).fold(json!({}), |inner, _| Value::Array(vec![inner]));
    let mut schema = json!({"type": "object"});
    schema["enum"] = very_deep;
    assert!(refusal(&schema).contains("32 deep"));
    // Dropping such a value would itself overflow the stack; no parser makes one.
    std::mem::forget(schema);
}

#[test]
fn a_regular_expression_that_does_not_compile_or_is_too_large_is_named() {
    for pattern in ["(", "(?=x)y", r"(a)\1", "((((a{1,100}){1,100}){1,100}){1,100})"] {
        let told = refusal(&object(&json!({"code": {"type": "string", "pattern": pattern}})));
        assert!(told.contains("/properties/code/pattern"), "{told}");
    }
    assert!(refusal(&object(&json!({"m": {"patternProperties": {"[": {}}}}))).contains("patternProperties"));
}

#[test]
fn a_backtracking_expression_takes_linear_time() {
    let schema = object(&json!({"a": {"type": "string", "pattern": "^(a+)+$"}}));
    check_schema(&schema).unwrap();
    let started = Instant::now();
    assert!(validate(&schema, &json!({"a": format!("{}!", "a".repeat(5_000))})).is_err());
    assert!(started.elapsed().as_secs() < 2);
}

#[test]
fn what_a_validation_costs_is_known_before_it_begins() {
    let started = Instant::now();
    let texts = json!({"a": vec!["x"; 50_000], "t": "x".repeat(1_000_000)});
    let names: Value = (0..40_000).map(|n| (format!("n{n}"), json!(n))).collect::<serde_json::Map<_, _>>().into();
    let wide = json!({"a": (0..180_000).collect::<Vec<_>>()});
    let many: Vec<String> = (0..5_000).map(|n| format!("v{n}")).collect();
    let nested =
        (0..7).fold(json!({"unevaluatedItems": false}), |inner, _| json!({"allOf": [inner], "unevaluatedItems": {}}));
    let patterns: serde_json::Map<_, _> =
        (0..32).map(|n| (format!("^(n|{n}){{1,40}}$"), json!({"type": "integer"}))).collect();
    for (schema, args) in [
        (object(&json!({"a": {"items": {"enum": many}}})), &texts),
        (object(&json!({"t": {"pattern": "^(([a-y]{1,50}){1,50}|x)*y$"}})), &texts),
        (json!({"type": "object", "patternProperties": patterns}), &names),
        (
            json!({"type": "object", "propertyNames": {"anyOf": vec![json!({"pattern": "^([a-z]{1,30}){1,30}$"}); 20]}}),
            &names,
        ),
        (object(&json!({"a": nested})), &wide),
        (object(&json!({"a": {"uniqueItems": true}})), &wide),
    ] {
        check_schema(&schema).unwrap_or_else(|problems| panic!("{problems:?}"));
        let _ = validate(&schema, args);
    }
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

#[test]
fn arguments_that_take_too_much_work_are_refused_before_it_is_done() {
    let schema = object(&json!({"t": {"pattern": "^(([a-y]{1,50}){1,50}|x)*y$"}}));
    check_schema(&schema).unwrap();
    let told = validate(&schema, &json!({"t": "x".repeat(1_000_000)})).unwrap_err();
    assert_eq!(told, "the arguments take too much work to be held to the tool's schema; send less");
    assert!(validate(&schema, &json!({"t": "xy"})).is_ok());
}
