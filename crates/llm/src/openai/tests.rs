use std::collections::BTreeMap;

use artel_domain::{AssistantCall, FinishReason, ToolSpec, Usage};
use proptest::prelude::*;
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::OpenAi;
use crate::dialect::{Dialect as _, Progress};
use crate::{Answer, Delta, Message, ModelError, ModelName, Params, Request};

const TEXT: &[u8] = include_bytes!("../../tests/recorded/llama-cpp-text.sse");
const TOOL_CALL: &[u8] = include_bytes!("../../tests/recorded/llama-cpp-tool-call.sse");
const PARALLEL: &[u8] = include_bytes!("../../tests/recorded/openai-parallel-tools.sse");

fn request(messages: Vec<Message>) -> Request {
    Request {
        model: ModelName::new("openai", "gpt-4o-mini"),
        messages,
        tools: Vec::new(),
        params: Params::default(),
        account: "test".to_owned(),
        keys: BTreeMap::new(),
    }
}

fn decode<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (String, Result<Answer, ModelError>) {
    let mut deltas = Vec::new();
    let outcome = read(pieces, &mut deltas);
    let said = |delta| if let Delta::Text(text) | Delta::Refusal(text) = delta { Some(text) } else { None };
    (deltas.into_iter().filter_map(said).collect(), outcome)
}

fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>, deltas: &mut Vec<Delta>) -> Result<Answer, ModelError> {
    let mut decoder = OpenAi.decoder(&request(Vec::new()));
    for piece in pieces {
        if decoder.feed(piece, deltas)? == Progress::Complete {
            break;
        }
    }
    decoder.finish(deltas)
}

/// A stream of these chunks, with `[DONE]`.
fn stream(chunks: &[Value]) -> String {
    chunks.iter().map(|chunk| format!("data: {chunk}\n\n")).chain(["data: [DONE]\n\n".to_owned()]).collect()
}

fn answer_to(chunks: &[Value]) -> Answer {
    decode([stream(chunks).as_bytes()]).1.unwrap()
}

fn delta(delta: &Value) -> Value {
    json!({ "choices": [{ "index": 0, "delta": delta, "finish_reason": null }] })
}

fn pieces(pieces: &Value) -> Value {
    delta(&json!({ "tool_calls": pieces }))
}

fn finish(word: &str) -> Value {
    json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": word }] })
}

fn call(id: &str, name: &str, arguments: &str) -> AssistantCall {
    AssistantCall { id: id.to_owned(), name: name.to_owned(), arguments: arguments.to_owned() }
}

#[test]
fn a_request_is_written_as_chat_completions() {
    #[derive(Deserialize)]
    struct Golden {
        messages: Vec<artel_domain::Message>,
        tools: Vec<ToolSpec>,
        params: Map<String, Value>,
    }
    let golden: Golden = serde_json::from_str(include_str!("../../tests/golden/dialogue.json")).unwrap();
    let messages = golden.messages.into_iter().map(Message::from).collect();
    let request = Request { tools: golden.tools, params: Params::read(&golden.params).unwrap(), ..request(messages) };
    insta::assert_json_snapshot!("dialogue", OpenAi.encode(&request).unwrap());
}

#[test]
fn choices_about_tools_are_not_sent_without_tools() {
    let params = json!({ "tool_choice": "auto", "parallel_tool_calls": false, "temperature": 0 });
    let params = Params::read(params.as_object().unwrap()).unwrap();
    let body = OpenAi.encode(&Request { params, ..request(Vec::new()) }).unwrap();
    assert_eq!(body.as_object().unwrap().keys().collect::<Vec<_>>(), ["model", "messages", "stream", "stream_options", "temperature"]);
}

#[test]
fn text_recorded_from_llama_cpp_is_read() {
    let (shown, answer) = decode([TEXT]);
    assert_eq!(shown, "Привет! 🌟");
    let usage = Usage { prompt_tokens: 39, completion_tokens: 8, cached_tokens: 5, ..Usage::default() };
    let answer = answer.unwrap();
    assert_eq!((answer.text, answer.calls, answer.finish, answer.usage), (shown, Vec::new(), FinishReason::Stop, Some(usage)));
}

