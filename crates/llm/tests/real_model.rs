//! The same cases with a real language model, when `ARTEL_REAL_MODEL_URL` names the base URL
//! (`http://127.0.0.1:8080/v1`) of a server that speaks Chat Completions and Messages, such as llama.cpp's. Such a
//! model is slow and its texts vary, so only the form of the answers is asserted.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests fail and tell as tests do")]

use std::collections::BTreeMap;

use artel_domain::{FinishReason, ToolSpec};
use artel_llm::{Completion, Config, Delta, Endpoint, Message, ModelError, Models, Params, Request};
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;

const PROTOCOLS: [&str; 2] = ["openai:qwen-local", "anthropic:qwen-local"];

fn real_models() -> Option<Models> {
    let Ok(base_url) = std::env::var("ARTEL_REAL_MODEL_URL") else {
        println!("skipped: ARTEL_REAL_MODEL_URL is not set");
        return None;
    };
    let endpoint = Endpoint { base_url: Some(base_url), api_key: None };
    Some(Models::new(Config { openai: endpoint.clone(), anthropic: endpoint, ..Config::default() }).unwrap())
}

fn request(models: &Models, model: &str, messages: Vec<Message>) -> Request {
    let params = Params { temperature: Some(0.0), max_tokens: Some(60), ..Params::default() };
    let model = models.check(model).unwrap();
    Request {
        model,
        messages,
        tools: Vec::new(),
        params,
        account: "test".to_owned(),
        used_by: artel_llm::UsedBy::default(),
        keys: BTreeMap::new(),
        trace: None,
    }
}

async fn ask(models: &Models, request: Request) -> (Vec<Delta>, Completion) {
    let (sender, mut receiver) = mpsc::channel(1000);
    let answer = models.stream(request, sender).await.unwrap().answer;
    println!("{answer:?}");
    let mut deltas = Vec::new();
    while let Some(delta) = receiver.recv().await {
        if !matches!(delta, Delta::Opened(_)) {
            deltas.push(delta);
        }
    }
    (deltas, answer)
}

fn joined(deltas: &[Delta]) -> String {
    deltas.iter().filter_map(|delta| if let Delta::Text(text) = delta { Some(text.as_str()) } else { None }).collect()
}

#[tokio::test]
async fn a_real_model_streams_text() {
    let Some(models) = real_models() else { return };
    for model in PROTOCOLS {
        let (deltas, answer) =
            ask(&models, request(&models, model, vec![Message::user("Посчитай словами от одного до пяти.")])).await;
        assert!(deltas.len() > 1, "{model}: {deltas:?}");
        assert_eq!(joined(&deltas), answer.text);
        assert!(matches!(answer.finish, FinishReason::Stop | FinishReason::Length));
        assert!(answer.usage.is_some_and(|usage| usage.prompt_tokens > 0 && usage.completion_tokens > 0));
    }
}

#[tokio::test]
async fn a_real_model_calls_a_tool_and_takes_its_result() {
    let Some(models) = real_models() else { return };
    let schema = json!({ "type": "object", "properties": { "text": { "type": "string" } }, "required": ["text"] });
    let tools = vec![ToolSpec {
        name: "echo".to_owned(),
        description: "Echo a text back".to_owned(),
        input_schema: schema,
        rest: Map::new(),
    }];
    for model in PROTOCOLS {
        let task = "Echo the word hello using the tool";
        let mut messages = vec![Message::system("You are a helpful assistant. Use the tools."), Message::user(task)];
        let (deltas, asked) =
            ask(&models, Request { tools: tools.clone(), ..request(&models, model, messages.clone()) }).await;
        assert_eq!(asked.finish, FinishReason::ToolCalls, "{model}");
        let call = asked.calls[0].clone();
        assert!(
            deltas.contains(&Delta::Call { index: 0, id: call.id.clone(), name: call.name.clone() }),
            "{model}: {deltas:?}"
        );
        assert_eq!(serde_json::from_str::<Value>(&call.arguments).unwrap(), json!({ "text": "hello" }));
        messages.push(Message::assistant(asked.text, asked.calls));
        messages.push(Message::tool(call.id, "hello", false));
        let (_, told) = ask(&models, Request { tools: tools.clone(), ..request(&models, model, messages) }).await;
        assert!(!told.text.is_empty() || !told.calls.is_empty(), "{model}");
    }
}

#[tokio::test]
async fn a_real_model_reports_a_refused_request() {
    let Some(models) = real_models() else { return };
    for model in PROTOCOLS {
        let long = request(&models, model, vec![Message::user("слово ".repeat(30_000))]);
        let error = models.stream(long, mpsc::channel(1000).0).await.unwrap_err();
        println!("{error}");
        assert!(matches!(error, ModelError::Rejected(_)), "{model}: {error:?}");
    }
}

#[tokio::test]
async fn a_real_model_keeps_to_a_json_schema() {
    let Some(models) = real_models() else { return };
    let schema = json!({
        "type": "object",
        "properties": { "city": { "type": "string" }, "population": { "type": "integer" } },
        "required": ["city", "population"],
        "additionalProperties": false,
    });
    let mut request =
        request(&models, PROTOCOLS[0], vec![Message::user("Назови столицу Франции и её население. Ответь в JSON.")]);
    let format = json!({ "response_format": { "type": "json_schema", "json_schema": { "name": "city", "schema": schema, "strict": true } } });
    request.params.response_format = Params::read(format.as_object().unwrap()).unwrap().response_format;
    let (_, answer) = ask(&models, request).await;
    let said: Value = serde_json::from_str(&answer.text).unwrap();
    assert!(said["city"].is_string() && said["population"].is_i64(), "{said}");
    assert_eq!(said.as_object().unwrap().len(), 2);
}

#[tokio::test]
async fn a_real_model_that_is_cancelled_in_mid_stream_serves_the_next_call() {
    let Some(models) = real_models() else { return };
    for model in PROTOCOLS {
        let (sender, mut deltas) = mpsc::channel(1000);
        let mut long = request(&models, model, vec![Message::user("Напиши длинный рассказ о море.")]);
        long.params.max_tokens = Some(2000);
        let begun = std::time::Instant::now();
        let stream = models.stream(long, sender);
        tokio::select! {
            answer = stream => panic!("2,000 tokens came at once: {answer:?}"),
            () = async { while !matches!(deltas.recv().await, Some(Delta::Text(_))) {} } => {}
        }
        println!("cancelled after {:?}", begun.elapsed());
        // The server works on one answer at a time, so this answer comes only after the server has dropped the other.
        let (_, next) = ask(&models, request(&models, model, vec![Message::user("Скажи: да")])).await;
        assert!(!next.text.is_empty(), "{model}");
        assert!(begun.elapsed() < std::time::Duration::from_mins(2), "{model}: the server still wrote the story");
    }
}
