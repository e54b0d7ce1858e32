//! Documents of somebody who means harm: each did something that a small text must not do.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{ImportError, ImportOptions, Imported, import};

/// What an import may take, in a build that is not optimised.
const SOON: Duration = Duration::from_mins(1);

fn document(paths: &Value, more: &Value) -> String {
    let mut document =
        json!({ "openapi": "3.1.0", "info": { "title": "S" }, "servers": [{ "url": "https://s.example" }] });
    document["paths"] = paths.clone();
    for (name, value) in more.as_object().into_iter().flatten() {
        document[name] = value.clone();
    }
    document.to_string()
}

fn tried(text: &str) -> Result<Imported, ImportError> {
    let begun = Instant::now();
    let made = import(text, &ImportOptions { key: "service".to_owned(), ..ImportOptions::default() });
    assert!(begun.elapsed() < SOON, "the import took {:?}", begun.elapsed());
    made
}

fn size(made: &Imported) -> usize {
    crate::to_yaml(&made.connector).unwrap().len()
}

fn post(schema: &Value) -> Value {
    json!({ "post": { "requestBody": { "content": { "application/json": { "schema": schema } } } } })
}

#[test]
fn variables_of_a_server_do_not_multiply() {
    let mut variables = serde_json::Map::new();
    for level in 0..40 {
        variables.insert(format!("v{level}"), json!({ "default": format!("{{v{}}}", level + 1).repeat(10) }));
    }
    let servers = |url: String| json!({ "servers": [{ "url": url, "variables": variables }] });
    let paths = json!({ "/a": { "get": {} } });
    for url in ["{v0}".to_owned(), "{v0}".repeat(1000), "https://s.example/{v0}".to_owned(), "http://{v0}".to_owned()] {
        let made = tried(&document(&paths, &servers(url))).unwrap();
        assert!(size(&made) < 20_000, "{} bytes", size(&made));
    }
    let long =
        json!({ "servers": [{ "url": "{v}".repeat(15), "variables": { "v": { "default": "x".repeat(100_000) } } }] });
    assert!(size(&tried(&document(&paths, &long)).unwrap()) < 20_000);
}

#[test]
fn a_connector_has_not_any_number_of_servers() {
    let path = |n: usize| {
        (format!("/p{n}"), json!({ "servers": [{ "url": format!("https://h{n}.example/{{v{n}}}") }], "get": {} }))
    };
    let paths: serde_json::Map<String, Value> = (0..2000).map(path).collect();
    let made = tried(&document(&Value::Object(paths), &json!({}))).unwrap();
    assert!(made.connector.hosts.len() <= 50 && made.connector.credential.len() <= 51);
    assert!(made.left_out.iter().any(|left| left.reason.contains("a server of its own")), "{:?}", made.left_out.last());
}

#[test]
fn a_large_schema_is_read_once_whatever_refers_to_it() {
    let members: serde_json::Map<String, Value> =
        (0..20_000).map(|n| (format!("m{n}"), json!({ "type": "string" }))).collect();
    let large = json!({ "type": "object", "properties": members });
    let members = (0..60).map(|n| (format!("a{n}"), json!({ "$ref": "#/components/schemas/Large" })));
    let asked = json!({ "type": "object", "properties": members.collect::<serde_json::Map<_, _>>() });
    let paths = (0..60).map(|n| (format!("/p{n}"), post(&asked))).collect::<serde_json::Map<_, _>>();
    let text = document(&Value::Object(paths), &json!({ "components": { "schemas": { "Large": large } } }));
    match tried(&text) {
        Ok(made) => assert!(size(&made) < 4_000_000, "{}", size(&made)),
        Err(error) => assert_eq!(error, ImportError::TooMuchWork),
    }
}

#[test]
fn references_into_a_large_schema_cost_little() {
    let members: serde_json::Map<String, Value> =
        (0..20_000).map(|n| (format!("m{n}"), json!({ "type": "string" }))).collect();
    let part = |n: usize| json!({ "name": format!("q{n}"), "in": "query", "schema": { "$ref": format!("#/components/schemas/Large/properties/m{n}") } });
    let path = |n: usize| {
        (format!("/p{n}"), json!({ "get": { "parameters": (0..150).map(|m| part(n * 150 + m)).collect::<Vec<_>>() } }))
    };
    let paths: serde_json::Map<String, Value> = (0..100).map(path).collect();
    let schemas = json!({ "components": { "schemas": { "Large": { "type": "object", "properties": members } } } });
    let made = tried(&document(&Value::Object(paths), &schemas)).unwrap();
    assert_eq!(made.connector.operations().count(), 100);
}

#[test]
fn one_path_that_many_refer_to_is_one_path() {
    let parameters: Vec<Value> = (0..10).map(|n| json!({ "name": format!("q{n}"), "in": "query" })).collect();
    let mut paths = serde_json::Map::new();
    paths.insert(
        "/whole".to_owned(),
        json!({ "get": { "parameters": parameters, "description": "x".repeat(1_000_000) } }),
    );
    for n in 0..19_000 {
        paths.insert(format!("/p{n}"), json!({ "$ref": "#/paths/~1whole" }));
    }
    assert_eq!(tried(&document(&Value::Object(paths), &json!({}))), Err(ImportError::TooMuchWork));
}

#[test]
fn too_many_paths_are_told() {
    let paths: serde_json::Map<String, Value> = (0..20_001).map(|n| (format!("/{n}"), json!({}))).collect();
    let refused = tried(&document(&Value::Object(paths), &json!({}))).unwrap_err();
    assert!(matches!(refused, ImportError::TooMany { what: "paths", .. }), "{refused}");
}

