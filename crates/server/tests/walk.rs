//! The seed's own walk ("Пример проверки run с tool"), curl by curl: only host and ids are replaced.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use artel_testkit::{Artel, Database, Launch, ModelServer, beside};
use serde_json::{Value, json};
use tokio::process::Command;

const CREATE_TOOL: &str = r#"curl -X POST http://localhost:8000/tools \
  -H "Authorization: Bearer $TOKEN" \
  -H "Content-Type: application/json" \
  -d '{
    "name": "echo_tool",
    "description": "Echoes input back",
    "input_schema": {
      "type": "object",
      "properties": { "text": { "type": "string" } },
      "required": ["text"]
    },
    "execution_type": "http_webhook",
    "endpoint": "http://tool-mock:9000/echo",
    "auth_type": "none"
  }'"#;

const CREATE_AGENT: &str = r#"curl -X POST http://localhost:8000/agents \
  -H "Authorization: Bearer $TOKEN" \
  -H "Content-Type: application/json" \
  -d '{
    "name": "EchoAgent",
    "system_prompt": "Use tools when needed.",
    "model": "openai:gpt-4o-mini",
    "llm_params": { "temperature": 0.2 },
    "status": "published",
    "version": 1
  }'"#;

const BIND: &str = r#"curl -X POST http://localhost:8000/agents/{agent_id}/tools/{tool_id} \
  -H "Authorization: Bearer $TOKEN" \
  -H "Content-Type: application/json" \
  -d '{
    "permission_scope": "read",
    "timeout_ms": 15000,
    "allowed_domains": ["tool-mock"]
  }'"#;

const RUN: &str = r#"curl -X POST http://localhost:8000/runs \
  -H "Authorization: Bearer $TOKEN" \
  -H "Content-Type: application/json" \
  -d '{
    "agent_id": "{agent_id}",
    "input_message": "Echo the word hello using the tool"
  }'"#;

/// Runs a command of the seed's README with its placeholders filled in.
async fn curl(command: &str, artel: &Artel, token: &str, fill: &[(&str, &str)]) -> Value {
    let mut command = command.replace("http://localhost:8000", artel.url());
    for (place, value) in fill {
        command = command.replace(place, value);
    }
    let output = Command::new("bash").args(["-c", &command]).env("TOKEN", token).output().await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    serde_json::from_str(&text)
        .unwrap_or_else(|_| panic!("{command}\n{text}\n{}", String::from_utf8_lossy(&output.stderr)))
}

async fn walk(artel: &Artel, token: &str, tool_host: &str) {
    let endpoint = format!("http://{tool_host}/echo");
    let tool = curl(CREATE_TOOL, artel, token, &[("http://tool-mock:9000/echo", &endpoint)]).await;
    let agent = curl(CREATE_AGENT, artel, token, &[]).await;
    assert_eq!(agent["status"], "published");
    assert_eq!(agent["version"], 1);
    let ids = [
        ("{agent_id}", agent["id"].as_str().unwrap()),
        ("{tool_id}", tool["id"].as_str().unwrap()),
        ("\"tool-mock\"", "\"127.0.0.1\""),
    ];
    let binding = curl(BIND, artel, token, &ids).await;
    assert_eq!(binding["allowed_domains"], json!(["127.0.0.1"]));
    let run = curl(RUN, artel, token, &ids).await;
    assert_eq!(run["status"], "succeeded", "{run:#}");
    assert_eq!(run["tools_called"][0]["name"], "echo_tool");
    assert_eq!(run["tools_called"][0]["args"], json!({ "text": "hello" }));
    assert!(run["output_message"].as_str().unwrap().contains("hello"), "{run:#}");
    assert_eq!(
        (&run["prompt_tokens"], &run["completion_tokens"], &run["total_tokens"]),
        (&json!(40), &json!(10), &json!(50))
    );
    assert_eq!(run["error_message"], Value::Null);
    assert_eq!(run["messages"], Value::Null);
    let members = [
        "id",
        "tenant_id",
        "agent_id",
        "session_id",
        "trace_id",
        "status",
        "input_message",
        "output_message",
        "error_message",
        "prompt_tokens",
        "completion_tokens",
        "total_tokens",
        "tools_called",
        "messages",
        "created_at",
        "updated_at",
    ];
    for member in members {
        assert!(run.get(member).is_some(), "the seed's RunResponse has '{member}'");
    }
}

async fn tool_mock() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    beside(artel_tool_mock::serve(listener));
    address
}

async fn on(database: Database) {
    let (model, tool) = (ModelServer::calling_the_tool_once(json!({ "text": "hello" })).await, tool_mock().await);
    let artel = Launch::new(env!("CARGO_BIN_EXE_artel"), database).with("OPENAI_BASE_URL", model.url()).start().await;
    walk(&artel, artel.client().await.token(), &tool).await;

    let (key, _) = artel.command(&["keys", "create", "--scopes", "tools:read,tools:write"]).await;
    let answer =
        curl(r#"curl -X POST http://localhost:8000/auth/token -H "x-api-key: $TOKEN""#, &artel, key.trim(), &[]).await;
    walk(&artel, answer["token"].as_str().unwrap(), &tool).await;
}

#[tokio::test]
async fn the_seeds_walk_works_with_a_test_token_and_with_one_from_an_api_key() {
    on(Database::Sqlite).await;
}

#[tokio::test]
async fn the_seeds_walk_works_on_postgres() {
    let Some(database) = Database::postgres().await else { return };
    on(database).await;
}
