//! The same walk with a real language model, when `ARTEL_REAL_MODEL_URL` names an OpenAI-compatible base URL
//! (`http://127.0.0.1:8080/v1`). Such a model is slow and says what it likes: only the shape is asserted.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests fail and tell as tests do")]

use std::collections::BTreeMap;

use artel_domain::{FinishReason, ToolSpec};
use artel_llm::{Answer, Config, Delta, Endpoint, Message, Models, Params, Request};
use serde_json::{Map, json};
use tokio::sync::mpsc;

fn real_models() -> Option<Models> {
    let Ok(base_url) = std::env::var("ARTEL_REAL_MODEL_URL") else {
        println!("skipped: ARTEL_REAL_MODEL_URL is not set");
        return None;
    };
    let openai = Endpoint { base_url: Some(base_url), api_key: None };
    Some(Models::new(Config { openai, ..Config::default() }).unwrap())
}

async fn ask(models: &Models, messages: Vec<Message>, tools: Vec<ToolSpec>) -> (Vec<Delta>, Answer) {
    let params = Params { temperature: Some(0.0), max_tokens: Some(60), ..Params::default() };
    let model = models.check("openai:qwen-local").unwrap();
    let request = Request { model, messages, tools, params, account: "test".to_owned(), keys: BTreeMap::new(), trace: None };
    let (sender, mut receiver) = mpsc::channel(1000);
    let answer = models.stream(request, sender).await.unwrap().answer;
    let mut deltas = Vec::new();
    while let Some(delta) = receiver.recv().await {
        if !matches!(delta, Delta::Opened(_)) {
            deltas.push(delta);
        }
    }
    (deltas, answer)
}

fn user(text: &str) -> Message {
    Message::user(text)
}

fn joined(deltas: &[Delta]) -> String {
    deltas.iter().filter_map(|delta| if let Delta::Text(text) = delta { Some(text.as_str()) } else { None }).collect()
}

#[tokio::test]
async fn a_real_model_streams_text() {
    let Some(models) = real_models() else { return };
    let (deltas, answer) = ask(&models, vec![user("Count from one to five in words.")], Vec::new()).await;
    println!("{answer:?}");
    assert!(deltas.len() > 1, "{deltas:?}");
    assert_eq!(joined(&deltas), answer.text);
    assert!(matches!(answer.finish, FinishReason::Stop | FinishReason::Length));
    assert!(answer.usage.is_some_and(|usage| usage.prompt_tokens > 0 && usage.completion_tokens > 0));
}

#[tokio::test]
async fn a_real_model_calls_a_tool_and_takes_its_result() {
    let Some(models) = real_models() else { return };
    let schema = json!({ "type": "object", "properties": { "text": { "type": "string" } }, "required": ["text"] });
    let tools =
        vec![ToolSpec { name: "echo".to_owned(), description: "Echo a text back".to_owned(), input_schema: schema, rest: Map::new() }];
    let mut messages = vec![Message::system("You are a helpful assistant. Use the tools."), user("Echo the word hello using the tool")];
    let (_, asked) = ask(&models, messages.clone(), tools.clone()).await;
    println!("{asked:?}");
    assert_eq!(asked.finish, FinishReason::ToolCalls);
    let call = asked.calls[0].clone();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&call.arguments).unwrap(), json!({ "text": "hello" }));
    messages.push(Message::assistant(asked.text, asked.calls));
    messages.push(Message::tool(call.id, "hello", false));
    let (_, told) = ask(&models, messages, tools).await;
    println!("{told:?}");
    assert!(!told.text.is_empty() || !told.calls.is_empty());
}