#[test]
fn what_is_written_has_a_bound_in_all_its_parts() {
    let long = "n".repeat(100_000);
    let schema = json!({
        "type": "object", "format": long, "required": vec!["a"; 100_000],
        "const": { "x": long }, "minimum": { "x": long }, "enum": [long],
        "properties": { "a": { "type": [long, long] }, long.clone(): {} },
        "allOf": (0..10).map(|_| json!({ "type": long })).collect::<Vec<_>>(),
    });
    let paths = json!({
        "/a": post(&json!({ "oneOf": [schema] })), "/b": post(&schema),
        "/c": { "get": { "tags": [long], "summary": long, "operationId": long, "parameters": [{ "name": long, "in": "query" }] } },
        "/d": { "get": { "parameters": vec![json!({ "name": "a", "in": "query" }); 10_000] } },
        format!("/{}", "{a}".repeat(30_000)): { "get": {} },
    });
    let scheme = json!({ "type": "apiKey", "in": "header", "name": long });
    let schemes: serde_json::Map<String, Value> = (0..500)
        .map(|n| (format!("s{n}"), json!({ "type": "apiKey", "in": "header", "name": format!("h{n}") })))
        .collect();
    let made = tried(&document(
        &paths,
        &json!({ "components": { "securitySchemes": schemes }, "security": vec![json!({ "s1": [] }); 10_000] }),
    ))
    .unwrap();
    assert!(size(&made) < 60_000, "{}", size(&made));
    let made = tried(&document(&paths, &json!({ "components": { "securitySchemes": { long: scheme } } }))).unwrap();
    assert!(size(&made) < 60_000, "{}", size(&made));
    assert!(made.left_out.iter().all(|left| left.place.len() + left.reason.len() < 1000));
}

#[test]
fn many_patterns_cost_little() {
    let member =
        |n: usize| (format!("m{n}"), json!({ "type": "string", "pattern": format!("(\\w{{{}}}){{100}}", n + 1) }));
    let schema = json!({ "type": "object", "properties": (0..60).map(member).collect::<serde_json::Map<_, _>>() });
    let paths = (0..60).map(|n| (format!("/p{n}"), post(&schema))).collect::<serde_json::Map<_, _>>();
    tried(&document(&Value::Object(paths), &json!({}))).unwrap();
}

#[test]
fn aliases_of_yaml_do_not_multiply() {
    let text =
        format!("openapi: 3.1.0\nx-a: &a '{}'\nx-b: [{}]\npaths: {{}}\n", "x".repeat(1_000_000), "*a, ".repeat(1000));
    let refused = tried(&text).unwrap_err();
    assert!(matches!(&refused, ImportError::Unreadable(why) if why.contains("budget")), "{refused}");
}

/// What a terminal, a person or a model is shown has no characters that control a display or that nobody sees.
#[test]
fn a_document_cannot_speak_to_a_terminal() {
    let evil = "\u{1b}]0;owned\u{7}a\u{202e}b\u{200b}c\u{9b}31m";
    let paths = json!({
        "/plain": { "post": {
            "operationId": evil, "summary": evil, "tags": [evil],
            "parameters": [{ "name": evil, "in": "query", "description": evil, "schema": { "type": "string", "enum": [evil], "default": evil } }],
            "requestBody": { "content": { "application/json": { "schema": { "type": "object", "properties": {
                evil: { "type": "string", "pattern": evil, "description": evil, "const": evil },
            } } } } },
            "responses": { "200": { "content": { format!("text/{evil}"): {} } } },
        } },
        format!("/{evil}"): { "get": {} },
        "/gone": { "$ref": evil }, "/nowhere": { "$ref": format!("#/{evil}") },
    });
    let more = json!({
        "info": { "title": evil }, "externalDocs": { "url": format!("https://d.example/{evil}") },
        "servers": [{ "url": format!("https://{{v}}.example/{evil}"), "variables": { "v": { "default": evil, "enum": [evil], "description": evil } } }],
        "components": { "securitySchemes": { evil: { "type": "apiKey", "in": "header", "name": evil }, "odd": { "type": evil } } },
    });
    let made = tried(&document(&paths, &more)).unwrap();
    let shown = format!(
        "{}{:#?}",
        crate::to_yaml(&made.connector).unwrap(),
        made.left_out.iter().map(|l| format!("{} {}", l.place, l.reason)).collect::<Vec<_>>()
    );
    for bad in ['\u{1b}', '\u{7}', '\u{202e}', '\u{200b}', '\u{9b}'] {
        assert!(!shown.contains(bad), "{bad:?} in {shown:?}");
        assert!(!shown.contains(&bad.escape_debug().to_string()), "{bad:?} in {shown}");
    }
    assert!(made.left_out.iter().any(|left| left.reason.contains("control characters")), "{:?}", made.left_out);
    for version in [json!(format!("9{evil}")), json!(evil)] {
        let told = tried(&json!({ "openapi": version, "paths": {} }).to_string()).unwrap_err().to_string();
        assert!(!told.contains('\u{1b}') && !told.contains('\u{202e}'), "{told:?}");
    }
    let told = tried(&format!("openapi: *a{evil}\n")).unwrap_err().to_string();
    assert!(!told.contains('\u{1b}') && !told.contains('\u{202e}'), "{told:?}");
}
