use std::collections::BTreeMap;

use artel_domain::{AssistantCall, FinishReason, ToolSpec};
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::Variant;
use crate::{Completion, Config, Delta, Message, ModelError, ModelName, Models, Params, Request};

fn tool(name: &str, description: &str, properties: &Value) -> ToolSpec {
    let required: Vec<&String> = properties.as_object().unwrap().keys().collect();
    let input_schema = json!({ "type": "object", "properties": properties, "required": required });
    ToolSpec { name: name.to_owned(), description: description.to_owned(), input_schema, rest: Map::new() }
}

fn echo() -> ToolSpec {
    tool("echo_tool", "Echoes input back", &json!({ "text": { "type": "string" } }))
}

fn calculator() -> ToolSpec {
    tool("calculator", "Evaluates an arithmetic expression", &json!({ "expression": { "type": "string" } }))
}

fn add() -> ToolSpec {
    tool("add", "Adds two numbers", &json!({ "a": { "type": "integer" }, "b": { "type": "number" } }))
}

fn clock() -> ToolSpec {
    tool("current_time", "Returns the current time", &json!({}))
}

fn user(text: &str) -> Message {
    Message::user(text)
}

fn request(variant: Variant, tools: &[ToolSpec], messages: Vec<Message>) -> Request {
    Request {
        model: ModelName::new("demo", variant.name()),
        messages,
        tools: tools.to_vec(),
        params: Params::default(),
        account: "test".to_owned(),
        used_by: crate::UsedBy::default(),
        keys: BTreeMap::new(),
        trace: None,
    }
}

async fn streamed(request: &Request) -> (Vec<Delta>, Result<Completion, ModelError>) {
    let (sender, mut receiver) = mpsc::channel(1000);
    let models = Models::new(Config::default()).unwrap();
    let answer = models.stream(request.clone(), sender).await.map(|served| served.answer);
    let mut deltas = Vec::new();
    while let Some(delta) = receiver.recv().await {
        if !matches!(delta, Delta::Opened(_)) {
            deltas.push(delta);
        }
    }
    (deltas, answer)
}

async fn ask(request: &Request) -> (Vec<String>, Result<Completion, ModelError>) {
    let (deltas, answer) = streamed(request).await;
    let texts = deltas.into_iter().filter_map(|delta| if let Delta::Text(text) = delta { Some(text) } else { None });
    (texts.collect(), answer)
}

async fn answer(tools: &[ToolSpec], messages: Vec<Message>) -> Completion {
    ask(&request(Variant::Echo, tools, messages)).await.1.unwrap()
}

/// The name and the arguments of the single call in the answer to a message.
async fn called(tools: &[ToolSpec], text: &str) -> Option<(String, Value)> {
    let answer = answer(tools, vec![user(text)]).await;
    let call = answer.calls.into_iter().next()?;
    Some((call.name, serde_json::from_str(&call.arguments).unwrap()))
}

fn after(call: &AssistantCall, content: &str, is_error: bool) -> [Message; 2] {
    [Message::assistant("", vec![call.clone()]), Message::tool(&call.id, content, is_error)]
}

