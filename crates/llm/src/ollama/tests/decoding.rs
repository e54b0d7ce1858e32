use artel_domain::{FinishReason, Usage};
use http::StatusCode;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{call, ollama, request};
use crate::dialect::{Dialect as _, Progress};
use crate::{Completion, Delta, Message, ModelError, Reasoning, Request, Rest};

const TEXT: &[u8] = include_bytes!("../../../tests/recorded/ollama-text.ndjson");
const PARALLEL: &[u8] = include_bytes!("../../../tests/recorded/ollama-parallel-tools.ndjson");

type Decoded = (Vec<Delta>, Result<Completion, ModelError>);

fn decode_for<'a>(request: &Request, pieces: impl IntoIterator<Item = &'a [u8]>) -> Decoded {
    let mut deltas = Vec::new();
    let outcome = read(request, pieces, &mut deltas);
    (deltas, outcome)
}

fn read<'a>(
    request: &Request,
    pieces: impl IntoIterator<Item = &'a [u8]>,
    deltas: &mut Vec<Delta>,
) -> Result<Completion, ModelError> {
    let mut decoder = ollama().decoder(request);
    for piece in pieces {
        if decoder.feed(piece, deltas)? == Progress::Complete {
            break;
        }
    }
    decoder.close(deltas)?;
    decoder.finish(deltas)
}

fn decode<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Decoded {
    decode_for(&request(Vec::new()), pieces)
}

fn whole(body: &[u8]) -> Decoded {
    let mut deltas = Vec::new();
    let outcome = ollama().decode_whole(&request(Vec::new()), body, &mut deltas);
    (deltas, outcome)
}

fn stream(lines: &[Value]) -> String {
    lines.iter().flat_map(|line| [line.to_string(), "\n".to_owned()]).collect()
}

fn answer_to(lines: &[Value]) -> Completion {
    decode([stream(lines).as_bytes()]).1.unwrap()
}

fn says(text: &str) -> Value {
    json!({ "message": { "role": "assistant", "content": text }, "done": false })
}

fn calls(calls: &Value) -> Value {
    json!({ "message": { "role": "assistant", "content": "", "tool_calls": calls }, "done": false })
}

fn done(reason: &str) -> Value {
    json!({ "message": { "role": "assistant", "content": "" }, "done": true, "done_reason": reason, "eval_count": 1 })
}

fn shown(deltas: &[Delta]) -> String {
    deltas.iter().filter_map(|delta| if let Delta::Text(text) = delta { Some(text.as_str()) } else { None }).collect()
}

#[test]
fn a_text_with_thinking_is_read() {
    let (deltas, answer) = decode([TEXT]);
    let text = |text: &str| Delta::Text(text.to_owned());
    let thought = |text: &str| Delta::Reasoning(text.to_owned());
    assert_eq!(deltas, [thought("The user"), thought(" greets me."), text("При"), text("вет! 🌟")]);
    let expected = Completion {
        text: "Привет! 🌟".to_owned(),
        calls: Vec::new(),
        finish: FinishReason::Stop,
        finish_word: Some("stop".to_owned()),
        usage: Some(Usage { prompt_tokens: 39, completion_tokens: 8, ..Usage::default() }),
        reasoning: vec![Reasoning::Thinking { thinking: "The user greets me.".to_owned(), signature: None }],
        message: Rest::new(),
        rest: Rest::new(),
    };
    assert_eq!(answer, Ok(expected));
}

