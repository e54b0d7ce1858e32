//! Tenants' secrets under keys of their own, and a new master key, through the real binary on both stores.
#![expect(clippy::unwrap_used, reason = "tests and what helps them fail by panicking")]

use artel_testkit::{Artel, Client, Database, Launch, ModelServer, Reply, on_both_stores};
use axum::Router;
use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

const ADA: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const BOB: &str = "bbbbbbbb-0000-4000-8000-000000000001";
const OLD: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
const NEW: &str = "bmV3ZXIgbmV3ZXIgbmV3ZXIgbmV3ZXIgbmV3ZXIgYWI=";

/// A service that answers whom it takes a caller for: the last four characters of the secret.
async fn service() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let answer = async |headers: HeaderMap| {
        let shown = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        axum::Json(json!({ "known": format!("ends with {}", &shown[shown.len().saturating_sub(4)..]) }))
    };
    artel_testkit::beside(async move { axum::serve(listener, Router::new().fallback(answer)).await.unwrap() });
    format!("http://{address}")
}

/// Reads from the service once, and answers with what it said.
async fn model() -> ModelServer {
    ModelServer::start(|body| {
        let last = body["messages"].as_array().unwrap().last().unwrap().clone();
        if last["role"] == "tool" {
            return Reply::Text(last["content"].to_string());
        }
        let params = json!({ "method": "GET", "path": "/" });
        let call = json!({ "service": "http", "operation": "request", "params": params });
        Reply::CallOf(String::new(), "connector_execute", call)
    })
    .await
}

struct World {
    artel: Artel,
    service: String,
    _model: ModelServer,
}

/// Somebody with an account of the service, and an agent that may use it.
struct Person {
    client: Client,
    agent: String,
}

impl World {
    async fn new(database: Database) -> Self {
        let (model, service) = (model().await, service().await);
        let artel = Launch::new(env!("CARGO_BIN_EXE_artel"), database)
            .with("OPENAI_BASE_URL", model.url())
            .with("ARTEL_MASTER_KEY", OLD)
            .start()
            .await;
        Self { artel, service, _model: model }
    }

    async fn person(&self, id: &str, secret: &str) -> Person {
        let (token, made) = self.artel.command(&["token", "--tenant", id, "--user", id, "--scopes", "admin"]).await;
        assert!(made, "artel token: {token}");
        let client = Client::new(self.artel.url(), token.trim());
        let tool =
            json!({ "name": "connector_execute", "input_schema": { "type": "object" }, "execution_type": "internal" });
        let agent = client.agent("openai:scripted", &[tool]).await;
        let path = format!("/organizations/me/agents/{agent}");
        let keys = json!({ "connector_keys": ["http"] });
        let put = client.request("PUT", &format!("{path}/connectors")).json(&keys).send().await.unwrap();
        assert_eq!(put.status(), 200);
        let secret = json!({ "base_url": self.service, "bearer": secret });
        let account = json!({ "service_name": "http", "account_label": "shop", "secret": secret });
        let account = client.create("/organizations/me/credentials", &account).await;
        client.create(&format!("{path}/grants"), &json!({ "credential_id": account["id"] })).await;
        Person { client, agent }
    }

    /// Starts again with these keys.
    async fn restarts(&mut self, key: &str, other: Option<&str>, people: &mut [Person]) {
        assert!(self.artel.terminate().await);
        self.artel.set("ARTEL_MASTER_KEY", Some(key));
        self.artel.set("ARTEL_MASTER_KEY_OTHER", other);
        self.artel.restart().await;
        for person in people {
            person.client = person.client.at(self.artel.url());
        }
    }

    /// Everything that is sealed with the master key itself, and everything else that is sealed.
    async fn sealed(&self) -> (usize, usize) {
        let rows = self.artel.sql("SELECT sealed FROM credentials UNION ALL SELECT sealed FROM secrets").await;
        // The first byte is the version of the sealed form.
        let of_master = rows.iter().filter(|row| STANDARD.decode(row).unwrap()[0] == 1).count();
        (of_master, rows.len() - of_master)
    }
}

impl Person {
    async fn is_known_as(&self, end: &str) {
        let run = self.client.create("/runs", &json!({ "agent_id": self.agent, "input_message": "Read" })).await;
        assert_eq!(run["status"], "succeeded", "{run:#}");
        let answer = run["output_message"].as_str().unwrap();
        assert!(answer.contains(&format!("ends with {end}")), "{answer}");
    }

    /// What the run's call came to.
    async fn is_refused(&self) -> String {
        let run = self.client.create("/runs", &json!({ "agent_id": self.agent, "input_message": "Read" })).await;
        run["output_message"].as_str().unwrap_or_default().to_owned()
    }
}

