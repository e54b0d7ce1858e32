use serde_json::{Value, json};
use url::Url;

use super::{ImportError, ImportOptions, Imported, import};
use crate::schema::{Access, Body, Encoding, Operation, Place};

fn options() -> ImportOptions {
    ImportOptions { key: "service".to_owned(), ..ImportOptions::default() }
}

/// A document of these paths, with whatever else it needs.
#[expect(clippy::needless_pass_by_value, reason = "tests give literals")]
fn document(paths: Value, more: Value) -> Value {
    let mut document = json!({
        "openapi": "3.0.3", "info": {"title": "Service", "version": "1"},
        "servers": [{"url": "https://api.example/v1"}], "paths": paths,
    });
    for (name, value) in more.as_object().unwrap() {
        document[name] = value.clone();
    }
    document
}

fn imported(paths: Value, more: Value) -> Imported {
    let made = import(&document(paths, more).to_string(), &options()).unwrap();
    let yaml = crate::to_yaml(&made.connector).unwrap();
    let again = crate::parse("made.yaml", &yaml).unwrap_or_else(|faults| panic!("{faults:#?}\n{yaml}"));
    assert_eq!(again, made.connector, "{yaml}");
    made
}

fn only(made: &Imported) -> &Operation {
    made.connector.operations().next().unwrap().1
}

fn keys(made: &Imported) -> Vec<String> {
    made.connector.operations().map(|(_, operation)| operation.key.clone()).collect()
}

fn told(made: &Imported, words: &str) -> bool {
    made.left_out.iter().any(|left| left.reason.contains(words))
}

#[test]
fn operation_ids_become_keys_and_missing_ones_are_made_of_method_and_path() {
    let long = "x".repeat(90);
    let made = imported(
        json!({
            "/repos/{owner}/issues": {"get": {"operationId": "issues/list-for-repo"}, "post": {}},
            "/a": {"get": {"operationId": "same"}},
            "/b": {"get": {"operationId": "same"}, "put": {"operationId": long}, "delete": {"operationId": "a.b c"}},
        }),
        json!({}),
    );
    let keys = keys(&made);
    assert_eq!(keys[0], "issues_list-for-repo");
    assert_eq!(keys[1], "post_repos_owner_issues");
    assert_eq!(keys[2], "same");
    assert!(keys[3].starts_with("same_") && keys[4].len() == 64 && keys[5] == "a_b_c", "{keys:?}");
}