#[tokio::test]
async fn it_calls_the_tool_and_reports_the_result() {
    let mut messages = vec![user("Echo the word hello using the tool")];
    let first = answer(&[echo()], messages.clone()).await;
    assert_eq!(first.finish, FinishReason::ToolCalls);
    assert_eq!((first.calls[0].name.as_str(), first.calls[0].arguments.as_str()), ("echo_tool", r#"{"text":"hello"}"#));
    messages.extend(after(&first.calls[0], "hello", false));
    let second = answer(&[echo()], messages.clone()).await;
    assert_eq!((second.text.as_str(), second.finish), ("The tool echo_tool returned: hello", FinishReason::Stop));
}

#[tokio::test]
async fn a_call_is_streamed_too() {
    let (deltas, answer) =
        streamed(&request(Variant::Echo, &[echo()], vec![user("Echo the word hello using the tool")])).await;
    let call = answer.unwrap().calls.remove(0);
    let begins = Delta::Call { index: 0, id: call.id, name: call.name };
    assert_eq!(deltas, [begins, Delta::Arguments { index: 0, piece: call.arguments }]);
}

#[tokio::test]
async fn it_says_that_a_tool_failed() {
    let mut messages = vec![user("Echo the word hello using the tool")];
    let call = answer(&[echo()], messages.clone()).await.calls.remove(0);
    messages.extend(after(&call, "the tool timed out", true));
    assert_eq!(answer(&[echo()], messages).await.text, "The tool echo_tool failed: the tool timed out");
}

#[tokio::test]
async fn it_picks_the_tool_that_fits_and_fills_its_arguments() {
    let all = [calculator(), clock(), echo(), add()];
    let cases = [
        ("Echo the word hello using the tool", "echo_tool", json!({ "text": "hello" })),
        ("echo \"two words\"", "echo_tool", json!({ "text": "two words" })),
        ("Please echo good morning using the tool.", "echo_tool", json!({ "text": "good morning" })),
        ("Вызови инструмент со словом: слово привет", "echo_tool", json!({ "text": "привет" })),
        ("add 2 and 3.5", "add", json!({ "a": 2, "b": 3.5 })),
        ("Calculate 2 + 3 * 4, please", "calculator", json!({ "expression": "2 + 3 * 4" })),
        ("What is the current time?", "current_time", json!({})),
        ("use the tool", "echo_tool", json!({ "text": "use the tool" })),
    ];
    for (text, name, arguments) in cases {
        assert_eq!(called(&all, text).await, Some((name.to_owned(), arguments)), "{text}");
    }
}

#[tokio::test]
async fn it_repeats_the_message_when_no_tool_is_meant_or_offered() {
    assert_eq!(called(&[echo(), add()], "Hello there").await, None);
    assert_eq!(answer(&[echo()], vec![user("Hello there")]).await.text, "You said: Hello there");
    assert_eq!(
        answer(&[], vec![user("Echo the word hello using the tool")]).await.text,
        "You said: Echo the word hello using the tool"
    );
    assert_eq!(answer(&[], Vec::new()).await.text, "You said: ");
}

#[tokio::test]
async fn every_kind_of_property_gets_a_value_that_fits() {
    let schema = json!({
        "text": { "type": ["null", "string"] }, "count": { "type": "integer", "minimum": 3 }, "ratio": { "type": "number", "default": 0.5 },
        "mode": { "enum": ["slow", "fast"] }, "fixed": { "const": 7 }, "flag": { "type": "boolean" }, "tags": { "type": "array", "items": { "type": "string" } },
        "deep": { "type": "object", "properties": { "url": { "type": "string" } } }, "any": {},
    });
    let text = r#"Use the tool fast with "x" at https://example.org/a"#;
    let expected = json!({
        "text": "x", "count": 3, "ratio": 0.5, "mode": "fast", "fixed": 7, "flag": true, "tags": ["x"], "deep": { "url": "https://example.org/a" }, "any": "x",
    });
    assert_eq!(called(&[tool("mixed", "", &schema)], text).await, Some(("mixed".to_owned(), expected)));
}

#[tokio::test]
async fn it_makes_as_many_different_calls_as_asked_one_per_step() {
    for (text, times) in [
        ("Call the tool 5 times", 5),
        ("call the tool twice", 2),
        ("Echo three times", 3),
        ("Вызови инструмент 4 раза", 4),
    ] {
        let mut messages = vec![user("Echo the word before"), user(text)];
        let mut seen = Vec::new();
        loop {
            let answer = answer(&[echo()], messages.clone()).await;
            let Some(call) = answer.calls.first() else {
                assert_eq!(answer.text, format!("The tool echo_tool returned: result {times}"));
                break;
            };
            seen.push(call.arguments.clone());
            messages.extend(after(call, &format!("result {}", seen.len()), false));
        }
        assert_eq!(seen, (1..=times).map(|step| format!(r#"{{"text":"{step}"}}"#)).collect::<Vec<_>>(), "{text}");
    }
}

#[tokio::test]
async fn it_knows_its_step_after_the_context_was_trimmed() {
    let call = AssistantCall {
        id: "demo_1_4".to_owned(),
        name: "echo_tool".to_owned(),
        arguments: "{}".to_owned(),
        ..AssistantCall::default()
    };
    let messages = [user("Call the tool 5 times")].into_iter().chain(after(&call, "4", false)).collect();
    assert_eq!(answer(&[echo()], messages).await.calls[0].arguments, r#"{"text":"5"}"#);
}

#[tokio::test]
async fn the_loop_never_ends() {
    let mut messages = vec![user("go")];
    let mut ids = Vec::new();
    for _ in 0..60 {
        let call = ask(&request(Variant::Loop, &[clock(), echo()], messages.clone())).await.1.unwrap().calls.remove(0);
        messages.extend(after(&call, "again", false));
        ids.push(call.id);
    }
    ids.dedup();
    assert_eq!(ids.len(), 60);
}

#[tokio::test]
async fn deltas_join_to_the_answer() {
    for variant in [Variant::Echo, Variant::Silent, Variant::Slow] {
        let (deltas, answer) = ask(&request(variant, &[], vec![user("one two  three\nfour пять six seven")])).await;
        assert_eq!(deltas.concat(), answer.unwrap().text);
        assert_eq!(deltas.len() > 1, variant != Variant::Silent, "{variant:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn slow_and_long_pause_between_deltas() {
    let started = Instant::now();
    let (deltas, _) = ask(&request(Variant::Slow, &[], vec![user("a b c")])).await;
    assert_eq!((deltas.len(), started.elapsed().as_millis()), (5, 250));
    let (deltas, _) = ask(&request(Variant::Long, &[], vec![user("a")])).await;
    assert_eq!(deltas.len(), 400);
}

#[tokio::test]
async fn it_counts_tokens_and_fails_on_purpose() {
    let usage = answer(&[echo()], vec![user("Echo the word hello using the tool")]).await.usage.unwrap();
    assert!(usage.prompt_tokens > 20 && usage.completion_tokens > 2, "{usage:?}");
    assert_eq!(ask(&request(Variant::Fail, &[], vec![user("a")])).await.1.unwrap_err().code(), "model_unavailable");
}
