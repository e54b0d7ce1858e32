//! Tenants' own keys for model providers, as they reach the provider.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use artel_model_mock::{ModelMock, Reply};
use artel_testkit::{Artel, Client, Database, Launch};
use serde_json::json;

const ADA: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const BOB: &str = "bbbbbbbb-0000-4000-8000-000000000001";
const OPERATORS: &str = "operators-key-0123456789";
const ADAS: &str = "canary-adas-key-0123456789";

async fn provider() -> ModelMock {
    ModelMock::start(Reply::text("Hello.")).await.unwrap()
}

/// One run of an agent of this model, and the header with the key that the provider saw.
async fn key_seen(model: &ModelMock, client: &Client, name: &str, header: &str) -> Option<String> {
    model.forget_requests();
    let agent = client.agent(name, &[]).await;
    let run = client.create("/runs", &json!({ "agent_id": agent, "input_message": "Hi" })).await;
    assert_eq!(run["status"], "succeeded", "{run:#}");
    model.requests().last().unwrap().header(header).map(str::to_owned)
}

async fn set(artel: &Artel, tenant: &str, name: &str, key: &str) {
    let (told, stored) = artel.command_reading(key, &["secrets", "set", name, "--tenant", tenant]).await;
    assert!(stored, "{told}");
}

#[tokio::test]
async fn a_tenants_own_key_is_used_for_that_tenant_alone_and_is_never_told() {
    let model = provider().await;
    let custom = json!({ "own": { "protocol": "anthropic", "base_url": model.url(), "api_key": OPERATORS } });
    let artel = Launch::new(env!("CARGO_BIN_EXE_artel"), Database::Sqlite)
        .with("OPENAI_BASE_URL", &format!("{}/v1", model.url()))
        .with("OPENAI_API_KEY", OPERATORS)
        .with("OLLAMA_BASE_URL", model.url())
        .with("LLM_PROVIDERS", &custom.to_string())
        .with("LOG_LEVEL", "debug")
        .start()
        .await;
    let (ada, bob) = (artel.client_of(ADA).await, artel.client_of(BOB).await);
    let (operators, adas) = (Some(format!("Bearer {OPERATORS}")), Some(format!("Bearer {ADAS}")));
    set(&artel, ADA, "llm/openai", ADAS).await;
    set(&artel, ADA, "llm/custom:own", ADAS).await;
    set(&artel, ADA, "llm/ollama", ADAS).await;

    assert_eq!(key_seen(&model, &ada, "openai:gpt-4o", "authorization").await, adas);
    assert_eq!(key_seen(&model, &bob, "openai:gpt-4o", "authorization").await, operators);
    assert_eq!(key_seen(&model, &ada, "custom:own:claude", "x-api-key").await.as_deref(), Some(ADAS));
    assert_eq!(key_seen(&model, &bob, "custom:own:claude", "x-api-key").await.as_deref(), Some(OPERATORS));
    assert_eq!(key_seen(&model, &ada, "ollama:llama3.1", "authorization").await, adas);
    assert_eq!(key_seen(&model, &bob, "ollama:llama3.1", "authorization").await, None);

    assert!(artel.command(&["secrets", "delete", "llm/openai", "--tenant", ADA]).await.1);
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(
        key_seen(&model, &ada, "openai:gpt-4o", "authorization").await,
        operators,
        "a key that is gone is not used"
    );

    assert!(!artel.log().contains("canary"), "the log has a key");
    let listed = artel.command(&["secrets", "list", "--tenant", ADA]).await.0;
    assert_eq!(listed.lines().collect::<Vec<_>>(), ["llm/custom:own", "llm/ollama"]);
    let entries = std::fs::read_dir(artel.data_dir().join("data")).unwrap().map(|entry| entry.unwrap().path());
    // The directory of artifacts is empty here.
    for file in entries.filter(|path| path.is_file()) {
        let bytes = std::fs::read(file).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("canary"), "a key stands open in the data directory");
    }
}

#[tokio::test]
async fn a_key_that_a_provider_quotes_is_masked() {
    let reply: Reply = serde_json::from_value(
        json!({ "status": 401, "body": { "json": { "error": { "message": format!("Incorrect API key provided: {ADAS}") } } } }),
    )
    .unwrap();
    let model = ModelMock::start(reply).await.unwrap();
    let artel = Launch::new(env!("CARGO_BIN_EXE_artel"), Database::Sqlite)
        .with("OPENAI_BASE_URL", &format!("{}/v1", model.url()))
        .with("OPENAI_API_KEY", OPERATORS)
        .start()
        .await;
    let ada = artel.client_of(ADA).await;
    set(&artel, ADA, "llm/openai", ADAS).await;
    let agent = ada.agent("openai:gpt-4o", &[]).await;
    let run = ada.create("/runs", &json!({ "agent_id": agent, "input_message": "Hi" })).await;
    assert_eq!(run["status"], "failed");
    assert!(run.to_string().contains("***") && !run.to_string().contains("canary"), "{run:#}");
    assert!(!artel.log().contains("canary"));
}

#[tokio::test]
async fn a_key_for_a_provider_that_does_not_exist_is_refused_with_those_that_do() {
    let artel = Launch::new(env!("CARGO_BIN_EXE_artel"), Database::Sqlite).start().await;
    let (told, stored) = artel.command_reading("key", &["secrets", "set", "llm/opena1"]).await;
    assert!(
        !stored && told.contains("no model provider `opena1`") && told.contains("openai, anthropic, ollama"),
        "{told}"
    );
}