#[test]
fn references_are_percent_decoded_pointers_into_the_document() {
    let made = imported(
        json!({
            "/v2/things/{id}": {"get": {"parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}}]}},
            "/v2/others/{id}": {"get": {"parameters": [{"$ref": "#/paths/~1v2~1things~1%7Bid%7D/get/parameters/0"}]}},
        }),
        json!({}),
    );
    let other = made.connector.operations().nth(1).unwrap().1;
    assert_eq!(other.parameters.get("id").unwrap().schema, json!({"type": "integer"}));
}

#[test]
fn schemas_that_contain_themselves_end() {
    let node = json!({"type": "object", "properties": {"name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}}}});
    let made = imported(
        json!({"/nodes": {"post": {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Node"}}}}}}}),
        json!({"components": {"schemas": {"Node": node}}}),
    );
    let children = &only(&made).parameters.get("children").unwrap().schema;
    assert_eq!(children["items"]["properties"]["name"], json!({"type": "string"}));
    assert!(made.cut_schemas > 0);
    let round = json!({"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}});
    let made = import(
        &document(
            json!({"/a": {"post": {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}}}, "/b": {"get": {}}}),
            json!({"components": {"schemas": round}}),
        )
        .to_string(),
        &options(),
    )
    .unwrap();
    assert!(told(&made, "references lead from one to the next"), "{:?}", made.left_out);
}

#[test]
fn references_that_double_at_each_level_stay_small() {
    let mut schemas = serde_json::Map::new();
    for level in 0..60 {
        let next = json!({"$ref": format!("#/components/schemas/L{}", level + 1)});
        schemas.insert(
            format!("L{level}"),
            json!({"type": "object", "properties": {"a": next, "b": next, "c": next, "d": next}}),
        );
    }
    schemas.insert("L60".into(), json!({"type": "string"}));
    let made = imported(
        json!({"/bomb": {"post": {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/L0"}}}}}}}),
        json!({"components": {"schemas": schemas}}),
    );
    assert!(serde_json::to_string(&made.connector).unwrap().len() < 200_000);
}

#[test]
fn servers_with_variables_relative_ones_and_none() {
    let paths = || json!({"/a": {"get": {}}});
    let host = |made: &Imported| String::from(made.connector.hosts["main"].clone());
    let made = imported(
        paths(),
        json!({"servers": [{"url": "https://{region}.api.example/", "variables": {"region": {"default": "eu", "enum": ["eu", "us"]}}}]}),
    );
    assert_eq!(host(&made), "https://{region}.api.example");
    assert_eq!(made.connector.credential["region"].default, Some(json!("eu")));
    let made = imported(
        paths(),
        json!({"servers": [{"url": "https://api.telegram.example/bot{token}", "variables": {"token": {"default": "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"}}}]}),
    );
    let token = &made.connector.credential["token"];
    assert!(token.secret && token.required && token.default.is_none(), "a sample of a secret is no default");
    for servers in [json!([]), json!([{"url": "/v1"}]), json!([{"url": "./v1/"}])] {
        let made = imported(paths(), json!({"servers": servers}));
        assert!(host(&made).starts_with("{base_url}"), "{}", host(&made));
    }
    let made = imported(paths(), json!({"servers": [{"url": "//kubernetes.local/"}]}));
    assert_eq!(host(&made), "https://kubernetes.local");
    let made = imported(paths(), json!({"servers": [{"url": "http://localhost:5572"}]}));
    assert_eq!(
        (host(&made).as_str(), &made.connector.credential["base_url"].default),
        ("{base_url}", &Some(json!("http://localhost:5572")))
    );
    let from =
        ImportOptions { source: Some(Url::parse("https://api.example/docs/openapi.json").unwrap()), ..options() };
    let made = import(&document(paths(), json!({"servers": [{"url": "/v2"}]})).to_string(), &from).unwrap();
    assert_eq!(host(&made), "https://api.example/v2");
}

#[test]
fn a_method_that_a_path_or_a_parameter_names_makes_no_read() {
    let header = json!([{"name": "X-HTTP-Method-Override", "in": "header", "schema": {"type": "string"}}]);
    let query = json!([{"name": "_method", "in": "query", "schema": {"type": "string"}}]);
    let made = imported(
        json!({"/a?_method=DELETE": {"get": {}}, "/b": {"get": {"parameters": header}},
            "/c": {"get": {"parameters": query}}, "/d": {"get": {}}}),
        json!({"components": {"securitySchemes": {"key": {"type": "apiKey", "in": "query", "name": "_method"}}}}),
    );
    let reads: Vec<bool> = made
        .connector
        .operations()
        .map(|(_, operation)| {
            let verb = operation.parameters.iter().map(|(name, _)| (name.to_owned(), json!("DELETE"))).collect();
            crate::request::surely_reads(operation, &verb)
        })
        .collect();
    assert_eq!(reads, [false, true, false, true]);
    assert!(told(&made, "X-HTTP-Method-Override is not a caller's to set"), "{:?}", made.left_out);
    assert!(told(&made, "way to sign in is not known"), "a secret that is the method: {:?}", made.left_out);
}

#[test]
fn a_path_may_have_a_server_of_its_own() {
    let made = imported(
        json!({"/a": {"get": {}}, "/files": {"servers": [{"url": "https://files.example"}], "post": {}}}),
        json!({}),
    );
    let files = made.connector.operations().nth(1).unwrap().1;
    assert_eq!(String::from(made.connector.hosts[files.host.as_ref().unwrap()].clone()), "https://files.example");
}

#[test]
fn what_is_no_openapi_3_is_refused_with_the_reason() {
    let refused = |text: &str| import(text, &options()).unwrap_err();
    assert_eq!(refused(r#"{"swagger": "2.0", "paths": {}}"#), ImportError::Swagger2);
    assert_eq!(refused("swagger: '2.0'\npaths: {}\n"), ImportError::Swagger2);
    assert!(matches!(refused(r#"{"openapi": "4.0.0"}"#), ImportError::Version(_)));
    assert!(matches!(refused("{}"), ImportError::Version(_)));
    assert!(matches!(refused("{\"openapi\": "), ImportError::Unreadable(why) if why.contains("line 1")));
    assert!(matches!(refused("openapi: [\n"), ImportError::Unreadable(why) if why.contains("line")));
    let webhooks = r#"{"openapi": "3.1.0", "info": {}, "webhooks": {"a": {}}}"#;
    assert!(matches!(refused(webhooks), ImportError::Nothing(why) if why.contains("webhooks only")));
    let large = format!("{{\"x\": \"{}\"}}", "x".repeat(super::MAX_JSON_BYTES));
    assert!(matches!(refused(&large), ImportError::TooLarge { .. }));
}

#[test]
fn a_reference_to_another_file_is_told() {
    let made = imported(
        json!({"/a": {"$ref": "paths/a.yaml"}, "/b": {"get": {"parameters": [{"$ref": "common.yaml#/limit"}]}}}),
        json!({}),
    );
    assert_eq!(keys(&made), ["get_b"]);
    assert_eq!(
        made.left_out.iter().filter(|left| left.reason.contains("another file")).count(),
        2,
        "{:?}",
        made.left_out
    );
}

#[test]
fn members_beside_a_reference_count_too() {
    let made = imported(
        json!({"/a": {"post": {"requestBody": {"content": {"application/json": {"schema": {"type": "object", "properties": {
            "pet": {"$ref": "#/components/schemas/Pet", "description": "Mine", "allOf": [{"required": ["name"]}]},
        }}}}}}}}),
        json!({"components": {"schemas": {"Pet": {"type": "object", "properties": {"name": {"type": "string"}}, "allOf": [{"type": "object"}]}}}}),
    );
    let pet = &only(&made).parameters.get("pet").unwrap().schema;
    assert_eq!((pet["description"].as_str(), pet["allOf"].as_array().unwrap().len()), (Some("Mine"), 2));
    assert_eq!(pet["properties"]["name"], json!({"type": "string"}));
}

#[test]
fn both_dialects_of_schemas_become_one() {
    let made = imported(
        json!({"/a": {"get": {"parameters": [
            {"name": "a", "in": "query", "schema": {"type": "integer", "minimum": 0, "exclusiveMinimum": true}},
            {"name": "b", "in": "query", "schema": {"type": "string", "nullable": true, "enum": ["x"]}},
            {"name": "c", "in": "query", "schema": {"type": ["string", "null"], "const": "x"}},
            {"name": "d", "in": "query", "schema": {"type": "file", "pattern": "(?=x)"}},
            {"name": "e", "in": "query", "schema": {"type": "integer", "maximum": 9, "exclusiveMaximum": false}},
        ]}}}),
        json!({}),
    );
    let schema = |name: &str| only(&made).parameters.get(name).unwrap().schema.clone();
    assert_eq!(schema("a"), json!({"type": "integer", "exclusiveMinimum": 0}));
    assert_eq!(schema("b"), json!({"type": ["string", "null"], "enum": ["x", null]}));
    assert_eq!(schema("c"), json!({"type": ["string", "null"], "const": "x"}));
    assert_eq!(schema("d"), json!({}));
    assert_eq!(schema("e"), json!({"type": "integer", "maximum": 9}));
}

#[test]
fn a_long_integer_of_a_document_keeps_its_digits_and_a_bound_stays_a_number() {
    let parameter =
        r#"{"name": "a", "in": "query", "schema": {"enum": [40817810099910004312], "maximum": 18446744073709551616}}"#;
    let text = format!(
        r#"{{"openapi": "3.1.0", "info": {{"title": "T", "version": "1"}}, "servers": [{{"url": "https://api.example"}}],
        "paths": {{"/a": {{"get": {{"parameters": [{parameter}], "responses": {{}}}}}}}}}}"#
    );
    let made = import(&text, &options()).unwrap();
    let schema = &only(&made).parameters.get("a").unwrap().schema;
    let expected = json!({"enum": ["40817810099910004312"], "maximum": 18_446_744_073_709_551_616.0});
    assert_eq!(schema, &expected);
}

#[test]
fn a_get_loses_its_body_and_an_empty_one_is_not_worth_a_word() {
    let body = |schema: Value| json!({"content": {"application/json": {"schema": schema}}});
    let made = imported(
        json!({
            "/a": {"get": {"requestBody": body(json!({"type": "object", "properties": {"x": {}}}))}},
            "/b": {"get": {"requestBody": body(json!({"type": "object", "properties": {}}))}},
        }),
        json!({}),
    );
    let left: Vec<&str> =
        made.left_out.iter().filter(|left| left.reason.contains("body")).map(|left| left.place.as_str()).collect();
    assert_eq!(left, ["GET /a"]);
}

#[test]
fn the_token_is_the_credentials_never_the_models() {
    let slack = json!({"components": {"securitySchemes": {"slackAuth": {"type": "oauth2", "flows": {"authorizationCode": {"authorizationUrl": "https://slack.example/a", "tokenUrl": "https://slack.example/t", "scopes": {}}}}}}});
    let parameters = json!([
        {"name": "token", "in": "header", "required": true, "schema": {"type": "string"}},
        {"name": "Authorization", "in": "header", "required": true, "schema": {"type": "string"}},
        {"name": "channel", "in": "query", "required": true, "schema": {"type": "string"}},
    ]);
    let made = imported(json!({"/chat": {"get": {"parameters": parameters}}}), slack);
    assert_eq!(only(&made).parameters.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["channel"]);
    assert_eq!(made.connector.auth[0].needs, ["client_id", "client_secret", "refresh_token"]);
    let key = json!({"security": [{"key": [], "id": []}], "components": {"securitySchemes": {
        "key": {"type": "apiKey", "in": "header", "name": "X-Key"}, "id": {"type": "apiKey", "in": "query", "name": "app"},
        "basic": {"type": "http", "scheme": "basic"},
    }}});
    let made = imported(json!({"/a": {"get": {"parameters": [{"name": "x-key", "in": "header", "schema": {}}]}}}), key);
    assert!(only(&made).parameters.is_empty());
    assert_eq!((made.connector.auth.len(), made.connector.auth[0].send.len()), (1, 2), "the two go together");
    let made = imported(json!({"/a": {"get": {}}}), json!({}));
    assert!(told(&made, "no way to sign in") && made.connector.auth[0].needs.is_empty());
}

#[test]
fn forms_files_and_whole_bodies() {
    let post = |media: &str, schema: Value| json!({"post": {"requestBody": {"required": true, "content": {media: {"schema": schema}}}}});
    let made = imported(
        json!({
            "/form": post("application/x-www-form-urlencoded", json!({"type": "object", "properties": {"card": {"type": "object", "properties": {"number": {"type": "string"}}}}})),
            "/file": post("multipart/form-data", json!({"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}, "note": {"type": "string"}}})),
            "/list": post("application/vnd.api+json", json!({"type": "array", "items": {"type": "integer"}})),
            "/cbor": post("application/cbor", json!({"type": "string"})),
        }),
        json!({}),
    );
    let operations: Vec<&Operation> = made.connector.operations().map(|(_, operation)| operation).collect();
    assert_eq!(
        operations.iter().map(|o| o.body).collect::<Vec<_>>(),
        [Body::Form, Body::Multipart, Body::Json, Body::Raw]
    );
    assert_eq!(operations[1].parameters.get("file").unwrap().place, Place::File);
    assert_eq!(operations[2].parameters.get("body").unwrap().place, Place::WholeBody);
    assert_eq!(operations[2].media_type.as_deref(), Some("application/vnd.api+json"));
    assert_eq!(operations[3].media_type.as_deref(), Some("application/cbor"));
}

#[test]
fn parameters_are_named_placed_and_written_as_declared() {
    let made = imported(
        json!({"/x/{user-id}/{forgotten}": {
            "parameters": [{"name": "user-id", "in": "path", "required": true, "schema": {"type": "string"}}],
            "get": {"parameters": [
                {"name": "page[size]", "in": "query", "schema": {"type": "integer"}},
                {"name": "expand", "in": "query", "explode": false, "schema": {"type": "array", "items": {"type": "string"}}},
                {"name": "created", "in": "query", "style": "deepObject", "explode": true, "schema": {"type": "object", "properties": {"gt": {"type": "integer"}}}},
                {"name": "filter", "in": "query", "content": {"application/json": {"schema": {"type": "object"}}}},
                {"name": "free", "in": "query", "schema": {"type": "object"}},
                {"name": "sid", "in": "cookie", "schema": {"type": "string"}},
            ]},
        }}),
        json!({}),
    );
    let operation = only(&made);
    assert_eq!(operation.path, "/x/{user_id}/{forgotten}");
    let get = |name: &str| operation.parameters.get(name).unwrap();
    assert_eq!(get("page_size").at.as_deref(), Some("page[size]"));
    assert_eq!(
        (get("expand").encode, get("created").encode, get("filter").encode),
        (Encoding::Comma, Encoding::Plain, Encoding::Json)
    );
    assert_eq!((get("created").place, get("free").place), (Place::Query, Place::QueryMap));
    assert!(get("forgotten").required && told(&made, "sid"));
}

#[test]
fn a_post_that_the_vendor_calls_reading_reads() {
    let made = imported(json!({"/a": {"post": {"x-readonly-method": true}}, "/b": {"post": {}}}), json!({}));
    let access: Vec<Access> = made.connector.operations().map(|(_, operation)| operation.access.clone()).collect();
    assert_eq!(access, [Access::Read, Access::Write]);
}

#[test]
fn only_wanted_operations_are_taken() {
    let wanted = ImportOptions { operations: vec!["/issues*".to_owned(), "get_users".to_owned()], ..options() };
    let text = document(json!({"/issues/{id}": {"get": {}}, "/users": {"get": {}, "post": {}}}), json!({})).to_string();
    let made = import(&text, &wanted).unwrap();
    assert_eq!((keys(&made), made.seen), (vec!["get_issues_id".to_owned(), "get_users".to_owned()], 3));
}

#[test]
fn yaml_with_numbers_as_statuses_is_read() {
    let text = "openapi: 3.1.0\ninfo: {title: Y, version: 1}\nservers: [{url: https://y.example}]\npaths:\n  /a:\n    get:\n      operationId: a\n      responses:\n        200: {content: {application/pdf: {}}}\n";
    let made = import(text, &options()).unwrap();
    assert_eq!(only(&made).reply.accept.as_deref(), Some("application/pdf"));
}

#[test]
fn headers_of_the_connection_are_neither_a_sign_in_nor_a_parameter() {
    let schemes = json!({
        "length": {"type": "apiKey", "in": "header", "name": "Content-Length"},
        "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
    });
    let parameters = json!([{"name": "Transfer-Encoding", "in": "header"}, {"name": "X-Team", "in": "header"}]);
    let made = imported(
        json!({"/a": {"get": {"parameters": parameters}}}),
        json!({"components": {"securitySchemes": schemes}}),
    );
    let keys: Vec<&str> = made.connector.auth.iter().map(|scheme| scheme.key.as_str()).collect();
    assert_eq!(keys, ["key"]);
    assert!(told(&made, "this way to sign in is not known"), "{:?}", made.left_out);
    let names: Vec<&str> = only(&made).parameters.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["X_Team"]);
}

#[test]
fn an_operation_whose_path_leads_out_of_the_service_is_left_out() {
    let bad = ["/../admin", "/a/%2e%2E/b", "/a/.%2e", "/./a", "/a/%2E", "/a/..;x/b", "/a/..?x=1", "/%252e%252e/b"];
    let mut paths: serde_json::Map<String, Value> =
        bad.iter().map(|path| ((*path).to_owned(), json!({"get": {}}))).collect();
    paths.insert("/a/.well-known/{file}...".to_owned(), json!({"get": {"operationId": "good"}}));
    let made = imported(paths.into(), json!({}));
    assert_eq!(keys(&made), ["good"]);
    for path in bad {
        let left = made.left_out.iter().find(|left| left.place == format!("GET {path}"));
        assert!(left.is_some_and(|left| left.reason.contains(". or .. in it")), "{path}: {left:?}");
    }
}

#[test]
fn an_operation_that_wants_a_header_which_none_can_be_is_left_out() {
    let of = |name: &str| json!({"get": {"operationId": "bad", "parameters": [{"name": name, "in": "header"}]}});
    for name in ["X Team", "X-Team:", "", "x-\u{442}eam", "{team}"] {
        let made = imported(json!({"/a": {"get": {"operationId": "good"}}, "/b": of(name)}), json!({}));
        assert_eq!(keys(&made), ["good"], "{name:?}");
        assert!(made.left_out.iter().any(|left| left.place == "GET /b" && left.reason.contains("no name of one")));
    }
}

#[test]
fn headers_that_are_no_callers_to_set_are_told() {
    let closed =
        ["Host", "Content-Length", "Connection", "Transfer_Encoding", "TE", "Proxy-Authorization", "X-Forwarded-For"];
    let silent = ["Accept", "content-type", "User-Agent", "Authorization", "Cookie"];
    let parameters: Vec<Value> =
        closed.iter().chain(&silent).chain(&["X-Team"]).map(|name| json!({"name": name, "in": "header"})).collect();
    let made = imported(json!({"/a": {"get": {"parameters": parameters}}}), json!({}));
    let made_of = only(&made);
    let names: Vec<&str> = made_of.parameters.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["X_Team"]);
    for name in closed {
        assert!(told(&made, &format!("the header {name} is not a caller's to set")), "{name}");
    }
    assert!(!silent.iter().any(|name| told(&made, &format!("the header {name} "))), "{:?}", made.left_out);
}

#[test]
fn numbers_that_no_float_holds_are_texts_and_no_bounds_and_refused_in_yaml() {
    let json = r#"{"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "servers": [{"url": "https://api.example"}],
        "paths": {"/a": {"get": {"parameters": [{"name": "a", "in": "query", "schema": {"enum": [1e999, 2], "maximum": 1e999}}]}}}}"#;
    let made = import(json, &options()).unwrap();
    assert_eq!(only(&made).parameters.get("a").unwrap().schema, json!({"enum": ["1e999", 2]}));
    for number in [".inf", "-.INF", ".nan", "1e999"] {
        let yaml = format!("openapi: 3.1.0\ninfo: {{title: T}}\npaths: {{/a: {{get: {{x-a: {number}}}}}}}\n");
        let refused = import(&yaml, &options()).unwrap_err().to_string();
        assert!(refused.contains("non-finite") && refused.contains("line 3"), "{refused}");
    }
}
