//! Properties of the answers of every protocol, streamed and complete.

mod odd_calls;
mod odd_streams;

use std::collections::BTreeMap;
use std::sync::Arc;

use artel_domain::{AssistantCall, Usage};
use serde_json::{Value, json};

use super::Dialect;
use crate::anthropic::Anthropic;
use crate::ollama::Ollama;
use crate::openai::OpenAi;
use crate::{Catalog, Completion, Delta, Message, ModelError, ModelName, Params, Request};

fn request(provider: &str, messages: Vec<Message>) -> Request {
    Request {
        model: ModelName::new(provider, "m"),
        messages,
        tools: Vec::new(),
        params: Params::default(),
        account: "test".to_owned(),
        used_by: crate::UsedBy::default(),
        keys: BTreeMap::new(),
        trace: None,
    }
}

fn dialects() -> [(&'static str, Box<dyn Dialect>); 3] {
    let catalog = Arc::new(Catalog::default());
    [
        ("openai", Box::new(OpenAi::default())),
        ("anthropic", Box::new(Anthropic::new(catalog.clone()))),
        ("ollama", Box::new(Ollama::new(catalog))),
    ]
}

type Read = (Vec<Delta>, Result<Completion, ModelError>);

fn streamed(dialect: &dyn Dialect, body: &str) -> Read {
    let mut deltas = Vec::new();
    let mut decoder = dialect.decoder(&request("p", Vec::new()));
    let mut fed = Ok(());
    for piece in body.as_bytes().chunks(7) {
        fed = fed.and_then(|()| decoder.feed(piece, &mut deltas).map(drop));
    }
    let answer = fed.and_then(|()| decoder.close(&mut deltas)).and_then(|()| decoder.finish(&mut deltas));
    (deltas, answer)
}

fn whole(dialect: &dyn Dialect, body: &str) -> Read {
    let mut deltas = Vec::new();
    let answer = dialect.decode_whole(&request("p", Vec::new()), body.as_bytes(), &mut deltas);
    (deltas, answer)
}

/// The same text in every protocol, as a stream of these pieces and as one value. `usage` is JSON text.
fn bodies(protocol: &str, pieces: &[&str], usage: &str, word: &str) -> (String, String) {
    let all = pieces.concat();
    let event = |data: String| format!("data: {data}\n\n");
    match protocol {
        "openai" => {
            let piece = |text: &&str| event(format!(r#"{{"choices":[{{"index":0,"delta":{{"content":"{text}"}}}}]}}"#));
            let end = event(format!(r#"{{"choices":[{{"delta":{{}},"finish_reason":"{word}"}}],"usage":{usage}}}"#));
            let choice = format!(r#"{{"index":0,"message":{{"content":"{all}"}},"finish_reason":"{word}"}}"#);
            let stream = pieces.iter().map(piece).collect::<String>() + &end + "data: [DONE]\n\n";
            (stream, format!(r#"{{"choices":[{choice}],"usage":{usage}}}"#))
        }
        "anthropic" => {
            let text = |text: &&str| {
                format!(r#"{{"type":"content_block_delta","index":0,"delta":{{"type":"text_delta","text":"{text}"}}}}"#)
            };
            let start = r#"{"type":"message_start","message":{"usage":{"output_tokens":1}}}"#.to_owned();
            let begin =
                r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#.to_owned();
            let end = format!(r#"{{"type":"message_delta","delta":{{"stop_reason":"{word}"}},"usage":{usage}}}"#);
            let stop = r#"{"type":"message_stop"}"#.to_owned();
            let events = [start, begin].into_iter().chain(pieces.iter().map(text)).chain([end, stop]);
            let content = format!(r#"[{{"type":"text","text":"{all}"}}]"#);
            (events.map(event).collect(), format!(r#"{{"content":{content},"stop_reason":"{word}","usage":{usage}}}"#))
        }
        _ => {
            let counts = usage.trim_start_matches('{').trim_end_matches('}');
            let counts = if usage == "null" || counts.is_empty() { String::new() } else { format!(",{counts}") };
            let piece = |text: &&str| format!("{{\"message\":{{\"content\":\"{text}\"}},\"done\":false}}\n");
            let end =
                format!("{{\"message\":{{\"content\":\"\"}},\"done\":true,\"done_reason\":\"{word}\"{counts}}}\n");
            let one = format!(r#"{{"message":{{"content":"{all}"}},"done":true,"done_reason":"{word}"{counts}}}"#);
            (pieces.iter().map(piece).collect::<String>() + &end, one)
        }
    }
}

fn both(dialect: &dyn Dialect, (stream, one): &(String, String)) -> [Read; 2] {
    [streamed(dialect, stream), whole(dialect, one)]
}

fn shown(deltas: &[Delta]) -> String {
    deltas.iter().map(Delta::text).collect()
}

#[test]
fn the_halves_of_a_surrogate_pair_are_joined_and_a_single_half_is_replaced() {
    for (protocol, dialect) in dialects() {
        for (pieces, text) in [
            (&[r"A\ud83d", r"\ude00B"][..], "A😀B"),
            (&[r"A\ud83d", "B"], "A\u{FFFD}B"),
            (&[r"\ude00", "B"], "\u{FFFD}B"),
            (&["A", r"\ud83d"], "A\u{FFFD}"),
        ] {
            for (deltas, answer) in both(dialect.as_ref(), &bodies(protocol, pieces, "null", "stop")) {
                let answer = answer.unwrap();
                assert_eq!(answer.text, text, "{protocol} {pieces:?}");
                assert_eq!(shown(&deltas), text, "{protocol} {pieces:?}");
            }
        }
    }
}

#[test]
fn an_unreadable_usage_is_unknown_and_never_fails_the_answer() {
    let names = [("openai", ["prompt_tokens", "completion_tokens"]), ("anthropic", ["input_tokens", "output_tokens"])];
    for (protocol, dialect) in dialects() {
        let [prompt, completion] = names
            .iter()
            .find(|(name, _)| *name == protocol)
            .map_or(["prompt_eval_count", "eval_count"], |(_, names)| *names);
        let usage =
            |prompt_tokens: &str, tokens: &str| format!("{{\"{prompt}\":{prompt_tokens},\"{completion}\":{tokens}}}");
        for unreadable in [
            "null".to_owned(),
            "{}".to_owned(),
            r#"{"total_tokens":30}"#.to_owned(),
            usage("11", "-100000"),
            usage("11", "9223372036854775807"),
            usage("11", "[]"),
            usage("\"many\"", "4"),
        ] {
            for (_, answer) in both(dialect.as_ref(), &bodies(protocol, &["Hi"], &unreadable, "stop")) {
                let answer = answer.unwrap();
                assert_eq!((answer.text.as_str(), answer.usage), ("Hi", None), "{protocol} {unreadable}");
            }
        }
        for readable in [usage("11", "4"), usage("11.0", "4"), usage("\"11\"", "4.0")] {
            for (_, answer) in both(dialect.as_ref(), &bodies(protocol, &["Hi"], &readable, "stop")) {
                let usage = Usage { prompt_tokens: 11, completion_tokens: 4, ..Usage::default() };
                assert_eq!(answer.unwrap().usage, Some(usage), "{protocol} {readable}");
            }
        }
    }
}

#[test]
fn a_finish_reason_that_means_failure_fails_the_call() {
    for (protocol, dialect) in dialects() {
        for word in ["network_error", "insufficient_system_resource", "malformed_function_call"] {
            for (_, answer) in both(dialect.as_ref(), &bodies(protocol, &["Hi"], "null", word)) {
                assert!(answer.unwrap_err().to_string().contains(word), "{protocol} {word}");
            }
        }
    }
}

#[test]
fn one_unreadable_member_never_fails_the_answer() {
    for (protocol, body) in [
        (
            0,
            r#"{"choices":[{"index":"0","message":{"content":"Hi","refusal":[],"tool_calls":"none","reasoning_content":7},"finish_reason":"stop","logprobs":[]}],"usage":"none"}"#,
        ),
        (
            1,
            r#"{"content":[{"type":"text","text":"Hi","citations":"none"},{"type":7}],"stop_reason":"end_turn","stop_sequence":[],"usage":[]}"#,
        ),
        (
            2,
            r#"{"message":{"content":"Hi","thinking":7,"tool_calls":"none"},"done":"true","done_reason":["stop"],"eval_count":"many"}"#,
        ),
    ] {
        let (name, dialect) = &dialects()[protocol];
        let body = body.replace(r#""done":"true""#, r#""done":true"#);
        assert_eq!(whole(dialect.as_ref(), &body).1.unwrap().text, "Hi", "{name}");
    }
}

#[test]
fn members_without_a_typed_form_are_sent_back_unchanged() {
    let signature = json!({ "google": { "thought_signature": "c2ln" } });
    let details = json!([{ "type": "reasoning.encrypted", "data": "ZW5j", "format": "x", "index": 0 }]);
    let function = json!({ "name": "now", "arguments": "{}" });
    let made = json!({ "index": 0, "id": "a", "type": "function", "function": function, "extra_content": signature });
    let message = json!({ "role": "assistant", "content": null, "tool_calls": [made], "reasoning_details": details });
    let choice = |name: &str| json!({ "choices": [{ "index": 0, name: message, "finish_reason": "tool_calls" }] });
    let stream = format!("data: {}\n\ndata: [DONE]\n\n", choice("delta"));
    let dialect = OpenAi::default();
    for (deltas, answer) in [streamed(&dialect, &stream), whole(&dialect, &choice("message").to_string())] {
        let answer = answer.unwrap();
        let rest =
            deltas.iter().find_map(|delta| if let Delta::Rest(rest) = delta { Some(&rest["delta"]) } else { None });
        assert_eq!(rest.unwrap()["tool_calls"][0]["extra_content"], signature, "a client of the same protocol sees it");

        let bare: Vec<AssistantCall> =
            answer.calls.iter().map(|call| AssistantCall { rest: serde_json::Map::new(), ..call.clone() }).collect();
        let opaque = answer.opaque("custom:google", 1);
        let journalled = artel_domain::Message::Assistant { text: answer.text, calls: bare, opaque };
        let messages = vec![Message::user("hi"), journalled.into(), Message::tool("a", "noon", false)];
        let sent = dialect.encode(&request("custom:google", messages.clone())).unwrap();
        assert_eq!(sent["messages"][1]["tool_calls"][0]["extra_content"], signature);
        assert_eq!(sent["messages"][1]["reasoning_details"], details);

        let elsewhere = dialect.encode(&request("custom:router", messages.clone())).unwrap();
        assert_eq!(elsewhere["messages"][1].get("reasoning_details"), None, "another provider may refuse it");
        assert_eq!(elsewhere["messages"][1]["tool_calls"][0].get("extra_content"), None);
        let behind =
            Request { model: ModelName::new("proxy", "custom:google:gemini"), ..request("openai", messages.clone()) };
        assert_eq!(dialect.encode(&behind).unwrap()["messages"][1]["reasoning_details"], details);

        let official = OpenAi { is_official: true }.encode(&request("openai", messages)).unwrap();
        assert_eq!(official["messages"][1].get("reasoning_details"), None, "OpenAI refuses what it does not know");
        assert_eq!(official["messages"][1]["tool_calls"][0].get("extra_content"), None);
    }
}

#[test]
fn one_call_id_in_two_turns_goes_to_anthropic_as_two_ids_with_their_results() {
    let call = || AssistantCall {
        id: "call 1".into(),
        name: "now".into(),
        arguments: "{}".into(),
        ..AssistantCall::default()
    };
    let messages = vec![
        Message::user("hi"),
        Message::assistant("", vec![call()]),
        Message::tool("call 1", "noon", false),
        Message::assistant("", vec![call()]),
        Message::tool("call 1", "one", false),
    ];
    let sent = dialects()[1].1.encode(&request("anthropic", messages)).unwrap();
    let blocks: Vec<&Value> = (1..5).map(|turn| &sent["messages"][turn]["content"][0]).collect();
    assert_eq!([&blocks[0]["id"], &blocks[2]["id"]], ["call_201", "call_201_2"]);
    assert_eq!([&blocks[1]["tool_use_id"], &blocks[3]["tool_use_id"]], ["call_201", "call_201_2"]);
    assert_eq!([&blocks[1]["content"], &blocks[3]["content"]], ["noon", "one"]);
}

#[test]
fn whole_calls_without_ids_at_one_index_are_as_many_calls() {
    let made =
        |name: &str, arguments: &str| json!({ "index": 0, "function": { "name": name, "arguments": arguments } });
    let chunk = |calls: Value| {
        format!("data: {}\n\n", json!({ "choices": [{ "index": 0, "delta": { "tool_calls": calls } }] }))
    };
    let end =
        format!("data: {}\n\ndata: [DONE]\n\n", json!({ "choices": [{ "delta": {}, "finish_reason": "tool_calls" }] }));
    let (one, two) = (made("now", r#"{"zone":"utc"}"#), made("now", r#"{"zone":"msk"}"#));
    let at_once = chunk(json!([one, two])) + &end;
    let one_by_one = chunk(json!([one])) + &chunk(json!([two])) + &end;
    let without_arguments = chunk(json!([made("now", ""), made("then", "")])) + &end;
    for (body, expected) in [
        (at_once, [r#"{"zone":"utc"}"#, r#"{"zone":"msk"}"#]),
        (one_by_one, [r#"{"zone":"utc"}"#, r#"{"zone":"msk"}"#]),
        (without_arguments, ["{}", "{}"]),
    ] {
        let calls = streamed(&OpenAi::default(), &body).1.unwrap().calls;
        let arguments: Vec<&str> = calls.iter().map(|call| call.arguments.as_str()).collect();
        assert_eq!(arguments, expected, "{body}");
        assert_ne!(calls[0].id, calls[1].id);
    }
}
