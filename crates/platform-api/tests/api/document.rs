use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::world::World;

/// Method, path and description of every operation in the document.
pub(crate) fn operations() -> Vec<(String, String, Value)> {
    let document = serde_json::to_value(artel_platform_api::openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap().clone();
    let of_path = |(path, item): (String, Value)| {
        let item = item.as_object().unwrap().clone();
        item.into_iter().map(move |(method, operation)| (method.to_uppercase(), path.clone(), operation))
    };
    paths.into_iter().flat_map(of_path).collect()
}

/// The path with its parameters filled in by `id`.
pub(crate) fn filled(path: &str, id: impl Fn(&str) -> String) -> String {
    let part = |part: &str| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
        Some(name) => id(name),
        None => part.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn every_described_operation_is_served_under_v1_and_at_the_root() {
    let world = World::new().await;
    for (method, path, operation) in operations() {
        let path = filled(&path, |_| "00000000-0000-0000-0000-000000000009".to_owned());
        let bare = path.strip_prefix("/v1").unwrap_or(&path).to_owned();
        for path in [path, bare] {
            let answer = world.ada().send(&method, &path, &[], axum::body::Body::empty()).await;
            let is_unknown =
                answer.status == 405 || answer.body["message"].as_str().is_some_and(|text| text.contains("nothing at"));
            assert!(!is_unknown, "{method} {path}: {answer:?}");
            let status = answer.status.to_string();
            assert!(
                operation["responses"].get(&status).is_some(),
                "{method} {path} answers {status}, which is not described"
            );
        }
    }
}

/// With the first deprecation, the page lists it and the answers have the headers that the page describes.
#[tokio::test]
async fn nothing_is_deprecated_while_the_page_says_so() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/api-versions.md")).unwrap();
    assert!(page.contains("**Nothing of it is deprecated today**"));
    let document = artel_platform_api::openapi();
    let text = serde_json::to_string(&document).unwrap();
    assert!(!text.contains(r#""deprecated":true"#), "the page says that nothing is deprecated");
    let world = World::new().await;
    for path in ["/v1/agents", "/agents", "/v1/tools", "/tools", "/v1/approvals"] {
        let answer = world.ada().get(path).await;
        answer.is(axum::http::StatusCode::OK);
        for header in ["deprecation", "sunset"] {
            assert!(!answer.headers.contains_key(header), "{path} has {header}");
        }
    }
}

#[test]
fn every_handler_is_described() {
    let described: BTreeSet<String> =
        operations().iter().map(|(.., operation)| operation["operationId"].as_str().unwrap().to_owned()).collect();
    let mut handlers = BTreeSet::new();
    for_each_source(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut |path, text| {
        for part in text.split("#[utoipa::path").skip(1) {
            let name = part.split("async fn ").nth(1).and_then(|rest| rest.split(['(', '<']).next()).unwrap();
            handlers.insert(name.to_owned());
        }
        // A route without a description would be one that only `route` knows.
        let is_known = ["docs/mod.rs", "memory/mod.rs", "workspace/mod.rs"].iter().any(|known| path.ends_with(known));
        let is_bare = text.contains(".route(") && !is_known;
        assert!(!is_bare, "{} has routes that are not in the document", path.display());
    });
    assert_eq!(handlers, described);
}

fn for_each_source(dir: &Path, look: &mut impl FnMut(&Path, &str)) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            for_each_source(&path, look);
        } else {
            look(&path, &fs::read_to_string(&path).unwrap());
        }
    }
}

#[tokio::test]
async fn the_document_is_openapi_3_1_and_complete() {
    let world = World::new().await;
    let document = world.stranger().get("/openapi.json").await.body;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    for (method, path, operation) in operations() {
        assert!(operation["summary"].is_string(), "{method} {path} has no text");
        let is_open = operation["security"] == serde_json::json!([{}]);
        assert_eq!(operation["responses"].get("401").is_some(), !is_open || path == "/auth/token", "{method} {path}");
    }
    let mut references = Vec::new();
    collect_references(&document, &mut references);
    for reference in references {
        let found = document.pointer(reference.strip_prefix('#').unwrap());
        assert!(found.is_some(), "{reference} leads nowhere");
    }
}

fn collect_references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                found.push(reference.clone());
            }
            members.values().for_each(|member| collect_references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_references(item, found)),
        _ => {}
    }
}