async fn a_new_master_key_takes_the_place_of_the_old_one(database: Database) {
    let mut world = World::new(database).await;
    let mut people = [world.person(ADA, "secret-of-ada-1234").await, world.person(BOB, "secret-of-bob-5678").await];
    let tool = world.artel.command_reading("weather-key", &["secrets", "set", "weather", "--tenant", ADA]).await;
    assert!(tool.1, "{}", tool.0);
    assert_eq!(world.sealed().await, (0, 3), "the master key seals no secret of a tenant");
    assert_eq!(world.artel.sql("SELECT wrapped FROM data_keys").await.len(), 2, "each tenant has a key of its own");

    // Nothing of it opens with another key alone, and the operator is told before anything is changed.
    world.restarts(NEW, None, &mut people).await;
    let refused = people[0].is_refused().await;
    assert!(refused.contains("cannot be opened"), "{refused}");
    let (told, done) = world.artel.command(&["secrets", "rotate"]).await;
    assert!(!done, "{told}");

    world.restarts(NEW, Some(OLD), &mut people).await;
    people[0].is_known_as("1234").await;
    let (told, done) = world.artel.command(&["secrets", "rotate"]).await;
    assert!(done && told.contains("sealed anew: 2 keys of tenants, 0 secrets"), "{told}");
    let (told, done) = world.artel.command(&["secrets", "rotate"]).await;
    assert!(done && told.contains("sealed anew: 0 keys of tenants, 0 secrets, 0 signing keys"), "{told}");

    world.restarts(NEW, None, &mut people).await;
    people[0].is_known_as("1234").await;
    people[1].is_known_as("5678").await;
    let page = world.artel.sql("SELECT action FROM audit_log WHERE action = 'secrets.rotate'").await;
    assert_eq!(page.len(), 3, "the one that found lost values too");
    world.restarts(OLD, None, &mut people).await;
    let refused = people[1].is_refused().await;
    assert!(refused.contains("cannot be opened"), "the old key opens nothing more: {refused}");
}

async fn a_lost_master_key_is_lived_through(database: Database) {
    let mut world = World::new(database).await;
    let mut people = [world.person(ADA, "secret-of-ada-1234").await, world.person(BOB, "secret-of-bob-5678").await];
    world.restarts(NEW, None, &mut people).await;
    let sets = ["secrets", "set", "weather", "--tenant", ADA];
    let (told, done) = world.artel.command_reading("weather-key", &sets).await;
    assert!(!done, "{told}");
    let (told, done) = world.artel.command_reading("", &["secrets", "rotate"]).await;
    assert!(!done && told.contains("with no key"), "{told}");
    assert!(told.contains(ADA) && told.contains(BOB), "one lost key hides no other: {told}");

    let (told, done) = world.artel.command_reading("", &["secrets", "forget", "--tenant", ADA]).await;
    assert!(!done && told.contains("the account"), "{told}");
    let (told, done) = world.artel.command_reading("weather-key", &sets).await;
    assert!(!done, "without --yes nothing changes: {told}");
    let (told, done) = world.artel.command_reading("", &["secrets", "forget", "--tenant", ADA, "--yes"]).await;
    assert!(done && told.contains("a new key"), "{told}");
    let (told, done) = world.artel.command_reading("", &["secrets", "forget", "--tenant", ADA, "--yes"]).await;
    assert!(!done && told.contains("nothing is lost"), "{told}");
    let (told, done) = world.artel.command_reading("weather-key", &sets).await;
    assert!(done, "{told}");

    world.restarts(NEW, None, &mut people).await;
    let endpoint = json!({ "url": "https://hooks.example/artel", "events": ["run.failed"] });
    people[0].client.create("/v1/webhooks/endpoints", &endpoint).await;
    let secret = json!({ "base_url": world.service, "bearer": "secret-of-ada-9999" });
    let account = json!({ "service_name": "http", "account_label": "again", "secret": secret });
    people[0].client.create("/organizations/me/credentials", &account).await;
    let (told, done) = world.artel.command_reading("", &["secrets", "rotate"]).await;
    assert!(!done && told.contains(BOB), "{told}");
    assert!(told.contains(ADA), "the account that was lost is still named: {told}");
}

async fn what_an_earlier_release_sealed_opens_and_is_sealed_with_the_tenants_key(database: Database) {
    let mut world = World::new(database).await;
    let person = world.person(ADA, "secret-of-ada-1234").await;
    // As it was before there were data keys: the master key itself, at the same place.
    let account = person.client.get("/organizations/me/credentials").await.1[0]["credential_id"].clone();
    let place = format!("credential/{ADA}/{}", account.as_str().unwrap());
    let secret: Value = json!({ "base_url": world.service, "bearer": "secret-of-old-4321" });
    let key: [u8; 32] = STANDARD.decode(OLD).unwrap().try_into().unwrap();
    let sealed =
        artel_identity::SecretBox::new(&key).seal_text(place.as_bytes(), secret.to_string().as_bytes()).unwrap();
    world.artel.sql(&format!("UPDATE credentials SET sealed = '{sealed}' WHERE account_label = 'shop'")).await;
    assert_eq!(world.sealed().await, (1, 0));
    person.is_known_as("4321").await;
    let (told, done) = world.artel.command(&["secrets", "rotate"]).await;
    assert!(done && told.contains("sealed anew: 0 keys of tenants, 1 secrets"), "{told}");
    assert_eq!(world.sealed().await, (0, 1));
    let mut people = [person];
    world.restarts(OLD, None, &mut people).await;
    people[0].is_known_as("4321").await;
}

on_both_stores! {
    a_lost_master_key_is_lived_through as
        a_lost_master_key_is_lived_through_on_sqlite,
        a_lost_master_key_is_lived_through_on_postgres;
    a_new_master_key_takes_the_place_of_the_old_one as
        a_new_master_key_takes_the_place_of_the_old_one_on_sqlite,
        a_new_master_key_takes_the_place_of_the_old_one_on_postgres;
    what_an_earlier_release_sealed_opens_and_is_sealed_with_the_tenants_key as
        what_an_earlier_release_sealed_opens_on_sqlite,
        what_an_earlier_release_sealed_opens_on_postgres;
}
