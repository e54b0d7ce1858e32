//! Connectors that organisations import for themselves.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};

use artel_domain::{Actor, AuditEntry, Clock as _, Hook, HookId, OrganizationConnector};
use artel_store::{ConnectorWrite, Hooks as _, Identities as _, NewHook, OrganizationConnectors as _};
use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::world::{Answer, Person, World};

const CONNECTORS: &str = "/organizations/me/connectors";
const IMPORT: &str = "/organizations/me/connectors/import";
const CREDENTIALS: &str = "/organizations/me/credentials";
const AGENTS: &str = "/organizations/me/agents";
/// What a refused document may take, in a build that is not optimised.
const SOON: Duration = Duration::from_mins(1);

fn document(host: &str) -> Value {
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Shop", "version": "1" },
        "servers": [{ "url": format!("https://{host}/v1") }],
        "components": { "securitySchemes": { "key": { "type": "http", "scheme": "bearer" } } },
        "paths": {
            "/orders": {
                "get": {
                    "operationId": "list_orders", "tags": ["Orders"],
                    "parameters": [{ "$ref": "other.yaml#/limit" }],
                },
                "post": { "operationId": "make_order", "tags": ["Orders"] },
            },
            "/refunds": { "post": { "operationId": "refund", "tags": ["Money"] } },
        },
    })
}

fn body(key: &str) -> Value {
    json!({ "key": key, "spec": document("shop.example") })
}

fn with(mut body: Value, member: &str, value: Value) -> Value {
    body[member] = value;
    body
}

/// The key of a connector that this person imports.
pub(crate) async fn imported(person: &Person, key: &str) -> String {
    person.post(IMPORT, body(key)).await.is(StatusCode::CREATED);
    key.to_owned()
}

async fn keeps_account(person: &Person, instance: &str) -> Answer {
    let secret = json!({ "token": "secret" });
    let account = json!({ "service_name": "shop", "instance_id": instance, "account_label": "Main", "secret": secret });
    person.post(CREDENTIALS, account).await
}