#[test]
fn calls_on_lines_before_the_last_one_finish_with_tool_calls_though_ollama_says_stop() {
    let (deltas, answer) = decode([PARALLEL]);
    let answer = answer.unwrap();
    assert_eq!(
        answer.calls,
        [
            call("call_0", "weather", r#"{"city":"Rome"}"#),
            call("call_1", "weather", r#"{"city":"Київ","days":3}"#),
            call("call_q8v2", "now", "{}")
        ]
    );
    assert_eq!((answer.finish, answer.finish_word.as_deref()), (FinishReason::ToolCalls, Some("stop")));
    assert_eq!(
        answer.usage,
        Some(Usage { prompt_tokens: 0, completion_tokens: 46, ..Usage::default() }),
        "an absent count is nothing"
    );
    let begun: Vec<_> = deltas
        .iter()
        .filter_map(|delta| if let Delta::Call { index, id, .. } = delta { Some((*index, id.as_str())) } else { None })
        .collect();
    assert_eq!(begun, [(0, "call_0"), (1, "call_1"), (2, "call_q8v2")], "dense, whatever index Ollama gives");
    assert_eq!(deltas[2], Delta::Arguments { index: 0, piece: r#"{"city":"Rome"}"#.to_owned() });
}

#[test]
fn an_answer_is_decoded_the_same_wherever_its_bytes_are_cut() {
    for recording in [TEXT, PARALLEL] {
        let uncut = decode([recording]);
        for cut in 0..=recording.len() {
            assert_eq!(decode([&recording[..cut], &recording[cut..]]), uncut, "cut at {cut}");
        }
        assert_eq!(decode(recording.chunks(1)), uncut);
    }
}

#[test]
fn an_answer_that_stops_before_its_last_line_is_an_error_wherever_it_stops() {
    for recording in [TEXT, PARALLEL] {
        let end = recording.trim_ascii_end().len();
        for cut in 0..end {
            assert_eq!(decode([&recording[..cut]]).1.unwrap_err().code(), "model_protocol_error", "cut at {cut}");
        }
        assert!(decode([&recording[..end]]).1.is_ok(), "the last line needs no end");
    }
    assert_eq!(
        decode([stream(&[says("Hel")]).as_bytes()]).1,
        Err(ModelError::Protocol("the stream ended early".to_owned()))
    );
}

#[test]
fn a_complete_answer_is_decoded_like_its_stream() {
    let body = json!({
        "model": "qwen3:8b",
        "message": { "role": "assistant", "content": "Well:", "thinking": "hm", "tool_calls": [{ "function": { "name": "now", "arguments": {} } }] },
        "done": true, "done_reason": "stop", "prompt_eval_count": 3, "eval_count": 4,
    });
    let pretty = serde_json::to_string_pretty(&body).unwrap();
    let (deltas, answer) = whole(pretty.as_bytes());
    assert_eq!((deltas, answer.clone()), decode([body.to_string().as_bytes()]));
    assert_eq!(answer.unwrap().usage.map(Usage::total), Some(7));
    assert_eq!(whole(TEXT), decode([TEXT]), "a stream that its server calls application/json");
    assert_eq!(whole(says("half").to_string().as_bytes()).1.unwrap_err().code(), "model_protocol_error");
}

#[test]
fn each_done_reason_has_its_finish_reason() {
    let tool = calls(&json!([{ "function": { "name": "now", "arguments": {} } }]));
    for (word, finish) in [
        ("stop", FinishReason::Stop),
        ("length", FinishReason::Length),
        ("load", FinishReason::Other("load".to_owned())),
        ("unload", FinishReason::Other("unload".to_owned())),
    ] {
        let answer = answer_to(&[done(word)]);
        assert_eq!((answer.finish, answer.finish_word.as_deref()), (finish, Some(word)));
    }
    assert_eq!(answer_to(&[tool.clone(), done("length")]).finish, FinishReason::Length);
    assert_eq!(answer_to(&[tool, done("")]).finish, FinishReason::ToolCalls);
    assert_eq!(answer_to(&[json!({ "done": true })]).usage, None);
}

#[test]
fn generated_call_ids_are_numbered_through_the_dialogue_and_never_repeat() {
    let history = vec![Message::assistant("", vec![call("call_0", "now", "{}"), call("call_3", "now", "{}")])];
    let one = json!({ "function": { "name": "now", "arguments": {} } });
    let named = |id: &str| json!({ "id": id, "function": { "name": "now", "arguments": {} } });
    let body = stream(&[calls(&json!([one, one, named("call_0"), named("x"), named("x"), named("")])), done("stop")]);
    let answer = decode_for(&request(history), [body.as_bytes()]).1.unwrap();
    let ids: Vec<&str> = answer.calls.iter().map(|call| call.id.as_str()).collect();
    assert_eq!(ids, ["call_2", "call_4", "call_5", "x", "call_6", "call_7"]);
}

#[test]
fn arguments_keep_every_digit_and_may_be_text_or_absent() {
    let exact = r#"{"message":{"tool_calls":[{"function":{"name":"add","arguments":{"a":12345678901234567890123,"b":1.10}}}]},"done":true}"#;
    assert_eq!(decode([exact.as_bytes()]).1.unwrap().calls[0].arguments, r#"{"a":12345678901234567890123,"b":1.10}"#);
    for (written, read) in [(json!("{\"a\":1}"), r#"{"a":1}"#), (json!(""), "{}"), (Value::Null, "{}")] {
        let answer =
            answer_to(&[calls(&json!([{ "function": { "name": "add", "arguments": written } }])), done("stop")]);
        assert_eq!(answer.calls[0].arguments, read);
    }
    assert_eq!(answer_to(&[calls(&json!([{ "function": { "name": "add" } }])), done("stop")]).calls[0].arguments, "{}");
}

#[test]
fn a_call_without_a_name_is_not_an_answer() {
    let (_, outcome) =
        decode([stream(&[calls(&json!([{ "function": { "arguments": {} } }])), done("stop")]).as_bytes()]);
    assert_eq!(outcome, Err(ModelError::Unusable("a tool call has no name".to_owned())));
}

#[test]
fn an_error_line_ends_the_answer_after_what_was_said() {
    let lines = [
        says("Hel"),
        json!({ "error": "an error was encountered while running the model: CUDA out of memory" }),
        done("stop"),
    ];
    let (deltas, outcome) = decode([stream(&lines).as_bytes()]);
    assert_eq!(shown(&deltas), "Hel");
    let told = "it broke off: an error was encountered while running the model: CUDA out of memory";
    assert_eq!(outcome, Err(ModelError::Unavailable(told.to_owned())));
    assert_eq!(
        decode([br#"{"error":"boom"}"#.as_slice()]).1,
        Err(ModelError::Unavailable("it broke off: boom".to_owned()))
    );
    assert_eq!(whole(br#"{"error":"boom"}"#).1, Err(ModelError::Unavailable("it broke off: boom".to_owned())));
}

#[test]
fn garbage_is_named_with_an_excerpt() {
    for garbage in ["<html>\n<h1>Bad gateway</h1>", "<html> Bad gateway", "data: {}\n\n"] {
        let error = decode([garbage.as_bytes()]).1.unwrap_err();
        assert_eq!(error.code(), "model_protocol_error");
        assert!(error.to_string().contains(garbage.split('\n').next().unwrap()), "{error}");
    }
}

#[test]
fn bytes_after_the_last_line_are_ignored() {
    let after = format!("{}garbage\n", stream(&[says("yes"), done("stop"), says("no")]));
    for size in [1, 7, 1000] {
        let (deltas, outcome) = decode(after.as_bytes().chunks(size));
        assert_eq!((shown(&deltas).as_str(), outcome.unwrap().text.as_str()), ("yes", "yes"));
    }
}

#[test]
fn probabilities_are_passed_on_in_openais_shape() {
    let mut line = says("a");
    line["logprobs"] = json!([{ "token": "a", "logprob": -0.5 }]);
    let (deltas, _) = decode([stream(&[line, done("stop")]).as_bytes()]);
    let Delta::Rest(rest) = &deltas[1] else { panic!("{deltas:?}") };
    assert_eq!(rest["logprobs"], json!({ "content": [{ "token": "a", "logprob": -0.5 }] }));
}

#[test]
fn error_statuses_become_errors_by_what_a_caller_can_do() {
    let error = |status: u16, body: &str| ollama().error(StatusCode::from_u16(status).unwrap(), body.as_bytes());
    for (status, body, code) in [
        (400, r#"{"error":"\"phi4\" does not support tools"}"#, "model_rejected"),
        (401, r#"{"error":"unauthorized","signin_url":"https://ollama.com"}"#, "model_rejected"),
        (404, r#"{"error":"model 'nope' not found"}"#, "model_rejected"),
        (429, r#"{"error":"too many requests"}"#, "model_rate_limited"),
        (500, r#"{"error":"model runner has unexpectedly stopped"}"#, "model_unavailable"),
        (502, "<html>Bad gateway</html>", "model_unavailable"),
        (503, r#"{"error":"server busy, please try again.  maximum pending requests exceeded"}"#, "model_unavailable"),
    ] {
        assert_eq!(error(status, body).code(), code, "{status} {body}");
    }
    assert_eq!(
        error(404, r#"{"error":"model 'nope' not found"}"#),
        ModelError::Rejected("it answered 404: model 'nope' not found".to_owned())
    );
    assert_eq!(
        error(400, r#"{"error":{"message":"wrapped"}}"#),
        ModelError::Rejected("it answered 400: wrapped".to_owned())
    );
    assert_eq!(error(400, " "), ModelError::Rejected("it answered 400: no explanation".to_owned()));
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), size in 1..50usize) {
        let _ = decode(bytes.chunks(size));
        let _ = whole(&bytes);
        let _ = ollama().error(StatusCode::BAD_GATEWAY, &bytes);
    }

    #[test]
    fn no_cut_of_a_recording_makes_the_reader_panic(from in 0..PARALLEL.len(), length in 0..PARALLEL.len()) {
        let piece = &PARALLEL[from..(from + length).min(PARALLEL.len())];
        let _ = decode([piece]);
        let _ = whole(piece);
    }

    #[test]
    fn any_text_and_arguments_survive(text in "\\PC{0,30}", argument in "\\PC{0,30}", size in 1..20usize) {
        let arguments = json!({ "text": argument });
        let lines = [says(&text), calls(&json!([{ "function": { "name": "echo", "arguments": arguments } }])), done("stop")];
        let (deltas, answer) = decode(stream(&lines).as_bytes().chunks(size));
        prop_assert_eq!(shown(&deltas), text);
        prop_assert_eq!(answer.unwrap().calls, [call("call_0", "echo", &arguments.to_string())]);
    }
}
