//! Accounts of external services, and who may use them.

use artel_domain::BuiltinAgent;
use axum::http::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};

use crate::world::{Person, World};

const CREDENTIALS: &str = "/organizations/me/credentials";
const AGENTS: &str = "/organizations/me/agents";
/// Stands in every secret, and in no answer.
const CANARY: &str = "canary-5Tz9wQ";

/// The body of a new account.
pub(crate) fn account(instance: &str) -> Value {
    json!({
        "service_name": "http", "instance_id": instance, "account_label": "Shop", "secret": { "base_url": "https://shop.example", "bearer": CANARY },
    })
}

/// An account that the agent is granted, and the grant.
pub(crate) async fn granted(person: &Person, agent: &str) -> (String, String) {
    let credential = person.post(CREDENTIALS, account("main")).await.id();
    let keys = json!({ "connector_keys": ["http"] });
    person.put(&format!("{AGENTS}/{agent}/connectors"), keys).await.is(StatusCode::OK);
    let grant = person.post(&format!("{AGENTS}/{agent}/grants"), json!({ "credential_id": credential })).await;
    grant.is(StatusCode::CREATED);
    (credential, grant.id())
}

async fn agent_with(person: &Person, keys: Value) -> String {
    let agent = person.post(AGENTS, json!({ "name": "a" })).await.id();
    let put = person.put(&format!("{AGENTS}/{agent}/connectors"), json!({ "connector_keys": keys })).await;
    put.is(StatusCode::OK);
    agent
}

async fn audited(person: &Person, prefix: &str) -> Vec<String> {
    let rows = person.get("/audit?limit=100").await.body;
    let actions = rows.as_array().unwrap().iter().rev().map(|row| row["action"].as_str().unwrap().to_owned());
    actions.filter(|action| action.starts_with(prefix)).collect()
}

#[tokio::test]
async fn a_secret_goes_in_and_never_comes_out() {
    let world = World::new().await;
    let ada = world.ada();
    let made = ada.post(CREDENTIALS, account("main")).await;
    made.is(StatusCode::CREATED);
    let place = format!("{CREDENTIALS}/{}", made.id());
    assert_eq!(made.body["id"], made.body["credential_id"]);
    let rotated = json!({ "secret": { "base_url": "https://shop.example", "bearer": format!("{CANARY}2") } });
    let answers = [
        made,
        ada.get(&place).await,
        ada.get(CREDENTIALS).await,
        ada.call("PATCH", &place, json!({ "account_label": "Shop 2" })).await,
        ada.call("PATCH", &place, rotated).await,
        ada.call("PATCH", &place, json!({ "secret": { "bearer": CANARY } })).await,
        ada.call("PATCH", &place, json!({ "secret": CANARY })).await,
        ada.post(&format!("{place}/test"), Value::Null).await,
        ada.get("/audit?limit=100").await,
    ];
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [201, 200, 200, 200, 200, 422, 422, 200, 200]);
    for answer in &answers {
        assert!(!answer.body.to_string().contains(CANARY), "{}", answer.body);
    }
    assert_eq!(answers[2].header("x-total-count"), "1");
    assert_eq!(ada.get(&place).await.body["account_label"], "Shop 2");
    assert!(!world.files_contain(CANARY), "the database holds the secret");
    ada.call("DELETE", &place, Value::Null).await.is(StatusCode::NO_CONTENT);
    ada.get(&place).await.is_problem(404);
    let expected = ["create", "update", "rotate", "test", "delete"].map(|verb| format!("credential.{verb}"));
    assert_eq!(audited(&ada, "credential.").await, expected);
}

#[rstest]
#[case(json!({ "service_name": "nobody" }), "service_name")]
#[case(json!({ "account_label": "" }), "account_label")]
#[case(json!({ "instance_id": "a b" }), "instance_id")]
#[case(json!({ "secret": "text" }), "secret")]
#[case(json!({ "secret": {} }), "secret.base_url")]
#[case(json!({ "secret": { "base_url": "shop" } }), "secret.base_url")]
#[case(json!({ "secret": { "base_url": "https://shop.example", "tokn": "x" } }), "secret.tokn")]
#[case(json!({ "secret": { "base_url": "https://a.example", "headers": { "Host": "b" } } }), "secret.headers")]
#[case(json!({ "user_id": "00000000-0000-0000-0000-000000000009" }), "user_id")]
#[tokio::test]
async fn a_bad_credential_is_refused_by_the_name_of_what_is_bad(#[case] change: Value, #[case] field: &str) {
    let world = World::new().await;
    let ada = world.person_with(0xA, 0xADA, &["credentials:write"]);
    let mut body = account("main");
    body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    ada.post(CREDENTIALS, body).await.names(field);
    assert_eq!(ada.get(CREDENTIALS).await.body, json!([]));
}

#[tokio::test]
async fn a_rotated_secret_brings_no_header_of_the_connection() {
    let world = World::new().await;
    let ada = world.ada();
    let place = format!("{CREDENTIALS}/{}", ada.post(CREDENTIALS, account("main")).await.id());
    for name in ["Content-Length", "Transfer-Encoding", "Host", "Expect", "Proxy-Connection"] {
        let secret = json!({ "base_url": "https://shop.example", "headers": { name: "60" } });
        ada.call("PATCH", &place, json!({ "secret": secret })).await.names("secret.headers");
    }
}