fn operations(connector: &Value) -> Vec<&str> {
    let modules = connector["modules"].as_array().unwrap().iter();
    let operations = modules.flat_map(|module| module["operations"].as_array().unwrap());
    operations.map(|operation| operation["key"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_document_becomes_a_connector_with_what_was_left_out() {
    let world = World::new().await;
    let ada = world.ada();
    let made = ada.post(IMPORT, body("shop")).await;
    made.is(StatusCode::CREATED);
    assert_eq!((&made.body["key"], &made.body["kind"]), (&json!("shop"), &json!("organisation")));
    assert_eq!(operations(&made.body), ["list_orders", "make_order", "refund"]);
    let left = &made.body["left_out"];
    assert_eq!(
        (&left[0]["operation"], &left[1], &made.body["more_left_out"]),
        (&json!("GET /orders"), &json!(null), &json!(0))
    );
    assert!(left[0]["reason"].as_str().unwrap().contains("other.yaml"), "{left:#}");
    let read = ada.get(&format!("{CONNECTORS}/shop")).await.body;
    for member in read.as_object().unwrap().keys() {
        assert_eq!(read[member], made.body[member], "{member}");
    }
    let all = ada.get(CONNECTORS).await.body;
    let line = all.as_array().unwrap().iter().find(|line| line["key"] == "shop").unwrap();
    let expected = json!({
        "key": "shop", "title": { "ru": "Shop", "en": "Shop" }, "kind": "organisation", "auth": { "kind": "bearer" }, "operations": 3,
    });
    assert_eq!(line, &expected);
    let own = all.as_array().unwrap().iter().filter(|line| line["kind"] == "organisation").count();
    assert_eq!((own, all.as_array().unwrap().len() > own), (1, true), "{all:#}");
    let rows = ada.get("/audit?action=connector.import").await.body;
    assert_eq!((&rows[0]["entity_id"], &rows[0]["details"]["operations"]), (&json!("shop"), &json!(3)), "{rows:#}");
}

#[tokio::test]
async fn it_is_used_like_every_other_connector() {
    let world = World::new().await;
    let ada = world.ada();
    keeps_account(&ada, "main").await.names("service_name");
    imported(&ada, "shop").await;
    let agent = ada.post(AGENTS, json!({ "name": "a" })).await.id();
    let place = format!("{AGENTS}/{agent}");
    let put = ada.put(&format!("{place}/connectors"), json!({ "connector_keys": ["shop", "github"] })).await;
    assert_eq!(put.body["connectors"], json!(["shop", "github"]));
    let bare = json!({ "service_name": "shop", "account_label": "Main", "secret": { "password": "x" } });
    ada.post(CREDENTIALS, bare).await.names("secret.password");
    let account = keeps_account(&ada, "main").await.id();
    let grants = format!("{place}/grants");
    let of = |scopes: Value| json!({ "credential_id": account, "scopes": scopes });
    ada.post(&grants, of(json!({ "nothing": true }))).await.names("scopes.nothing");
    let granted = ada.post(&grants, of(json!({ "orders": true, "write": "ask" }))).await;
    granted.is(StatusCode::CREATED);
    let changed = json!({ "scopes": { "nobody": true } });
    ada.call("PATCH", &format!("{grants}/{}", granted.id()), changed).await.names("scopes.nobody");
    let system = artel_domain::BuiltinAgent::System.id(ada.tenant);
    let available = ada.get(&format!("{AGENTS}/{system}/available-credentials")).await.body;
    assert_eq!((&available[0]["service_name"], &available[0]["granted"]), (&json!("shop"), &json!(true)));
    for agents in [ada.get(AGENTS).await.body[0].clone(), ada.get(&format!("{AGENTS}/{system}")).await.body] {
        assert!(agents["connectors"].as_array().unwrap().contains(&json!("shop")), "{agents:#}");
    }
    let tried = ada.post(&format!("{CREDENTIALS}/{account}/test"), Value::Null).await.body;
    assert!(tried["message"].as_str().unwrap().contains("no test request"), "{tried:#}");
}

#[tokio::test]
async fn its_service_sends_nothing_by_itself() {
    let world = World::new().await;
    let (ada, hooks) = (world.ada(), format!("{CONNECTORS}/shop/hooks"));
    ada.get(&hooks).await.is_problem(404);
    imported(&ada, "shop").await;
    assert_eq!(ada.post(&hooks, json!({})).await.is_problem(409).body["error"], "sends_nothing");
    let listed = ada.get(&hooks).await;
    listed.is(StatusCode::OK);
    assert_eq!(listed.body, json!([]));
    world.bob().get(&hooks).await.is_problem(404);
}

#[tokio::test]
async fn hooks_of_a_connector_that_is_gone_are_listed_and_revoked() {
    let world = World::new().await;
    let (ada, hooks) = (world.ada(), format!("{CONNECTORS}/gone/hooks"));
    let hook = Hook {
        id: HookId(Uuid::from_u128(1)),
        tenant_id: ada.tenant,
        connector_key: "gone".to_owned(),
        last4: "wxyz".to_owned(),
        has_secret: false,
        created_by: ada.user,
        created_at: world.clock.now(),
        last_refused_at: None,
    };
    let place = format!("{hooks}/{}", hook.id);
    let new = NewHook { hook, token_hash: "hash".to_owned(), sealed: None };
    world.store.ensure_principal(ada.tenant, ada.user, world.clock.now()).await.unwrap();
    world.store.create_hook(new, audit(&world, "hook.create")).await.unwrap();
    let listed = ada.get(&hooks).await.body;
    assert_eq!((&listed[0]["last4"], &listed[0]["proof"]), (&json!("wxyz"), &json!("no_connector")));
    ada.delete(&place).await.is(StatusCode::NO_CONTENT);
    ada.get(&hooks).await.is_problem(404);
}

/// Keeps a connector with a definition that nobody can read.
async fn keeps_unreadable(world: &World, person: &Person, key: &str) {
    world.store.ensure_principal(person.tenant, person.user, world.clock.now()).await.unwrap();
    let unreadable = OrganizationConnector {
        tenant_id: person.tenant,
        key: key.to_owned(),
        import_id: Uuid::from_u128(1),
        definition: "{}".to_owned(),
        digest: "digest".to_owned(),
        created_by: person.user,
        created_at: world.clock.now(),
        updated_at: world.clock.now(),
    };
    let audit = audit(world, "connector.import");
    let put = world.store.put_organization_connector(unreadable, None, audit).await.unwrap();
    assert!(matches!(put, ConnectorWrite::Done(_)), "{put:?}");
}

#[tokio::test]
async fn one_that_this_release_cannot_read_is_replaced() {
    let world = World::new().await;
    let ada = world.ada();
    keeps_unreadable(&world, &ada, "shop").await;
    assert_eq!(ada.post(IMPORT, body("shop")).await.is_problem(409).body["error"], "connector_exists");
    ada.post(IMPORT, with(body("shop"), "replace", json!(true))).await.is(StatusCode::OK);
    keeps_account(&ada, "main").await.is(StatusCode::CREATED);
}

#[tokio::test]
async fn one_that_the_installation_hides_can_be_deleted() {
    let world = World::new().await;
    let (ada, place) = (world.ada(), format!("{CONNECTORS}/github"));
    keeps_unreadable(&world, &ada, "github").await;
    let account = json!({ "service_name": "github", "account_label": "Main", "secret": { "token": "secret" } });
    ada.post(CREDENTIALS, account).await.is(StatusCode::CREATED);
    let agent = format!("{AGENTS}/{}", ada.post(AGENTS, json!({ "name": "Scribe" })).await.id());
    let puts = json!({ "connector_keys": ["github"] });
    assert_eq!(ada.put(&format!("{agent}/connectors"), puts).await.body["connectors"], json!(["github"]));
    world.bob().delete(&place).await.is_problem(409);
    ada.delete(&place).await.is(StatusCode::NO_CONTENT);
    assert_eq!(ada.delete(&place).await.is_problem(409).body["error"], "connector_not_own");
    assert_eq!(ada.get(&place).await.body["kind"], "shipped");
    assert_eq!(ada.get(&agent).await.body["connectors"], json!(["github"]), "the agent has the installation's");
}

fn audit(world: &World, action: &'static str) -> AuditEntry {
    AuditEntry {
        actor: Actor::default(),
        action,
        entity_type: "connector",
        entity_id: String::new(),
        trace_id: String::new(),
        outcome: "ok".to_owned(),
        details: None,
        at: world.clock.now(),
    }
}

#[tokio::test]
async fn a_key_is_replaced_only_on_demand() {
    let world = World::new().await;
    let ada = world.ada();
    imported(&ada, "shop").await;
    assert_eq!(ada.post(IMPORT, body("shop")).await.is_problem(409).body["error"], "connector_exists");
    let part = with(with(body("shop"), "operations", json!(["list_*"])), "replace", json!(true));
    let replaced = ada.post(IMPORT, part.clone()).await;
    replaced.is(StatusCode::OK);
    assert_eq!(operations(&replaced.body), ["list_orders"]);
    assert_eq!(operations(&ada.get(&format!("{CONNECTORS}/shop")).await.body), ["list_orders"]);
    ada.post(IMPORT, with(part, "key", json!("other"))).await.is(StatusCode::CREATED);
    for installed in ["github", "http"] {
        let taken = ada.post(IMPORT, with(body(installed), "replace", json!(true))).await;
        assert_eq!(taken.is_problem(409).body["error"], "connector_key_taken");
        let kept = ada.delete(&format!("{CONNECTORS}/{installed}")).await;
        assert_eq!(kept.is_problem(409).body["error"], "connector_not_own");
    }
}

#[tokio::test]
async fn secrets_go_where_they_were_entered_for() {
    let world = World::new().await;
    let ada = world.ada();
    imported(&ada, "shop").await;
    let account = keeps_account(&ada, "main").await.id();
    let agent = ada.post(AGENTS, json!({ "name": "a" })).await.id();
    ada.put(&format!("{AGENTS}/{agent}/connectors"), json!({ "connector_keys": ["shop"] })).await.is(StatusCode::OK);
    let elsewhere = json!({ "key": "shop", "spec": document("evil.example"), "replace": true });
    let refused = ada.post(IMPORT, elsewhere.clone()).await;
    assert_eq!(refused.is_problem(409).body["error"], "connector_in_use");
    assert!(refused.body["message"].as_str().unwrap().contains("credentials main"), "{refused:?}");
    let same = with(with(body("shop"), "operations", json!(["refund"])), "replace", json!(true));
    ada.post(IMPORT, same).await.is(StatusCode::OK);
    let place = format!("{CONNECTORS}/shop");
    assert_eq!(ada.delete(&place).await.is_problem(409).body["error"], "connector_in_use");
    ada.delete(&format!("{CREDENTIALS}/{account}")).await.is(StatusCode::NO_CONTENT);
    ada.post(IMPORT, elsewhere).await.is(StatusCode::OK);
    ada.delete(&place).await.is(StatusCode::NO_CONTENT);
    ada.delete(&place).await.is_problem(404);
    ada.get(&place).await.is_problem(404);
    assert_eq!(ada.get(&format!("{AGENTS}/{agent}")).await.body["connectors"], json!([]));
    let rows = ada.get("/audit?action=connector.delete").await.body;
    assert_eq!(rows.as_array().unwrap().len(), 1, "{rows:#}");
}

#[tokio::test]
async fn a_credential_of_a_colleague_counts_and_is_not_named() {
    let world = World::new().await;
    let (ada, eve) =
        (world.person_with(0xA, 0xADA, &["credentials:write"]), world.person_with(0xA, 0xE7E, &["agents:write"]));
    imported(&eve, "shop").await;
    let secret = json!({ "token": "secret" });
    let own = json!({ "service_name": "shop", "account_label": "Mine", "secret": secret, "user_id": ada.user });
    ada.post(CREDENTIALS, own).await.is(StatusCode::CREATED);
    let refused = eve.delete(&format!("{CONNECTORS}/shop")).await;
    assert_eq!(refused.is_problem(409).body["error"], "connector_in_use");
    assert!(!refused.body["message"].as_str().unwrap().contains("mine"), "{refused:?}");
}

#[tokio::test]
async fn each_organisation_has_its_own() {
    let world = World::new().await;
    let (ada, bob) = (world.ada(), world.bob());
    imported(&ada, "shop").await;
    bob.get(&format!("{CONNECTORS}/shop")).await.is_problem(404);
    bob.delete(&format!("{CONNECTORS}/shop")).await.is_problem(404);
    keeps_account(&bob, "main").await.names("service_name");
    let agent = bob.post(AGENTS, json!({ "name": "b" })).await.id();
    let put = json!({ "connector_keys": ["shop"] });
    bob.put(&format!("{AGENTS}/{agent}/connectors"), put).await.names("connector_keys[0]");
    let other = json!({ "key": "shop", "spec": document("bob.example"), "replace": true });
    bob.post(IMPORT, other).await.is(StatusCode::CREATED);
    assert_eq!(ada.get(&format!("{CONNECTORS}/shop")).await.body["hosts"]["main"], "https://shop.example/v1");
    assert_eq!(bob.get(&format!("{CONNECTORS}/shop")).await.body["hosts"]["main"], "https://bob.example/v1");
}

#[tokio::test]
async fn a_retried_import_is_done_once() {
    let world = World::new().await;
    let ada = world.ada();
    let headers = [("idempotency-key", "shop-1")];
    let first = ada.call_with("POST", IMPORT, &headers, body("shop")).await;
    first.is(StatusCode::CREATED);
    let again = ada.call_with("POST", IMPORT, &headers, body("shop")).await;
    again.is(StatusCode::CREATED);
    assert_eq!((again.header("idempotency-replayed"), &again.body), ("true", &first.body));
    let rows = ada.get("/audit?action=connector.import").await.body;
    assert_eq!(rows.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_text_may_hold_json_or_yaml_and_be_larger_than_other_bodies() {
    let world = World::new().await;
    let ada = world.ada();
    let yaml = "openapi: 3.1.0\ninfo: {title: Y}\nservers: [{url: 'https://y.example'}]\npaths: {/a: {get: {operationId: a}}}\n";
    let mut large = document("shop.example");
    large["info"]["description"] = json!("x".repeat(3 * 1024 * 1024));
    for (key, spec) in [("yaml", json!(yaml)), ("text", json!(large.to_string())), ("object", large)] {
        let made = ada.post(IMPORT, json!({ "key": key, "spec": spec, "title": "Named" })).await;
        made.is(StatusCode::CREATED);
        assert_eq!(made.body["title"]["en"], "Named", "{key}");
    }
    let huge = json!({ "key": "huge", "spec": "x".repeat(9 * 1024 * 1024) });
    assert_eq!(ada.post(IMPORT, huge).await.is_problem(413).body["error"], "payload_too_large");
    let stuffed = json!({ "key": "huge", "spec": "", "more": "x".repeat(2 * 1024 * 1024) });
    ada.post(IMPORT, stuffed).await.is_problem(413);
}

#[rstest]
#[case(json!({ "spec": {} }), "key")]
#[case(json!({ "key": "Shop", "spec": {} }), "key")]
#[case(json!({ "key": "a/b", "spec": {} }), "key")]
#[case(json!({ "key": "import", "spec": {} }), "key")]
#[case(json!({ "key": "shop" }), "spec")]
#[case(json!({ "key": "shop", "spec": {}, "url": "https://shop.example" }), "spec")]
#[case(json!({ "key": "shop", "spec": [1] }), "spec")]
#[case(json!({ "key": "shop", "spec": 1 }), "spec")]
#[case(json!({ "key": "shop", "spec": {}, "title": "a\u{202e}b" }), "title")]
#[case(json!({ "key": "shop", "spec": {}, "operations": [""] }), "operations")]
#[case(json!({ "key": "shop", "spec": { "swagger": "2.0" } }), "spec")]
#[case(json!({ "key": "shop", "spec": "- neither" }), "spec")]
#[case(json!({ "key": "shop", "spec": { "openapi": "3.1.0", "paths": {} } }), "spec")]
#[case(json!({ "key": "shop", "url": "ftp://shop.example" }), "url")]
#[case(json!({ "key": "shop", "url": "https://a:b@shop.example" }), "url")]
#[case(json!({ "key": "shop", "url": "http://127.0.0.1:1/openapi.json" }), "url")]
#[case(json!({ "key": "shop", "url": "http://localhost:1/openapi.json" }), "url")]
#[case(json!({ "key": "shop", "url": "http://[::ffff:10.0.0.1]/openapi.json" }), "url")]
#[case(json!({ "key": "shop", "url": "http://169.254.169.254/latest/meta-data" }), "url")]
#[tokio::test]
async fn what_makes_no_connector_is_refused_by_its_place(#[case] body: Value, #[case] field: &str) {
    let world = World::new().await;
    let begun = Instant::now();
    world.ada().post(IMPORT, body).await.names(field);
    assert!(begun.elapsed() < SOON);
    assert_eq!(world.ada().get(CONNECTORS).await.body.as_array().unwrap().len(), 12);
}

#[rstest]
#[case("http://169.254.169.254/latest", "not on the public internet")]
#[case("https://127.0.0.1:8443", "not on the public internet")]
#[case("https://[::1]/v1", "not on the public internet")]
#[case("https://a:b@shop.example", "a user name or password")]
#[case("https://a:{token}@shop.example", "a user name or password")]
#[case("https://{user}@shop.example", "a user name or password")]
#[case("https://shop.example:0", "port 0")]
#[case("https://127.0.0.%31/", "not accepted")]
#[tokio::test]
async fn a_server_that_no_call_may_reach_is_refused_at_the_import(#[case] server: &str, #[case] why: &str) {
    let world = World::new().await;
    let ada = world.ada();
    let servers = |place: &mut Value| place["servers"] = json!([{ "url": server }]);
    let (mut main, mut of_operation, mut of_token) =
        (document("shop.example"), document("shop.example"), document("shop.example"));
    servers(&mut main);
    servers(&mut of_operation["paths"]["/refunds"]["post"]);
    let flow = json!({ "clientCredentials": { "tokenUrl": server, "scopes": {} } });
    of_token["components"]["securitySchemes"]["key"] = json!({ "type": "oauth2", "flows": flow });
    for spec in [main, of_operation, of_token] {
        if spec.to_string().contains("tokenUrl") && (!server.starts_with("https://") || server.contains('{')) {
            continue;
        }
        let refused = ada.post(IMPORT, json!({ "key": "shop", "spec": spec })).await;
        refused.names("spec");
        assert!(refused.body.to_string().contains(why), "{}", refused.body);
    }
    assert_eq!(ada.get(CONNECTORS).await.body.as_array().unwrap().len(), 12);
}

#[tokio::test]
async fn a_server_with_variables_is_judged_by_their_defaults() {
    let world = World::new().await;
    let ada = world.ada();
    let spec = |default: &str| {
        let mut spec = document("shop.example");
        let variables = json!({ "host": { "default": default } });
        spec["servers"] = json!([{ "url": "https://{host}/v1", "variables": variables }]);
        json!({ "key": "shop", "spec": spec })
    };
    ada.post(IMPORT, spec("10.0.0.1")).await.names("spec");
    ada.post(IMPORT, spec("eu.shop.example")).await.is(StatusCode::CREATED);
}

fn post(schema: &Value) -> Value {
    json!({ "post": { "requestBody": { "content": { "application/json": { "schema": schema } } } } })
}

/// Schemas that refer to each other, and to themselves, without an end.
fn cyclic() -> Value {
    let mut document = document("shop.example");
    let all: Vec<Value> = (0..60).map(|n| json!({ "$ref": format!("#/components/schemas/S{n}") })).collect();
    for n in 0..60 {
        document["components"]["schemas"][format!("S{n}")] = json!({ "anyOf": all, "properties": { "a": all[n] } });
    }
    for n in 0..80 {
        document["paths"][format!("/p{n}")] = post(&all[n % 60]);
    }
    document["paths"]["/self"] = json!({ "$ref": "#/paths/~1self" });
    document
}

fn aliases() -> Value {
    let line = |n: usize| format!("a{n}: &a{n} [{}]", vec![format!("*a{}", n - 1); 10].join(", "));
    let lines: Vec<String> = (1..12).map(line).collect();
    json!(format!("a0: &a0 [x, x, x]\n{}\nopenapi: 3.1.0\npaths: {{/a: {{get: {{}}}}}}\n", lines.join("\n")))
}

/// More operations than one connector of two mebibytes has.
fn wide() -> Value {
    let mut document = document("shop.example");
    let item = post(&json!({ "type": "object", "properties": { "a": { "description": "x".repeat(200) } } }));
    document["paths"] = (0..5000).map(|n| (format!("/p{n}"), item.clone())).collect::<serde_json::Map<_, _>>().into();
    document
}

#[tokio::test]
async fn hostile_documents_end_in_bounded_time() {
    let world = World::new().await;
    let ada = world.ada();
    for (name, spec, ends) in [("cyclic", cyclic(), 201), ("aliases", aliases(), 422), ("wide", wide(), 422)] {
        let begun = Instant::now();
        let answer = ada.post(IMPORT, json!({ "key": name, "spec": spec })).await;
        assert_eq!(answer.status, ends, "{name}: {:?}", answer.body.get("message"));
        assert!(begun.elapsed() < SOON, "{name} took {:?}", begun.elapsed());
        assert!(answer.bytes.len() < 4 * 1024 * 1024, "{name}: {}", answer.bytes.len());
    }
    let part = json!({ "key": "part", "spec": wide(), "operations": ["/p1?", "/p12*"] });
    ada.post(IMPORT, part).await.is(StatusCode::CREATED);
}

/// A body of which nothing comes, and whether somebody waits for it.
#[expect(clippy::disallowed_methods, reason = "it is a request's, and belongs to nobody's standing")]
fn silent() -> (Body, Arc<AtomicBool>) {
    let is_read = Arc::new(AtomicBool::new(false));
    let noted = is_read.clone();
    let nothing = futures::stream::poll_fn(move |_| {
        noted.store(true, Ordering::SeqCst);
        Poll::<Option<Result<Bytes, std::io::Error>>>::Pending
    });
    (Body::from_stream(nothing), is_read)
}

#[tokio::test]
async fn nothing_of_a_second_document_is_read_while_the_first_is_on_its_way() {
    const SOON: Duration = Duration::from_secs(20);
    let world = World::new().await;
    let (ada, headers) = (world.ada(), [("content-type", "application/json")]);
    let ((first, first_is_read), (second, second_is_read)) = (silent(), silent());
    let mut reading = Box::pin(ada.send("POST", IMPORT, &headers, first));
    while !first_is_read.load(Ordering::SeqCst) {
        assert!(tokio::time::timeout(Duration::from_millis(5), &mut reading).await.is_err(), "nothing has come");
    }
    let refused = tokio::time::timeout(SOON, ada.send("POST", IMPORT, &headers, second)).await;
    refused.unwrap().is_problem(429);
    assert!(!second_is_read.load(Ordering::SeqCst), "it is refused by its head alone");
    imported(&world.bob(), "shop").await;
    drop(reading);
    imported(&ada, "shop").await;
}

#[tokio::test]
async fn one_organisation_imports_one_document_at_a_time() {
    let world = World::new().await;
    let (ada, bob) = (world.ada(), world.bob());
    let import = |person: Person, key: &'static str| async move {
        let spec = with(cyclic(), "info", json!({ "title": key }));
        person.post(IMPORT, json!({ "key": key, "spec": spec })).await.status
    };
    let (first, second, other) =
        futures::join!(import(ada.clone(), "one"), import(ada.clone(), "two"), import(bob, "one"));
    assert_eq!(([first.min(second), first.max(second)], other), ([201, 429], 201));
    ada.post(IMPORT, json!({ "key": "three", "spec": cyclic() })).await.is(StatusCode::CREATED);
}