#[test]
fn a_tool_call_recorded_from_llama_cpp_is_read() {
    let answer = decode([TOOL_CALL]).1.unwrap();
    assert_eq!(answer.calls.len(), 1);
    assert_eq!((answer.calls[0].name.as_str(), answer.calls[0].arguments.as_str()), ("echo", r#"{"text": "hello"}"#));
    assert_eq!(answer.finish, FinishReason::ToolCalls);
    assert_eq!(answer.usage.map(Usage::total), Some(182));
}

#[test]
fn parallel_calls_are_put_together_by_index() {
    let answer = decode([PARALLEL]).1.unwrap();
    assert_eq!(answer.calls, [call("call_rome", "weather", r#"{"city": "Rome"}"#), call("call_kyiv", "weather", r#"{"city": "Київ"}"#)]);
    let usage = Usage { prompt_tokens: 1117, completion_tokens: 46, cached_tokens: 1024, reasoning_tokens: 12, cache_write_tokens: 0 };
    assert_eq!(answer.usage, Some(usage));
}

#[test]
fn an_answer_means_the_same_wherever_its_bytes_are_cut() {
    for recording in [TEXT, TOOL_CALL, PARALLEL] {
        let whole = decode([recording]);
        for cut in 0..recording.len() {
            assert_eq!(decode([&recording[..cut], &recording[cut..]]), whole, "cut at {cut}");
        }
        assert_eq!(decode(recording.chunks(1)), whole);
    }
}

#[test]
fn an_answer_that_stops_short_is_an_error_wherever_it_stops() {
    let last = String::from_utf8_lossy(TEXT).find(r#""finish_reason":"stop""#).unwrap();
    let early = Err(ModelError::Protocol("the stream ended early".to_owned()));
    for cut in 0..last {
        assert_eq!(decode([&TEXT[..cut]]).1, early, "stopped at {cut}");
    }
}

#[test]
fn an_answer_that_is_over_needs_no_done_mark() {
    let whole = stream(&[delta(&json!({ "content": "hi" })), finish("stop")]);
    let (body, _) = whole.split_once("data: [DONE]").unwrap();
    assert_eq!(decode([body.as_bytes()]).1.unwrap().text, "hi");
    assert_eq!(decode([body.trim_end().as_bytes()]).1.unwrap().text, "hi");
}

#[test]
fn a_done_mark_makes_up_for_a_missing_finish_reason_but_not_for_a_missing_answer() {
    assert_eq!(answer_to(&[delta(&json!({ "content": "hi" }))]).finish, FinishReason::Stop);
    assert_eq!(decode([b"data: [DONE]\n\n".as_slice()]).1.unwrap_err().code(), "model_protocol_error");
}

#[test]
fn finish_reasons_become_our_words() {
    let reason = |word: &str| answer_to(&[delta(&json!({ "content": "x" })), finish(word)]).finish;
    assert_eq!(reason("stop"), FinishReason::Stop);
    assert_eq!(reason("length"), FinishReason::Length);
    assert_eq!(reason("content_filter"), FinishReason::ContentFilter);
    assert_eq!(reason("eos_token"), FinishReason::Other("eos_token".to_owned()));
}

#[test]
fn a_server_that_says_stop_after_tool_calls_means_the_calls() {
    let one = pieces(&json!([{ "index": 0, "id": "a", "function": { "name": "now", "arguments": "{}" } }]));
    assert_eq!(answer_to(&[one.clone(), finish("stop")]).finish, FinishReason::ToolCalls);
    assert_eq!(answer_to(&[one, finish("length")]).finish, FinishReason::Length);
}

#[test]
fn names_and_ids_may_be_repeated_with_every_piece() {
    let piece = |arguments: &str| pieces(&json!([{ "index": 0, "id": "a", "function": { "name": "echo", "arguments": arguments } }]));
    let answer = answer_to(&[piece(r#"{"te"#), piece(r#"xt":1}"#), finish("tool_calls")]);
    assert_eq!(answer.calls, [call("a", "echo", r#"{"text":1}"#)]);
}

#[test]
fn names_may_come_in_pieces() {
    let piece = |name: &str, arguments: &str| pieces(&json!([{ "index": 0, "function": { "name": name, "arguments": arguments } }]));
    let answer = answer_to(&[piece("get_", ""), piece("time", ""), piece("", "{}"), finish("tool_calls")]);
    assert_eq!(answer.calls, [call("call_0", "get_time", "{}")]);
}

#[test]
fn calls_without_index_or_with_the_same_index_are_told_apart_by_id_and_name() {
    let whole = |index: Option<u64>, id: &str| json!({ "index": index, "id": id, "function": { "name": "now", "arguments": "{}" } });
    for index in [None, Some(0)] {
        let answer = answer_to(&[pieces(&json!([whole(index, "a"), whole(index, "b")])), finish("tool_calls")]);
        assert_eq!(answer.calls, [call("a", "now", "{}"), call("b", "now", "{}")], "{index:?}");
    }
}

#[test]
fn a_call_without_arguments_has_an_empty_object() {
    let answer = answer_to(&[pieces(&json!([{ "index": 0, "id": "a", "function": { "name": "now" } }])), finish("tool_calls")]);
    assert_eq!(answer.calls, [call("a", "now", "{}")]);
}

#[test]
fn arguments_that_come_as_an_object_become_text() {
    let answer = answer_to(&[pieces(&json!([{ "index": 0, "function": { "name": "add", "arguments": { "a": 1 } } }])), finish("stop")]);
    assert_eq!(answer.calls, [call("call_0", "add", r#"{"a":1}"#)]);
}

#[test]
fn made_up_ids_go_on_counting_through_the_dialogue() {
    let before = Message::assistant("", vec![call("call_0", "now", "{}"), call("call_1", "now", "{}")]);
    let body = stream(&[pieces(&json!([{ "index": 0, "function": { "name": "now", "arguments": "{}" } }]))]);
    let mut decoder = OpenAi.decoder(&request(vec![before]));
    decoder.feed(body.as_bytes(), &mut Vec::new()).unwrap();
    assert_eq!(decoder.finish(&mut Vec::new()).unwrap().calls[0].id, "call_2");
}

#[test]
fn a_call_without_a_name_is_not_an_answer() {
    let body = stream(&[pieces(&json!([{ "index": 0, "id": "a", "function": { "arguments": "{}" } }])), finish("tool_calls")]);
    assert_eq!(decode([body.as_bytes()]).1, Err(ModelError::Protocol("a tool call has no name".to_owned())));
}

#[test]
fn an_error_inside_the_stream_ends_it_after_what_was_said() {
    let error = json!({ "error": { "message": "CUDA out of memory", "type": "server_error", "code": 500 } });
    let (shown, outcome) = decode([stream(&[delta(&json!({ "content": "Hel" })), error]).as_bytes()]);
    assert_eq!(shown, "Hel");
    assert_eq!(outcome, Err(ModelError::Unavailable("it broke off: CUDA out of memory".to_owned())));
}

#[test]
fn an_error_inside_the_stream_is_sorted_by_what_it_says() {
    let code = |error: Value| decode([stream(&[json!({ "error": error })]).as_bytes()]).1.unwrap_err().code();
    assert_eq!(code(json!({ "message": "slow", "type": "rate_limit_exceeded" })), "model_rate_limited");
    assert_eq!(code(json!({ "message": "bad", "type": "BadRequestError", "code": 400 })), "model_rejected");
    assert_eq!(code(json!({ "message": "long", "type": "invalid_request_error", "code": "context_length_exceeded" })), "model_rejected");
    assert_eq!(code(json!("boom")), "model_unavailable");
    assert_eq!(decode([b"event: error\ndata: {\"message\":\"x\"}\n\n".as_slice()]).1.unwrap_err().code(), "model_unavailable");
}

#[test]
fn garbage_in_the_stream_is_named_with_an_excerpt() {
    let error = decode([b"data: <html>oops</html>\n\n".as_slice()]).1.unwrap_err();
    assert_eq!(error.code(), "model_protocol_error");
    assert!(error.to_string().contains("<html>oops</html>"), "{error}");
}

#[test]
fn a_whole_answer_is_read_like_a_stream() {
    let body = json!({
        "choices": [{ "index": 0, "finish_reason": "tool_calls", "message": { "role": "assistant", "content": "Well:", "tool_calls": [
            { "id": "a", "type": "function", "function": { "name": "now", "arguments": "" } },
            { "id": "b", "type": "function", "function": { "name": "now", "arguments": "{}" } },
        ] } }],
        "usage": { "prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7 },
    });
    let answer = OpenAi.decode_whole(&request(Vec::new()), body.to_string().as_bytes(), &mut Vec::new()).unwrap();
    assert_eq!((answer.text.as_str(), answer.finish), ("Well:", FinishReason::ToolCalls));
    assert_eq!(answer.calls, [call("a", "now", "{}"), call("b", "now", "{}")]);
    assert_eq!(answer.usage.map(Usage::total), Some(7));
}

#[test]
fn text_may_come_as_parts_or_as_a_refusal() {
    assert_eq!(
        answer_to(&[delta(&json!({ "content": [{ "type": "text", "text": "a" }, { "type": "image" }] })), finish("stop")]).text,
        "a"
    );
    assert_eq!(answer_to(&[delta(&json!({ "content": null, "refusal": "I cannot" })), finish("stop")]).text, "I cannot");
}

#[test]
fn other_choices_than_the_first_are_not_ours() {
    let other = json!({ "choices": [{ "index": 1, "delta": { "content": "no" } }] });
    assert_eq!(answer_to(&[other, delta(&json!({ "content": "yes" })), finish("stop")]).text, "yes");
}

#[test]
fn error_statuses_are_sorted_by_what_a_caller_can_do() {
    let error = |status: u16, body: &str| OpenAi.refusal(StatusCode::from_u16(status).unwrap(), body.as_bytes());
    let quota = r#"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}"#;
    let cases = [
        (401, r#"{"error":{"message":"Incorrect API key"}}"#, "model_rejected"),
        (404, r#"{"detail":"Not Found"}"#, "model_rejected"),
        (408, "", "model_unavailable"),
        (409, "{}", "model_unavailable"),
        (429, r#"{"error":{"message":"Rate limit reached","type":"requests","code":"rate_limit_exceeded"}}"#, "model_rate_limited"),
        (429, quota, "model_rejected"),
        (500, "null", "model_unavailable"),
        (502, "<html>Bad gateway</html>", "model_unavailable"),
        (503, r#"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#, "model_unavailable"),
        (302, "", "model_rejected"),
    ];
    for (status, body, code) in cases {
        assert_eq!(error(status, body).code(), code, "{status} {body}");
    }
    assert_eq!(error(400, r#"[{"error":{"code":400,"message":"Bad key"}}]"#), ModelError::Rejected("it answered 400: Bad key".to_owned()));
    assert_eq!(
        error(400, r#"{"object":"error","message":"too long","code":400}"#),
        ModelError::Rejected("it answered 400: too long".to_owned())
    );
    assert_eq!(error(403, " \n"), ModelError::Rejected("it answered 403: no explanation".to_owned()));
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), size in 1..50usize) {
        let _ = decode(bytes.chunks(size));
        let _ = OpenAi.decode_whole(&request(Vec::new()), &bytes, &mut Vec::new());
        let _ = OpenAi.refusal(StatusCode::BAD_GATEWAY, &bytes);
    }

    #[test]
    fn no_cut_of_a_recording_makes_the_reader_panic(from in 0..PARALLEL.len(), length in 0..PARALLEL.len()) {
        let _ = decode([&PARALLEL[from..(from + length).min(PARALLEL.len())]]);
    }

    #[test]
    fn any_text_and_arguments_survive(text in "\\PC{0,30}", argument in "\\PC{0,30}", size in 1..20usize) {
        let arguments = json!({ "text": argument }).to_string();
        let letters = arguments.chars().map(|letter| pieces(&json!([{ "index": 0, "function": { "arguments": letter } }])));
        let head = [delta(&json!({ "content": text })), pieces(&json!([{ "index": 0, "id": "a", "function": { "name": "echo" } }]))];
        let chunks: Vec<Value> = head.into_iter().chain(letters).chain([finish("tool_calls")]).collect();
        let (shown, answer) = decode(stream(&chunks).as_bytes().chunks(size));
        prop_assert_eq!(&shown, &text);
        prop_assert_eq!(answer.unwrap().calls, [call("a", "echo", &arguments)]);
    }
}
