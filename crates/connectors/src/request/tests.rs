use serde_json::{Map, Value, json};

use super::{Call, HttpRequest, build, surely_reads, writes};
use crate::account::{Credential, Secrets};
use crate::parse::parse;
use crate::schema::Connector;

const PARTS: &str = "\
key: parts
title: {ru: Ч, en: P}
hosts: {main: 'https://api.example/v1', own: '{base}'}
credential:
  token: {title: {ru: Т, en: T}}
  base: {title: {ru: А, en: A}, format: url, secret: false, default: 'https://own.example/x/'}
  reads: {title: {ru: М, en: M}, format: list, secret: false}
headers: {Accept: application/json}
auth:
  - key: token
    needs: [token]
    send: [{header: {name: Authorization, value: 'Bearer {token}'}}]
rpc: {extra: {protocol: 2}}
modules:
  - key: m
    title: {ru: М, en: M}
    operations:
";

fn connector(operation: &str) -> Connector {
    let indented: String = operation.lines().flat_map(|line| ["      ", line, "\n"]).collect();
    parse("parts.yaml", &format!("{PARTS}{indented}")).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

fn credential(value: Value) -> Credential {
    let Value::Object(members) = value else { panic!() };
    Credential::new(members)
}

fn built(operation: &str, params: Value) -> Result<HttpRequest, String> {
    let connector = connector(operation);
    let (module, operation) = connector.operations().next().unwrap();
    let Value::Object(params) = params else { panic!() };
    let credential = credential(json!({"token": "s3cret", "reads": ["get"]}));
    let secrets = Secrets::new(&connector, &credential);
    let call = Call {
        connector: &connector,
        module,
        operation,
        params: &params,
        secrets: &secrets,
        idempotency_key: Some("k-1"),
    };
    build(&call).map_err(|error| error.to_string())
}

fn body(request: &HttpRequest) -> String {
    String::from_utf8(request.body.clone().unwrap()).unwrap()
}

#[test]
fn paths_are_encoded_as_each_service_wants_them() {
    let gitlab = "- {key: o, summary: {ru: О, en: O}, access: read, path: '/projects/{id}/files/{file}', parameters: {id: {in: path}, file: {in: path}}}";
    let request = built(gitlab, json!({"id": "group/sub", "file": "a b/c.rs"})).unwrap();
    assert_eq!(request.url.as_str(), "https://api.example/v1/projects/group%2Fsub/files/a%20b%2Fc.rs");
    let github = "- {key: o, summary: {ru: О, en: O}, access: read, path: '/contents/{path}', parameters: {path: {in: path, encode: segments}}}";
    assert_eq!(built(github, json!({"path": "src/ё.rs"})).unwrap().url.path(), "/v1/contents/src/%D1%91.rs");
    for bad in ["..", "a/../b", "/etc", ""] {
        assert!(built(github, json!({"path": bad})).is_err(), "{bad}");
    }
    assert!(built(gitlab, json!({"id": "..", "file": "x"})).is_err());
    assert_eq!(built(gitlab, json!({"file": "x"})).unwrap_err(), "id: is required");
}

#[test]
fn no_pieces_of_a_path_lead_out_of_the_service_whatever_their_encoding() {
    let of = |path: &str, encode: &str| {
        format!(
            "- {{key: o, summary: {{ru: О, en: O}}, access: read, path: '{path}', parameters: {{a: {{in: path, encode: {encode}}}, b: {{in: path, encode: {encode}, default: x}}}}}}"
        )
    };
    for encode in ["plain", "comma", "brackets", "indexed", "json"] {
        for bad in ["..", ".", "..;x", "%2e%2e", "%2E.", "a/../../b", "..\\admin", "\t..", ""] {
            let told =
                built(&of("/things/{a}/of/{b}", encode), json!({"a": bad})).map(|request| request.url.to_string());
            assert_eq!(told, Err("a: is part of a path: not empty, no . or .. in it".to_owned()), "{encode} {bad:?}");
        }
        let kept = built(&of("/things/{a}/of/{b}", encode), json!({"a": "DOMAIN\\ada.b..c"})).unwrap();
        assert_eq!(kept.url.path(), "/v1/things/DOMAIN%5Cada.b..c/of/x");
    }
    for (path, a) in [
        ("/.{a}/{b}", "%2e"),
        ("/x/..{a}/{b}", ";y"),
        ("/{a}%2E/{b}", "%2E"),
        ("/../{a}/{b}", "y"),
        ("/%2e%2E/{a}/{b}", "y"),
        ("/./{a}{b}", "y"),
        ("/{a}/{b}/..", "y"),
        ("/{a}/{b}/%252e%252e/admin", "y"),
    ] {
        let told = built(&of(path, "plain"), json!({"a": a})).map(|request| request.url.to_string());
        assert!(told.as_ref().is_err_and(|why| why.contains(". or .. in it")), "{path}: {told:?}");
    }
}

#[test]
fn odata_literals_keep_their_quotes_and_double_those_inside() {
    let slice = "- {key: o, summary: {ru: О, en: O}, access: read, path: '/{register}/SliceLast({...})', parameters: {register: {in: path}, period: {in: argument, at: Period, encode: odata_datetime}, condition: {in: argument, at: Condition, encode: odata_string}}}";
    let path = |params| built(slice, params).unwrap().url.path().to_owned();
    assert_eq!(path(json!({"register": "R"})), "/v1/R/SliceLast()");
    assert_eq!(
        path(json!({"register": "R", "period": "2026-01-01T00:00:00", "condition": "A eq 'x'"})),
        "/v1/R/SliceLast(Period=datetime'2026-01-01T00:00:00',Condition='A%20eq%20''x''')"
    );
}

#[test]
fn queries_hold_lists_and_objects_in_the_declared_form() {
    let operation = "- {key: o, summary: {ru: О, en: O}, access: read, path: /o, always: {query: {$format: json}}, parameters: {a: {in: query}, b: {in: query, encode: brackets}, c: {in: query, encode: comma}, d: {in: query, encode: json}, e: {in: query, at: $filter}}}";
    let request =
        built(operation, json!({"a": [1, 2], "b": ["x"], "c": ["p q", "r"], "d": {"k": [1]}, "e": "N eq 'a&b'"}));
    assert_eq!(
        request.unwrap().url.query().unwrap(),
        "$format=json&a=1&a=2&b[]=x&c=p%20q,r&d=%7B%22k%22:%5B1%5D%7D&$filter=N%20eq%20%27a%26b%27"
    );
    assert_eq!(
        built(operation, json!({"a": {"k": {"l": 1}}, "b": null})).unwrap().url.query().unwrap(),
        "$format=json&a[k][l]=1"
    );
}

#[test]
fn json_bodies_are_written_at_their_places() {
    let operation = "- {key: o, summary: {ru: О, en: O}, access: read, method: POST, path: /o, body: json, always: {body: {settings: {sort: 1}}}, parameters: {limit: {in: body, at: /settings/cursor/limit, default: 100}, ids: {in: body}}}";
    let request = built(operation, json!({"ids": [9_007_199_254_740_993_u64]})).unwrap();
    assert_eq!(body(&request), r#"{"settings":{"sort":1,"cursor":{"limit":100}},"ids":[9007199254740993]}"#);
    assert_eq!(request.headers["content-type"], "application/json");
    assert_eq!(request.headers["authorization"], "Bearer s3cret");
    assert_eq!(request.headers["accept"], "application/json");
    let empty = "- {key: o, summary: {ru: О, en: O}, access: read, method: POST, path: /o, body: json}";
    assert_eq!(body(&built(empty, json!({})).unwrap()), "{}");
}

#[test]
fn forms_are_nested_with_brackets() {
    let operation = "- {key: o, summary: {ru: О, en: O}, access: write, method: POST, path: /o, body: form, parameters: {card: {in: body}, tags: {in: body, encode: indexed}}}";
    let request =
        built(operation, json!({"card": {"number": "4 2", "exp": {"month": 1}}, "tags": ["a", "b"]})).unwrap();
    assert_eq!(body(&request), "card%5Bnumber%5D=4+2&card%5Bexp%5D%5Bmonth%5D=1&tags%5B0%5D=a&tags%5B1%5D=b");
}

#[test]
fn files_are_parts_and_the_same_call_is_the_same_bytes() {
    let operation = "- {key: o, summary: {ru: О, en: O}, access: write, method: POST, path: /o, body: multipart, parameters: {chat_id: {in: body}, photo: {in: file}}}";
    let params = json!({"chat_id": 5, "photo": {"name": "a\"b.png", "media_type": "image/png", "base64": "AAEC"}});
    let request = built(operation, params.clone()).unwrap();
    let boundary = request.headers["content-type"].to_str().unwrap().split_once("boundary=").unwrap().1.to_owned();
    let expected = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n5\r\n--{boundary}\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a%22b.png\"\r\nContent-Type: image/png\r\n\r\n\u{0}\u{1}\u{2}\r\n--{boundary}--\r\n"
    );
    assert_eq!(body(&request), expected);
    assert_eq!(body(&built(operation, params).unwrap()), expected);
    let by_id = built(operation, json!({"chat_id": 5, "photo": "AgAC"})).unwrap();
    assert!(body(&by_id).contains("name=\"photo\"\r\n\r\nAgAC\r\n"));
}

#[test]
fn json_rpc_calls_stand_in_their_envelope() {
    let operation = "- {key: o, summary: {ru: О, en: O}, access: read, method: POST, rpc: СБИС.Список, parameters: {filter: {in: body, at: /Фильтр}}}";
    let request = built(operation, json!({"filter": {"Тип": "ДокОтгр"}})).unwrap();
    assert_eq!(
        body(&request),
        r#"{"jsonrpc":"2.0","method":"СБИС.Список","params":{"Фильтр":{"Тип":"ДокОтгр"}},"protocol":2,"id":1}"#
    );
    let generic = "- {key: o, summary: {ru: О, en: O}, access: {read_if_listed: reads}, method: POST, host: own, parameters: {method: {in: rpc_method}, params: {in: rpc_params}}}";
    let request = built(generic, json!({"method": "add", "params": [1, 2]})).unwrap();
    assert_eq!(body(&request), r#"{"jsonrpc":"2.0","method":"add","params":[1,2],"protocol":2,"id":1}"#);
    assert_eq!(request.url.as_str(), "https://own.example/x");
}

#[test]
fn a_free_path_stays_below_its_base_and_cannot_set_who_asks() {
    let operation = "- {key: o, summary: {ru: О, en: O}, access: by_method, host: own, body: json, parameters: {method: {in: method}, path: {in: address}, query: {in: query_map}, headers: {in: header_map}, body: {in: whole_body}}}";
    let request =
        built(operation, json!({"method": "get", "path": "/items/a%20b", "query": {"q": "x y", "n": [1, 2]}}));
    let request = request.unwrap();
    assert_eq!(request.url.as_str(), "https://own.example/x/items/a%20b?q=x%20y&n=1&n=2");
    assert!(request.body.is_none());
    for path in
        ["items", "/../admin", "/a/%2e%2e/b", "/a?b", "\\\\evil", "@evil.example", "//evil.example/..", "/a/%2E./b"]
            .into_iter()
            .chain(["/..;/admin", "/a/..;x=1/b", "/.;/b", "/%2e%2e%3b/admin", "/%252e%252e/admin", "/..%09/admin"])
    {
        assert!(built(operation, json!({"method": "GET", "path": path})).is_err(), "{path}");
    }
    assert_eq!(
        built(operation, json!({"method": "GET", "path": "//evil.example/x"})).unwrap().url.host_str(),
        Some("own.example")
    );
    for name in ["Authorization", "host", "Cookie", "Transfer-Encoding", "transfer_encoding", "x-forwarded-for"]
        .into_iter()
        .chain(["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "Forwarded", "X-Original-URL"])
        .chain(["X-Rewrite-URL", "X-Real-IP", "X_HTTP_Method_Override"])
    {
        let params = json!({"method": "GET", "path": "/", "headers": {name: "x"}});
        assert!(built(operation, params).unwrap_err().contains("cannot be set"), "{name}");
    }
    assert!(built(operation, json!({"method": "GET", "path": "/", "headers": {"x-a": "b\r\nc: d"}})).is_err());
}

#[test]
fn reading_and_writing_are_declared_never_guessed() {
    let connector = connector(
        "- {key: call, summary: {ru: О, en: O}, access: {read_if_listed: reads}, method: POST, parameters: {method: {in: rpc_method}}}\n- {key: free, summary: {ru: О, en: O}, access: by_method, parameters: {method: {in: method}}}",
    );
    let credential = credential(json!({"token": "t", "reads": ["get"]}));
    let secrets = Secrets::new(&connector, &credential);
    let writes = |key: &str, method: &str| {
        let params: Map<String, Value> = json!({"method": method}).as_object().unwrap().clone();
        writes(connector.operation(key).unwrap().1, &params, &secrets)
    };
    assert!(!writes("call", "get") && writes("call", "set"));
    assert!(!writes("free", "GET") && !writes("free", "head") && writes("free", "POST"));
}

#[test]
fn a_query_that_names_another_method_makes_a_write() {
    let connector = connector(
        "- {key: free, summary: {ru: О, en: O}, access: by_method, parameters: {method: {in: method}, query: {in: query_map}}}\n- {key: fixed, summary: {ru: О, en: O}, access: read, parameters: {filter: {in: query_map}, verb: {in: query, at: _method}}}",
    );
    let credential = credential(json!({"token": "t"}));
    let secrets = Secrets::new(&connector, &credential);
    let writes = |key: &str, params: Value| {
        let operation = connector.operation(key).unwrap().1;
        let params = params.as_object().unwrap();
        assert_eq!(writes(operation, params, &secrets), !surely_reads(operation, params));
        writes(operation, params, &secrets)
    };
    for name in ["_method", "_METHOD", ".method", " _method", "_httpMethod", "X-HTTP-Method-Override"] {
        assert!(writes("free", json!({"method": "GET", "query": {"a": 1, name: "DELETE"}})), "{name}");
        assert!(writes("fixed", json!({"filter": {name: "DELETE"}})), "{name}");
    }
    assert!(writes("fixed", json!({"verb": "DELETE"})));
    assert!(!writes("free", json!({"method": "GET", "query": {"method": "list", "payment_method": "x"}})));
    assert!(!writes("fixed", json!({"filter": {"a": 1}})));
}

#[test]
fn a_method_that_is_always_sent_or_stands_in_a_header_or_a_body_makes_a_write() {
    let connector = connector(
        "- {key: query, summary: {ru: О, en: O}, access: read, method: GET, path: /a, always: {query: {_method: DELETE}}}\n\
         - {key: header, summary: {ru: О, en: O}, access: read, method: GET, path: /a, always: {headers: {X-HTTP-Method-Override: PUT}}}\n\
         - {key: given, summary: {ru: О, en: O}, access: read, method: GET, path: /a, parameters: {verb: {in: header, at: X-HTTP-Method}}}\n\
         - {key: form, summary: {ru: О, en: O}, access: read, method: POST, path: /a, body: form, parameters: {verb: {in: body, at: /_method}}}\n\
         - {key: whole, summary: {ru: О, en: O}, access: read, method: POST, path: /a, body: json, parameters: {body: {in: whole_body}}}",
    );
    let reads =
        |key: &str, params: Value| surely_reads(connector.operation(key).unwrap().1, params.as_object().unwrap());
    for key in ["query", "header"] {
        assert!(!reads(key, json!({})), "{key}");
    }
    for key in ["given", "form"] {
        assert!(!reads(key, json!({"verb": "DELETE"})) && reads(key, json!({})), "{key}");
    }
    assert!(!reads("whole", json!({"body": {"_method": "DELETE"}})) && reads("whole", json!({"body": {"a": 1}})));
}

#[test]
fn idempotency_keys_go_where_the_service_wants_them() {
    let query = "- {key: o, summary: {ru: О, en: O}, access: write, method: POST, path: /o, idempotency: {in: query, name: operationId}}";
    assert_eq!(built(query, json!({})).unwrap().url.query(), Some("operationId=k-1"));
    let header = "- {key: o, summary: {ru: О, en: O}, access: write, method: POST, path: /o, idempotency: {in: header, name: Idempotency-Key}}";
    assert_eq!(built(header, json!({})).unwrap().headers["idempotency-key"], "k-1");
}

#[test]
fn a_printed_request_shows_no_secret() {
    let operation = "- {key: o, summary: {ru: О, en: O}, access: read, path: '/{id}', parameters: {id: {in: path}}}";
    let request = built(operation, json!({"id": "s3cret"})).unwrap();
    assert_eq!(format!("{request:?}"), "GET api.example");
    assert!(request.headers["authorization"].is_sensitive());
}

#[test]
fn no_header_of_the_connection_gets_into_a_request() {
    let operation = "- {key: o, summary: {ru: О, en: O}, access: read, path: /o, parameters: {length: {in: header, at: Content-Length}}}";
    assert_eq!(
        built(operation, json!({"length": "60"})).unwrap_err(),
        "length: the header Content-Length cannot be set here"
    );
    assert!(built(operation, json!({})).is_ok());
}
