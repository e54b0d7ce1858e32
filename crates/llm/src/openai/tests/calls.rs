use artel_domain::{FinishReason, Usage};
use serde_json::{Value, json};

use super::{OpenAi, PARALLEL, TOOL_CALL, answer_to, call, decode, delta, deltas_of, finish, pieces, request, stream};
use crate::dialect::Dialect as _;
use crate::{Delta, Message, ModelError};

fn begins(index: usize, id: &str, name: &str) -> Delta {
    Delta::Call { index, id: id.to_owned(), name: name.to_owned() }
}

fn continues(index: usize, piece: &str) -> Delta {
    Delta::Arguments { index, piece: piece.to_owned() }
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
fn parallel_calls_are_assembled_by_index() {
    let answer = decode([PARALLEL]).1.unwrap();
    assert_eq!(
        answer.calls,
        [call("call_rome", "weather", r#"{"city": "Rome"}"#), call("call_kyiv", "weather", r#"{"city": "Київ"}"#)]
    );
    let usage = Usage {
        prompt_tokens: 1117,
        completion_tokens: 46,
        cached_tokens: 1024,
        reasoning_tokens: 12,
        cache_write_tokens: 0,
    };
    assert_eq!(answer.usage, Some(usage));
}

#[test]
fn an_answer_with_calls_and_the_reason_stop_ends_with_tool_calls() {
    let one = pieces(&json!([{ "index": 0, "id": "a", "function": { "name": "now", "arguments": "{}" } }]));
    assert_eq!(answer_to(&[one.clone(), finish("stop")]).finish, FinishReason::ToolCalls);
    assert_eq!(answer_to(&[one, finish("length")]).finish, FinishReason::Length);
}

#[test]
fn names_and_ids_may_be_repeated_with_every_piece() {
    let piece = |arguments: &str| {
        pieces(&json!([{ "index": 0, "id": "a", "function": { "name": "echo", "arguments": arguments } }]))
    };
    let answer = answer_to(&[piece(r#"{"te"#), piece(r#"xt":1}"#), finish("tool_calls")]);
    assert_eq!(answer.calls, [call("a", "echo", r#"{"text":1}"#)]);
}

#[test]
fn names_may_come_in_pieces() {
    let piece = |name: &str, arguments: &str| {
        pieces(&json!([{ "index": 0, "function": { "name": name, "arguments": arguments } }]))
    };
    let answer = answer_to(&[piece("get_", ""), piece("time", ""), piece("", "{}"), finish("tool_calls")]);
    assert_eq!(answer.calls, [call("call_0", "get_time", "{}")]);
}

#[test]
fn calls_without_index_or_with_the_same_index_are_distinguished_by_id_and_name() {
    let whole = |index: Option<u64>, id: &str| json!({ "index": index, "id": id, "function": { "name": "now", "arguments": "{}" } });
    for index in [None, Some(0)] {
        let answer = answer_to(&[pieces(&json!([whole(index, "a"), whole(index, "b")])), finish("tool_calls")]);
        assert_eq!(answer.calls, [call("a", "now", "{}"), call("b", "now", "{}")], "{index:?}");
    }
}

#[test]
fn pieces_without_a_name_find_their_call_by_its_id() {
    let head = |id: &str| pieces(&json!([{ "index": 0, "id": id, "function": { "name": "now", "arguments": "" } }]));
    let tail = |index: Option<u64>, id: &str, piece: &str| {
        pieces(&json!([{ "index": index, "id": id, "function": { "arguments": piece } }]))
    };
    for index in [Some(0), Some(1), None] {
        let (a, b) = (tail(index, "a", r#"{"of":"a"}"#), tail(index, "b", r#"{"of":"b"}"#));
        let answer = answer_to(&[head("a"), head("b"), a, b, finish("tool_calls")]);
        assert_eq!(answer.calls, [call("a", "now", r#"{"of":"a"}"#), call("b", "now", r#"{"of":"b"}"#)], "{index:?}");
    }
}

#[test]
fn arguments_at_an_index_of_their_own_go_on_with_the_last_call() {
    let head = |id: &str| pieces(&json!([{ "index": 0, "id": id, "function": { "name": "now", "arguments": "" } }]));
    for name in [json!(null), json!("")] {
        let tail = |piece: &str| pieces(&json!([{ "index": 1, "function": { "name": name, "arguments": piece } }]));
        let answer = answer_to(&[head("a"), tail(r#"{"of":"#), tail(r#""a"}"#), finish("tool_calls")]);
        assert_eq!(answer.calls, [call("a", "now", r#"{"of":"a"}"#)], "{name}");
    }
}

#[test]
fn a_call_without_arguments_has_an_empty_object() {
    let answer =
        answer_to(&[pieces(&json!([{ "index": 0, "id": "a", "function": { "name": "now" } }])), finish("tool_calls")]);
    assert_eq!(answer.calls, [call("a", "now", "{}")]);
}

#[test]
fn arguments_that_come_as_an_object_become_text() {
    let answer = answer_to(&[
        pieces(&json!([{ "index": 0, "function": { "name": "add", "arguments": { "a": 1 } } }])),
        finish("stop"),
    ]);
    assert_eq!(answer.calls, [call("call_0", "add", r#"{"a":1}"#)]);
}

#[test]
fn generated_call_ids_are_numbered_through_the_dialogue() {
    let before = Message::assistant("", vec![call("call_0", "now", "{}"), call("call_1", "now", "{}")]);
    let made = pieces(&json!([{ "index": 0, "function": { "name": "now", "arguments": "{}" } }]));
    let body = stream(&[made, finish("tool_calls")]);
    let mut decoder = OpenAi::default().decoder(&request(vec![before]));
    decoder.feed(body.as_bytes(), &mut Vec::new()).unwrap();
    assert_eq!(decoder.finish(&mut Vec::new()).unwrap().calls[0].id, "call_2");
}

#[test]
fn a_call_without_a_name_is_not_an_answer() {
    let body =
        stream(&[pieces(&json!([{ "index": 0, "id": "a", "function": { "arguments": "{}" } }])), finish("tool_calls")]);
    assert_eq!(decode([body.as_bytes()]).1, Err(ModelError::Protocol("a tool call has no name".to_owned())));
}

#[test]
fn a_call_is_shown_as_its_pieces_come() {
    let piece = |index: u64, id: &str, name: &str, arguments: &str| {
        pieces(&json!([{ "index": index, "id": id, "function": { "name": name, "arguments": arguments } }]))
    };
    let chunks = [
        piece(7, "a", "get_", ""),
        piece(7, "", "time", ""),
        piece(7, "", "", "{\"z"),
        piece(7, "", "", "\":1}"),
        piece(9, "b", "now", ""),
    ];
    let chunks: Vec<Value> = chunks.into_iter().chain([finish("tool_calls")]).collect();
    let expected = [
        begins(0, "a", "get_time"),
        continues(0, "{\"z"),
        continues(0, "\":1}"),
        begins(1, "b", "now"),
        continues(1, "{}"),
    ];
    assert_eq!(deltas_of(&chunks), expected);
}

#[test]
fn pieces_of_several_calls_may_alternate() {
    let piece = |index: u64, name: &str, arguments: &str| json!({ "index": index, "function": { "name": name, "arguments": arguments } });
    let first = pieces(&json!([piece(0, "a", ""), piece(1, "b", "{")]));
    let then = pieces(&json!([piece(0, "", "{"), piece(1, "", "}"), piece(0, "", "}")]));
    let expected = [
        begins(0, "call_0", "a"),
        begins(1, "call_1", "b"),
        continues(1, "{"),
        continues(0, "{"),
        continues(1, "}"),
        continues(0, "}"),
    ];
    assert_eq!(deltas_of(&[first, then, finish("tool_calls")]), expected);
}

#[test]
fn text_and_calls_may_alternate_and_empty_text_ends_no_call() {
    let piece = |index: u64, name: &str, arguments: &str| {
        pieces(&json!([{ "index": index, "function": { "name": name, "arguments": arguments } }]))
    };
    let text = |text: &str| delta(&json!({ "content": text }));
    let answer = answer_to(&[
        text("One"),
        piece(0, "a", "{\"x\""),
        text(""),
        piece(0, "", ":1}"),
        text(" two"),
        piece(1, "b", ""),
        text(""),
        finish("tool_calls"),
    ]);
    assert_eq!(answer.text, "One two");
    assert_eq!(answer.calls, [call("call_0", "a", "{\"x\":1}"), call("call_1", "b", "{}")]);
}

#[test]
fn a_late_id_does_not_change_a_call_that_was_announced() {
    let chunks = [
        pieces(&json!([{ "index": 0, "function": { "name": "now", "arguments": "{" } }])),
        pieces(&json!([{ "index": 0, "id": "late", "function": { "arguments": "}" } }])),
        finish("tool_calls"),
    ];
    assert_eq!(answer_to(&chunks).calls, [call("call_0", "now", "{}")]);
    assert_eq!(deltas_of(&chunks), [begins(0, "call_0", "now"), continues(0, "{"), continues(0, "}")]);
}

#[test]
fn arguments_of_white_space_are_an_empty_object() {
    let piece = |arguments: &str| {
        pieces(&json!([{ "index": 0, "id": "a", "function": { "name": "now", "arguments": arguments } }]))
    };
    let chunks = [piece(" "), piece("\n"), finish("tool_calls")];
    assert_eq!(deltas_of(&chunks), [begins(0, "a", "now"), continues(0, "{}")]);
}

#[test]
fn a_call_that_the_token_limit_cut_off_ends_with_length() {
    let chunks = [
        pieces(&json!([{ "index": 0, "id": "a", "function": { "name": "now", "arguments": "{\"ci" } }])),
        finish("length"),
    ];
    let answer = answer_to(&chunks);
    assert_eq!((answer.finish, answer.calls), (FinishReason::Length, vec![call("a", "now", "{\"ci")]));
}
