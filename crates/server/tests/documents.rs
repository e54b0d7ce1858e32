//! The OpenAPI documents of all surfaces, held to the running program. `scripts/schemathesis` tries far more data; this
//! says that nothing is missing.
#![expect(clippy::unwrap_used, reason = "tests and what helps them fail by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use artel_testkit::{Artel, Client, Database, Launch};
use reqwest::Response;
use serde_json::Value;

const KEY: &str = "between-services-7Xk2";
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// A surface: where it is, and where its document is.
struct Surface {
    name: &'static str,
    base: String,
    document: Value,
    /// The header that lets the caller in.
    shown: (&'static str, String),
}

/// One operation of a document.
struct Operation {
    method: String,
    path: String,
    about: Value,
}

async fn start() -> (Artel, Vec<Surface>) {
    let artel = Launch::new(env!("CARGO_BIN_EXE_artel"), Database::Sqlite).with("INTERNAL_API_KEY", KEY).start().await;
    let (token, _) = artel.command(&["token", "--scopes", "admin"]).await;
    let bearer = ("authorization", format!("Bearer {}", token.trim()));
    let internal = ("x-internal-auth", KEY.to_owned());
    let mut surfaces = Vec::new();
    for (name, base, path, shown) in [
        ("platform", artel.url(), "/openapi.json", &bearer),
        ("auth", artel.url_of("auth"), "/openapi.json", &bearer),
        ("gateway", artel.url(), "/api/v1/openapi.json", &bearer),
        ("runtime", artel.url_of("runtime"), "/openapi.json", &internal),
        ("llm-proxy", artel.url_of("llm_proxy"), "/openapi.json", &internal),
    ] {
        let document = Client::anonymous(base).get(path).await.1;
        surfaces.push(Surface { name, base: base.to_owned(), document, shown: shown.clone() });
    }
    (artel, surfaces)
}

impl Surface {
    fn operations(&self) -> Vec<Operation> {
        let paths = self.document["paths"].as_object().unwrap();
        let of_path = |(path, item): (&String, &Value)| {
            let item = item.as_object().unwrap().clone();
            let path = path.clone();
            item.into_iter().map(move |(method, about)| Operation { method, path: path.clone(), about })
        };
        paths.iter().flat_map(of_path).collect()
    }

    /// Sends nothing to the operation but what lets the caller in.
    async fn asks(&self, operation: &Operation) -> Response {
        let path: Vec<&str> = operation.path.split('/').map(filled).collect();
        let url = format!("{}{}", self.base, path.join("/"));
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let method = operation.method.to_uppercase().parse().unwrap();
        http.request(method, url).header(self.shown.0, &self.shown.1).send().await.unwrap()
    }
}

impl Operation {
    fn shown(&self, surface: &Surface) -> String {
        format!("{}: {} {}", surface.name, self.method, self.path)
    }
}

fn filled(part: &str) -> &str {
    if part.starts_with('{') { "00000000-0000-0000-0000-000000000009" } else { part }
}

#[tokio::test]
async fn every_described_operation_answers_as_it_is_described() {
    let (_artel, surfaces) = start().await;
    for surface in &surfaces {
        let operations = surface.operations();
        assert!(operations.len() >= 8, "{}", surface.name);
        for operation in operations {
            let shown = operation.shown(surface);
            assert!(METHODS.contains(&operation.method.as_str()), "{shown}");
            let answer = surface.asks(&operation).await;
            let status = answer.status().as_u16().to_string();
            let kind = answer.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
            let described = &operation.about["responses"][&status];
            assert!(described.is_object(), "{shown} answers {status}, which is not described");
            let body = answer.text().await.unwrap();
            let is_unknown = status == "405" || body.contains("here is nothing at");
            assert!(!is_unknown, "{shown}: {status} {body}");
            let described = resolved(&surface.document, described);
            let kinds = described["content"].as_object();
            let kind = kind.as_deref().map(|kind| kind.split(';').next().unwrap());
            let fits = kinds.is_none_or(|kinds| kind.is_some_and(|kind| kinds.contains_key(kind)));
            assert!(fits, "{shown} answers {status} as {kind:?}");
        }
    }
}

/// Follows a reference within the document.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let reference = value["$ref"].as_str().map(|reference| reference.strip_prefix('#').unwrap());
    reference.map_or(value, |reference| document.pointer(reference).unwrap_or(&Value::Null))
}

#[tokio::test]
async fn documents_are_whole_and_show_how_to_ask() {
    let (_artel, surfaces) = start().await;
    for surface in &surfaces {
        let document = &surface.document;
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{}", surface.name);
        let mut ids = BTreeSet::new();
        for operation in surface.operations() {
            let shown = operation.shown(surface);
            assert!(operation.about["summary"].is_string(), "{shown} has no text");
            assert!(
                ids.insert(operation.about["operationId"].as_str().unwrap().to_owned()),
                "{shown}: its id is taken"
            );
            for name in operation.about["security"].as_array().unwrap().iter().flat_map(|one| one.as_object().unwrap())
            {
                assert!(document["components"]["securitySchemes"][name.0].is_object(), "{shown} asks for {}", name.0);
            }
        }
        let mut references = Vec::new();
        collect_references(document, &mut references);
        for reference in references {
            let found = document.pointer(reference.strip_prefix('#').unwrap());
            assert!(found.is_some(), "{}: {reference} leads nowhere", surface.name);
        }
    }
    // What is asked for in another shape than the platform's has an example.
    for surface in surfaces.iter().filter(|surface| surface.name != "platform") {
        for operation in surface.operations() {
            let bodies = operation.about["requestBody"]["content"].as_object();
            let is_page = operation.about["tags"][0] == "pages";
            let has_example = bodies.is_none_or(|kinds| kinds.values().any(|kind| kind["example"].is_object()));
            assert!(has_example || is_page, "{} has no example", operation.shown(surface));
        }
    }
}

fn collect_references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| collect_references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_references(item, found)),
        _ => {}
    }
}

/// Other names of described routes, and the document itself.
const ALIASES: [&str; 5] =
    ["/gateway-health", "/auth-health", "/chat/completions", "/.well-known/openid-configuration", "/v1/models/{*id}"];

#[tokio::test]
async fn every_route_is_described() {
    let (_artel, surfaces) = start().await;
    for (crate_name, names) in
        [("auth-api", &["auth"][..]), ("codelab-api", &["gateway", "runtime"]), ("llm-proxy", &["llm-proxy"])]
    {
        let mut described = BTreeSet::new();
        for surface in surfaces.iter().filter(|surface| names.contains(&surface.name)) {
            let paths = surface.document["paths"].as_object().unwrap().keys();
            described.extend(paths.map(|path| path.strip_prefix("/api/v1").unwrap_or(path).to_owned()));
        }
        let mut routes = BTreeSet::new();
        routes_of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(crate_name).join("src"), &mut routes);
        assert!(routes.len() >= 5, "{crate_name}: {routes:?}");
        routes.retain(|route| !ALIASES.contains(&route.as_str()) && !route.ends_with("/openapi.json"));
        let missing: Vec<_> = routes.difference(&described).collect();
        assert!(missing.is_empty(), "{crate_name}: {missing:?} are not described");
    }
}

fn routes_of(directory: &Path, routes: &mut BTreeSet<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            routes_of(&path, routes);
        } else {
            let text = fs::read_to_string(path).unwrap();
            let given = text.split(".route(\"").skip(1).filter_map(|rest| rest.split('"').next());
            routes.extend(given.map(str::to_owned));
        }
    }
}
