//! Where a tenant's own servers are told what happens: who registers them, and what is shown.

use axum::http::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};

use crate::world::{Person, World};

const ENDPOINTS: &str = "/webhooks/endpoints";

async fn registers(person: &Person) -> Value {
    let body =
        json!({ "url": "https://hooks.example/artel", "events": ["run.failed", "approval.requested", "run.failed"] });
    let answer = person.post(ENDPOINTS, body).await;
    answer.is(StatusCode::CREATED);
    answer.body
}

/// The ids of an endpoint and of a message to it.
pub(crate) async fn told(person: &Person) -> (String, String) {
    let id = registers(person).await["id"].as_str().unwrap().to_owned();
    let test = person.post(&format!("{ENDPOINTS}/{id}/test"), Value::Null).await;
    test.is(StatusCode::ACCEPTED);
    (id, test.body["id"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn an_endpoint_shows_its_secret_once() {
    let world = World::new().await;
    let ada = world.ada();
    let made = registers(&ada).await;
    assert_eq!((&made["events"], &made["status"]), (&json!(["run.failed", "approval.requested"]), &json!("ok")));
    let place = format!("{ENDPOINTS}/{}", made["id"].as_str().unwrap());
    let rotated = ada.post(&format!("{place}/rotate"), json!({ "overlap_seconds": 60 })).await;
    rotated.is(StatusCode::OK);
    let secrets = [&made["secret"], &rotated.body["secret"]].map(|secret| secret.as_str().unwrap().to_owned());
    assert!(
        secrets[0] != secrets[1] && secrets.iter().all(|secret| secret.starts_with("whsec_") && secret.len() == 50)
    );
    assert!(rotated.body["old_secret_until"].is_string());
    let answers = [
        ada.get(ENDPOINTS).await,
        ada.get(&place).await,
        ada.call("PATCH", &place, json!({ "description": "chat", "is_enabled": false })).await,
        ada.post(&format!("{place}/test"), Value::Null).await,
        ada.get(&format!("{place}/deliveries")).await,
        ada.get("/audit?limit=100").await,
        ada.delete(&place).await,
        ada.get(&place).await,
    ];
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [200, 200, 200, 409, 200, 200, 204, 404]);
    assert_eq!(answers[2].body["status"], "disabled");
    for answer in &answers {
        let shown = answer.body.to_string();
        assert!(secrets.iter().all(|secret| !shown.contains(secret)), "{shown}");
    }
    assert!(secrets.iter().all(|secret| !world.files_contain(&secret[6..])), "the database holds a secret");
    let rows = answers[5].body.as_array().unwrap();
    let actions: Vec<&str> = rows.iter().rev().filter_map(|row| row["action"].as_str()).collect();
    assert_eq!(actions, ["webhook.create", "webhook.rotate", "webhook.update"]);
}

#[tokio::test]
async fn a_test_is_sent_once_however_often_the_request_comes() {
    let world = World::new().await;
    let ada = world.ada();
    let place = format!("{ENDPOINTS}/{}", registers(&ada).await["id"].as_str().unwrap());
    let (path, key) = (format!("{place}/test"), [("idempotency-key", "test-1")]);
    let first = ada.call_with("POST", &path, &key, Value::Null).await;
    first.is(StatusCode::ACCEPTED);
    let second = ada.call_with("POST", &path, &key, Value::Null).await;
    assert_eq!(second.body["id"], first.body["id"]);
    assert_eq!(ada.get(&format!("{place}/deliveries")).await.body.as_array().unwrap().len(), 1);
}

/// Tries of one request that come before the first one is answered.
#[tokio::test]
async fn a_secret_is_rotated_once_however_often_the_request_comes() {
    let world = World::new().await;
    let ada = world.ada();
    let place = format!("{ENDPOINTS}/{}", registers(&ada).await["id"].as_str().unwrap());
    let (path, key) = (format!("{place}/rotate"), [("idempotency-key", "rotate-1")]);
    let tries = (0..8).map(|_| ada.call_with("POST", &path, &key, json!({ "overlap_seconds": 600 })));
    let answers = futures::future::join_all(tries).await;
    let secret = &answers[0].body["secret"];
    assert!(secret.is_string() && answers.iter().all(|answer| answer.body["secret"] == *secret), "{answers:?}");
    let rows = ada.get("/audit?limit=100").await;
    let rotated = rows.body.as_array().unwrap().iter().filter(|row| row["action"] == "webhook.rotate").count();
    assert_eq!(rotated, 1, "a second rotation ends the secret that the receiver has");
}

#[rstest]
#[case("http://127.0.0.1:9/hook")]
#[case("http://[::1]/hook")]
#[case("https://169.254.169.254/latest")]
#[case("http://0x7f000001/")]
#[case("https://10.0.0.1/hook")]
#[case("ftp://hooks.example/")]
#[case("https://user:word@hooks.example/")]
#[case("nowhere")]
#[tokio::test]
async fn an_address_that_may_not_be_called_is_refused(#[case] url: &str) {
    let world = World::new().await;
    let ada = world.ada();
    ada.post(ENDPOINTS, json!({ "url": url, "events": ["run.failed"] })).await.names("url");
    let place = format!("{ENDPOINTS}/{}", registers(&ada).await["id"].as_str().unwrap());
    ada.call("PATCH", &place, json!({ "url": url })).await.names("url");
}

#[tokio::test]
async fn only_administrators_register_endpoints_and_only_ten() {
    let world = World::new().await;
    let colleague =
        world.person_with(0xA, 0xE7E, &["runs:read", "runs:write", "agents:write", "tools:write", "audit:read"]);
    let body = json!({ "url": "https://hooks.example/", "events": ["run.failed"] });
    colleague.post(ENDPOINTS, body.clone()).await.is_problem(403);
    colleague.get(ENDPOINTS).await.is_problem(403);
    let ada = world.ada();
    for events in [json!([]), json!(["webhook.test"]), json!(["run.started"])] {
        let refused = ada.post(ENDPOINTS, json!({ "url": "https://hooks.example/", "events": events })).await;
        assert_eq!(refused.status, 422, "{}", refused.body);
    }
    for _ in 0..10 {
        ada.post(ENDPOINTS, body.clone()).await.is(StatusCode::CREATED);
    }
    ada.post(ENDPOINTS, body).await.is_problem(409);
    assert_eq!(world.bob().get(ENDPOINTS).await.body, json!([]));
}

#[tokio::test]
async fn a_repeated_request_shows_the_same_secret() {
    let world = World::new().await;
    let ada = world.ada();
    let key = [("idempotency-key", "endpoint-1")];
    let body = json!({ "url": "https://hooks.example/", "events": ["run.failed"] });
    let make = async || ada.call_with("POST", ENDPOINTS, &key, body.clone()).await.body;
    let (first, second) = (make().await, make().await);
    assert_eq!((&first["id"], &first["secret"]), (&second["id"], &second["secret"]));
    assert_eq!(ada.get(ENDPOINTS).await.body.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_an_endpoint_was_told_is_listed() {
    let world = World::new().await;
    let ada = world.ada();
    let (endpoint, delivery) = told(&ada).await;
    let listed = ada.get(&format!("{ENDPOINTS}/{endpoint}/deliveries?state=pending")).await;
    assert_eq!(listed.header("x-total-count"), "1");
    let message = &listed.body[0];
    assert_eq!(
        (&message["id"], &message["type"], &message["attempts"]),
        (&json!(delivery), &json!("webhook.test"), &json!(0))
    );
    assert_eq!(message["payload"]["data"]["endpoint_id"], endpoint);
    assert_eq!(ada.get(&format!("{ENDPOINTS}/{endpoint}/deliveries?state=failed")).await.body, json!([]));
    let retry = format!("{ENDPOINTS}/{endpoint}/deliveries/{delivery}/retry");
    ada.post(&retry, Value::Null).await.is(StatusCode::ACCEPTED);
    let once = async || ada.call_with("POST", &retry, &[("idempotency-key", "retry-1")], Value::Null).await;
    once().await.is(StatusCode::ACCEPTED);
    assert_eq!(once().await.is(StatusCode::ACCEPTED).header("idempotency-replayed"), "true");
    let audit = ada.get("/audit?action=webhook.retry").await;
    assert_eq!(audit.body.as_array().unwrap().len(), 2, "{:#}", audit.body);
    ada.post(&retry.replace(&delivery, &endpoint), Value::Null).await.is_problem(404);
}