#[tokio::test]
async fn accounts_of_one_service_stand_beside_each_other() {
    let world = World::new().await;
    let ada = world.ada();
    ada.post(CREDENTIALS, account("main")).await.is(StatusCode::CREATED);
    let refused = ada.post(CREDENTIALS, account("main")).await;
    assert_eq!(refused.is_problem(409).body["error"], "instance_taken");
    let mut body = account("main");
    body.as_object_mut().unwrap().remove("instance_id");
    body["account_label"] = json!("WB Seller — main");
    let mut made = Vec::new();
    for _ in 0..2 {
        made.push(ada.post(CREDENTIALS, body.clone()).await.body["instance_id"].clone());
    }
    assert_eq!(made, ["wb_seller_main", "wb_seller_main_2"]);
}

#[tokio::test]
async fn an_agent_gets_what_its_connectors_cover_once_and_loses_it_with_them() {
    let world = World::new().await;
    let ada = world.ada();
    let credential = ada.post(CREDENTIALS, account("main")).await.id();
    let agent = agent_with(&ada, json!(["telegram"])).await;
    let (grants, wanted) = (format!("{AGENTS}/{agent}/grants"), json!({ "credential_id": credential }));
    let available = format!("{AGENTS}/{agent}/available-credentials");
    assert_eq!(ada.get(&available).await.body, json!([]));
    ada.post(&grants, wanted.clone()).await.names("credential_id");
    let keys = |keys: Value| json!({ "connector_keys": keys });
    ada.put(&format!("{AGENTS}/{agent}/connectors"), keys(json!(["http"]))).await.is(StatusCode::OK);
    let before = ada.get(&available).await.body;
    assert_eq!((&before[0]["granted"], &before[0]["grant_id"]), (&json!(false), &Value::Null));
    ada.post(&grants, json!({ "credential_id": credential, "scopes": { "nothing": true } }))
        .await
        .names("scopes.nothing");
    ada.post(&grants, json!({ "credential_id": credential, "scopes": { "write": "maybe" } })).await.is_problem(422);
    let given = ada.post(&grants, wanted.clone()).await;
    given.is(StatusCode::CREATED);
    assert_eq!(given.body["scopes"], json!({ "read": true, "write": true }));
    assert_eq!(given.body["id"], given.body["grant_id"]);
    assert_eq!(ada.post(&grants, wanted).await.is_problem(409).body["error"], "already_granted");
    assert_eq!(ada.get(&available).await.body[0]["grant_id"], given.body["grant_id"]);
    let place = format!("{grants}/{}", given.id());
    let changed = ada.call("PATCH", &place, json!({ "scopes": { "write": "ask" } })).await;
    assert_eq!(changed.body["scopes"], json!({ "write": "ask" }));
    assert_eq!(ada.get(&grants).await.body, json!([changed.body]));
    ada.put(&format!("{AGENTS}/{agent}/connectors"), keys(json!([]))).await.is(StatusCode::OK);
    assert_eq!(ada.get(&grants).await.body, json!([]));
    ada.call("DELETE", &place, Value::Null).await.is_problem(404);
    assert_eq!(audited(&ada, "grant.").await, ["grant.create", "grant.update", "grant.delete"]);
}

#[tokio::test]
async fn the_system_agent_has_every_credential_and_takes_no_grants() {
    let world = World::new().await;
    let ada = world.ada();
    let credential = ada.post(CREDENTIALS, account("main")).await.id();
    let place = format!("{AGENTS}/{}", BuiltinAgent::System.id(ada.tenant));
    let available = ada.get(&format!("{place}/available-credentials")).await.body;
    assert_eq!((&available[0]["granted"], &available[0]["grant_id"]), (&json!(true), &Value::Null));
    for (method, path, body) in [
        ("POST", "grants".to_owned(), json!({ "credential_id": credential })),
        ("PATCH", format!("grants/{credential}"), json!({ "scopes": {} })),
        ("DELETE", format!("grants/{credential}"), Value::Null),
    ] {
        let refused = ada.call(method, &format!("{place}/{path}"), body).await;
        assert_eq!(refused.is_problem(400).body["error"], "system_agent_read_only", "{method} {path}");
    }
}

#[tokio::test]
async fn a_credential_of_a_user_is_hidden_from_colleagues() {
    let world = World::new().await;
    let scopes = ["credentials:write", "agents:write"];
    let (ada, eve) = (world.person_with(0xA, 0xADA, &scopes), world.person_with(0xA, 0xE7E, &scopes));
    let mut body = account("mine");
    body["user_id"] = json!(ada.user);
    let place = format!("{CREDENTIALS}/{}", ada.post(CREDENTIALS, body).await.id());
    ada.get(&place).await.is(StatusCode::OK);
    eve.get(&place).await.is_problem(404);
    assert_eq!(eve.get(CREDENTIALS).await.body, json!([]));
    eve.call("DELETE", &place, Value::Null).await.is_problem(404);
}

#[tokio::test]
async fn connectors_are_listed_with_what_can_be_asked_of_them() {
    let world = World::new().await;
    let ada = world.ada();
    let all = ada.get("/organizations/me/connectors").await.body;
    let kinds: Vec<(&str, &str)> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["key"].as_str().unwrap(), one["auth"]["kind"].as_str().unwrap()))
        .collect();
    assert_eq!(kinds.len(), 12);
    for expected in [("ozon", "two_headers"), ("telegram", "url"), ("github", "bearer"), ("sbis", "session")] {
        assert!(kinds.contains(&expected), "{expected:?} {kinds:?}");
    }
    let telegram = ada.get("/organizations/me/connectors/telegram").await.body;
    assert_eq!(telegram["auth"]["schema"]["properties"]["token"]["writeOnly"], true);
    let operation = &telegram["modules"][0]["operations"][0];
    assert_eq!((&operation["key"], &operation["write"]), (&json!("getMe"), &json!(false)));
    ada.get("/organizations/me/connectors/nobody").await.is_problem(404);
}
