//! What there is to try: the OpenAPI document's operations, and those of the routers that have no document.

use std::fs;
use std::path::Path;

use serde_json::Value;

/// An operation of a surface.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Operation {
    pub(crate) method: String,
    /// With `{parameters}`.
    pub(crate) path: String,
    /// Names of its parameters in the query, where a document tells them.
    pub(crate) query: Vec<String>,
    /// Members of its body that hold ids, where a document tells them.
    pub(crate) body_ids: Vec<String>,
}

impl Operation {
    pub(crate) fn key(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// Those of the document.
pub(crate) fn of_document(document: &Value) -> Vec<Operation> {
    let paths = document["paths"].as_object().unwrap();
    let of_path = |(path, item): (&String, &Value)| {
        let item = item.as_object().unwrap().clone();
        let path = path.clone();
        item.into_iter().map(move |(method, operation)| Operation {
            method: method.to_uppercase(),
            path: path.clone(),
            query: query(&operation),
            body_ids: body_ids(document, &operation),
        })
    };
    paths.iter().flat_map(of_path).collect()
}

fn query(operation: &Value) -> Vec<String> {
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    let named = parameters.into_iter().filter(|parameter| parameter["in"] == "query");
    named.map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect()
}

fn body_ids(document: &Value, operation: &Value) -> Vec<String> {
    let mut schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    if let Some(any) = schema["oneOf"].as_array() {
        schema = any.iter().find(|one| one.get("$ref").is_some()).unwrap_or(schema);
    }
    if let Some(reference) = schema["$ref"].as_str() {
        schema = document.pointer(reference.trim_start_matches('#')).unwrap();
    }
    let members = schema["properties"].as_object().cloned().unwrap_or_default();
    members.into_iter().map(|(name, _)| name).filter(|name| name == "id" || name.ends_with("_id")).collect()
}

/// Those that the sources of this crate register with `.route("…", …)`.
pub(crate) fn of_sources(name: &str) -> Vec<Operation> {
    let mut found = Vec::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name).join("src"), &mut found);
    found.sort();
    found.dedup();
    assert!(!found.is_empty(), "{name} has no routes");
    found
}

fn read(dir: &Path, found: &mut Vec<Operation>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, found);
        } else {
            routes(&fs::read_to_string(&path).unwrap(), found);
        }
    }
}

fn routes(source: &str, found: &mut Vec<Operation>) {
    for part in source.split(".route(").skip(1) {
        let Some((path, rest)) = part.trim_start().strip_prefix('"').and_then(|rest| rest.split_once('"')) else {
            continue;
        };
        let handlers = upto_closing(rest.trim_start_matches(','));
        for method in methods(source, handlers.trim()) {
            found.push(Operation { method, path: path.to_owned(), query: Vec::new(), body_ids: Vec::new() });
        }
    }
}

fn upto_closing(text: &str) -> &str {
    let mut depth = 0;
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' if depth == 0 => return &text[..at],
            ')' => depth -= 1,
            _ => {}
        }
    }
    text
}

/// `session` stands for what `let session = …;` says.
fn methods(source: &str, handlers: &str) -> Vec<String> {
    let is_name = handlers.chars().all(|c| c.is_alphanumeric() || c == '_');
    let written = source.split(&format!("let {handlers} = ")).nth(1).and_then(|rest| rest.split(';').next());
    let handlers = if is_name { written.unwrap_or_else(|| panic!("what is {handlers}?")) } else { handlers };
    let calls = handlers.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '(' | ':')));
    let called: String = calls.collect::<Vec<_>>().join(" ");
    let all = ["get", "post", "put", "patch", "delete", "any"];
    let used = |method: &&&str| {
        called.split([' ', '(']).any(|word| word == **method) && called.contains(&format!("{method}("))
    };
    let used: Vec<String> = all.iter().filter(used).map(|method| method.to_uppercase()).collect();
    assert!(!used.is_empty(), "no method in {handlers}");
    used
}
