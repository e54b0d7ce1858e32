//! Canaries: seeded secrets must not be found anywhere they do not belong.

use artel_testkit::{Database, Launch, ModelServer, Receiver};
use serde_json::json;
use std::time::Duration;

const CANARY: &str = "canary-7f3a9c";

#[tokio::test]
async fn seeded_secrets_are_in_no_log_no_answer_and_no_byte_of_the_database() {
    let model = ModelServer::calling_the_tool_once(json!({ "text": "hello" })).await;
    let receiver = Receiver::start(Duration::ZERO).await;
    let secret = |name: &str| format!("{CANARY}-{name}-0123456789abcdef");
    let static_keys = json!({ secret("static"): { "tenant_id": "cccccccc-0000-4000-8000-000000000001", "user_id": "cccccccc-0000-4000-8000-000000000001", "scopes": ["tools:write"] } });
    let artel = Launch::new(env!("CARGO_BIN_EXE_artel"), Database::Sqlite)
        .with("OPENAI_BASE_URL", model.url())
        .with("OPENAI_API_KEY", &secret("openai"))
        .with("JWT_SECRET", &secret("jwt"))
        .with("API_KEY_PEPPER", &secret("pepper"))
        .with("AUTH_API_KEYS", &static_keys.to_string())
        .with("SECRET_TOOL", &secret("tool"))
        .with("LOG_LEVEL", "debug")
        .start()
        .await;
    let client = artel.client().await;
    let mut tool = receiver.tool("work", "idempotent");
    tool["auth_type"] = json!("api_key");
    let tool = client.create("/tools", &tool).await;
    let agent = client.agent("openai:gpt-4o-mini", &[]).await;
    client
        .create(&format!("/agents/{agent}/tools/{}", tool["id"].as_str().unwrap()), &json!({ "secrets_ref": "tool" }))
        .await;
    let key =
        client.create("/api-keys", &json!({ "scopes": ["tools:write"] })).await["key"].as_str().unwrap().to_owned();
    let run = client.create("/runs", &json!({ "agent_id": agent, "input_message": "Work" })).await;
    assert_eq!(run["status"], "succeeded", "{run:#}");

    let mut texts = vec![("the log".to_owned(), artel.log()), ("the run".to_owned(), run.to_string())];
    let events = client.events(run["id"].as_str().unwrap(), None).await.rest().await;
    texts.push(("the events".to_owned(), events.into_iter().map(|event| event.raw).collect()));
    for path in [
        "/audit",
        "/api-keys",
        "/tools",
        "/agents",
        "/metrics",
        "/health/db",
        &format!("/runs/{}?include=messages", run["id"].as_str().unwrap()),
    ] {
        texts.push((path.to_owned(), client.get(path).await.1.to_string()));
    }
    for entry in std::fs::read_dir(artel.data_dir().join("data")).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().starts_with("artel.db") {
            texts.push((
                path.display().to_string(),
                String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned(),
            ));
        }
    }
    assert!(
        texts.iter().any(|(place, text)| place.contains("artel.db") && text.contains("run_started")),
        "the database was really read"
    );
    for (place, text) in texts {
        assert!(!text.contains(CANARY), "a seeded secret is in {place}");
        assert!(!text.contains(&key), "an API key is in {place}");
    }
}
