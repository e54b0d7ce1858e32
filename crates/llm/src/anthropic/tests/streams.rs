use artel_domain::{FinishReason, Usage};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{answer_to, begin, call, decode, dialect, end, finish, joined, piece, read, request, stream};
use crate::dialect::Dialect as _;
use crate::{Delta, Message, ModelError};

macro_rules! golden {
    ($($name:literal),+ $(,)?) => {
        [$(($name, include_str!(concat!("../../../tests/golden/anthropic/", $name, ".sse")))),+]
    };
}

const GOLDEN: [(&str, &str); 14] = golden![
    "text",
    "parallel-tools",
    "interleaved",
    "thinking",
    "web-search",
    "cut-tool-call",
    "refusal",
    "stop-sequence",
    "unknown",
    "empty",
    "error-midway",
    "pause",
    "llama-cpp-text",
    "llama-cpp-tool-call",
];

fn golden(name: &str) -> &'static str {
    GOLDEN.into_iter().find(|(known, _)| *known == name).unwrap().1
}

#[test]
fn each_recorded_stream_is_read_as_its_golden_file_says() {
    let settings = || {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../../../tests/golden/anthropic");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings
    };
    for (name, bytes) in GOLDEN {
        settings().bind(|| insta::assert_debug_snapshot!(name, decode([bytes.as_bytes()])));
    }
}

#[test]
fn an_answer_means_the_same_wherever_its_bytes_are_cut() {
    for (name, recording) in GOLDEN {
        let bytes = recording.as_bytes();
        let whole = decode([bytes]);
        for cut in 0..bytes.len() {
            assert_eq!(decode([&bytes[..cut], &bytes[cut..]]), whole, "{name} cut at {cut}");
        }
        assert_eq!(decode(bytes.chunks(1)), whole, "{name} byte by byte");
    }
}

#[test]
fn an_answer_means_the_same_however_its_lines_are_written() {
    for (name, recording) in GOLDEN {
        let whole = decode([recording.as_bytes()]);
        let ways = [
            recording.replace('\n', "\r\n"),
            recording.replace('\n', "\r"),
            recording.replace("data: ", "data:").replace("event: ", "event:"),
            recording
                .lines()
                .filter(|line| !line.starts_with("event:"))
                .fold(String::new(), |all, line| all + line + "\n"),
            format!("\u{feff}{recording}"),
            recording.replace("event: ", ": a comment\nid: 7\nevent: "),
            recording.trim_end().to_owned(),
            recording.replace("event: content", "event: ping\ndata: {\"type\": \"ping\"}\n\nevent: content"),
            recording.replace(",\"delta\":", ",\ndata:\"delta\":"),
        ];
        for (at, way) in ways.iter().enumerate() {
            assert_eq!(decode([way.as_bytes()]), whole, "{name}, way {at}");
            assert_eq!(decode(way.as_bytes().chunks(1)), whole, "{name}, way {at}, byte by byte");
        }
    }
}

#[test]
fn an_answer_without_its_end_is_an_error_wherever_it_breaks_off() {
    let early = Err(ModelError::Protocol("the stream ended early".to_owned()));
    for name in ["text", "parallel-tools", "thinking"] {
        let bytes = golden(name).as_bytes();
        let last = golden(name).find(r#"{"type":"message_stop"}"#).unwrap();
        for cut in 0..last {
            assert_eq!(decode([&bytes[..cut]]).1, early, "{name} stopped at {cut}");
        }
        assert_eq!(
            decode([golden(name).trim_end().as_bytes()]).1,
            decode([bytes]).1,
            "the last blank line may be missing"
        );
    }
}

#[test]
fn all_deltas_joined_are_the_answer() {
    for (name, recording) in GOLDEN {
        let (deltas, Ok(answer)) = decode([recording.as_bytes()]) else { continue };
        let text: String = deltas
            .iter()
            .filter_map(|delta| if let Delta::Text(text) = delta { Some(text.as_str()) } else { None })
            .collect();
        assert_eq!(text, answer.text, "{name}");
        let mut calls = Vec::new();
        for delta in deltas {
            match delta {
                Delta::Call { index, id, name } => {
                    assert_eq!(index, calls.len(), "dense over calls alone");
                    calls.push(call(&id, &name, ""));
                }
                Delta::Arguments { index, piece } => calls[index].arguments.push_str(&piece),
                _ => {}
            }
        }
        assert_eq!(calls, answer.calls, "{name}");
    }
}

#[test]
fn a_call_without_arguments_has_exactly_an_empty_object() {
    let tool = json!({ "type": "tool_use", "id": "a", "name": "now", "input": {} });
    let blank = |text: &str| piece(0, &json!({ "type": "input_json_delta", "partial_json": text }));
    for pieces in [vec![], vec![blank("")], vec![blank(" "), blank("\n")]] {
        let events: Vec<Value> =
            [begin(0, &tool)].into_iter().chain(pieces).chain([finish("tool_use"), end()]).collect();
        let (deltas, answer) = decode([stream(&events).as_bytes()]);
        assert_eq!(answer.unwrap().calls, [call("a", "now", "{}")]);
        assert_eq!(deltas[1..], [Delta::Arguments { index: 0, piece: "{}".to_owned() }]);
    }
}

#[test]
fn arguments_may_come_whole_with_the_beginning_of_the_block() {
    let tool = json!({ "type": "tool_use", "id": "a", "name": "add", "input": { "b": 1, "a": 2 } });
    assert_eq!(answer_to(&[begin(0, &tool), finish("tool_use"), end()]).calls, [call("a", "add", r#"{"b":1,"a":2}"#)]);
}

#[test]
fn the_deltas_of_several_blocks_may_alternate() {
    let tool = |id: &str| json!({ "type": "tool_use", "id": id, "name": "echo", "input": {} });
    let json = |index, text: &str| piece(index, &json!({ "type": "input_json_delta", "partial_json": text }));
    let events = [
        begin(4, &tool("a")),
        json(4, "{\"x\""),
        begin(2, &tool("b")),
        json(2, "{\"y\""),
        json(4, ":1}"),
        json(2, ":2}"),
        finish("tool_use"),
        end(),
    ];
    assert_eq!(answer_to(&events).calls, [call("a", "echo", "{\"x\":1}"), call("b", "echo", "{\"y\":2}")]);
}

#[test]
fn a_repeated_index_begins_a_new_block() {
    let tool = |id: &str| json!({ "type": "tool_use", "id": id, "name": "now", "input": {} });
    let answer = answer_to(&[begin(0, &tool("a")), begin(0, &tool("b")), finish("tool_use"), end()]);
    assert_eq!(answer.calls, [call("a", "now", "{}"), call("b", "now", "{}")]);
}

#[test]
fn a_text_need_not_be_announced_but_a_call_must() {
    assert_eq!(
        answer_to(&[piece(0, &json!({ "type": "text_delta", "text": "hi" })), finish("end_turn"), end()]).text,
        "hi"
    );
    let stray = [piece(0, &json!({ "type": "input_json_delta", "partial_json": "{}" }))];
    assert_eq!(decode([stream(&stray).as_bytes()]).1.unwrap_err().code(), "model_protocol_error");
    let nameless = [begin(0, &json!({ "type": "tool_use", "id": "a", "input": {} }))];
    assert_eq!(
        decode([stream(&nameless).as_bytes()]).1,
        Err(ModelError::Unusable("a tool call has no name".to_owned()))
    );
}

#[test]
fn generated_call_ids_are_numbered_through_the_dialogue() {
    let before = Message::assistant("", vec![call("call_0", "now", "{}"), call("call_1", "now", "{}")]);
    let mut decoder = dialect().decoder(&request(vec![before]));
    let tool = json!({ "type": "tool_use", "name": "now", "input": {} });
    decoder.feed(stream(&[begin(0, &tool), finish("tool_use"), end()]).as_bytes(), &mut Vec::new()).unwrap();
    assert_eq!(decoder.finish(&mut Vec::new()).unwrap().calls[0].id, "call_2");
}

#[test]
fn stop_reasons_are_translated_and_the_providers_word_is_kept() {
    let text = || begin(0, &json!({ "type": "text", "text": "x" }));
    let cases = [
        ("end_turn", FinishReason::Stop),
        ("stop_sequence", FinishReason::Stop),
        ("max_tokens", FinishReason::Length),
        ("model_context_window_exceeded", FinishReason::Length),
        ("refusal", FinishReason::ContentFilter),
        ("went_fishing", FinishReason::Other("went_fishing".to_owned())),
    ];
    for (word, reason) in cases {
        let answer = answer_to(&[text(), finish(word), end()]);
        assert_eq!((answer.finish, answer.finish_word.as_deref()), (reason, Some(word)));
    }
    let paused = decode([stream(&[text(), finish("pause_turn"), end()]).as_bytes()]).1.unwrap_err();
    assert!(paused.to_string().contains("pause_turn"), "{paused}");
}

#[test]
fn an_answer_with_calls_ends_with_tool_calls_under_every_ordinary_stop_reason() {
    let tool = || begin(0, &json!({ "type": "tool_use", "id": "a", "name": "now", "input": {} }));
    let reason = |word: &str| answer_to(&[tool(), finish(word), end()]).finish;
    assert_eq!(reason("tool_use"), FinishReason::ToolCalls);
    assert_eq!(reason("end_turn"), FinishReason::ToolCalls);
    assert_eq!(reason("max_tokens"), FinishReason::Length);
    assert_eq!(answer_to(&[tool(), end()]).finish, FinishReason::ToolCalls);
}

#[test]
fn usage_is_replaced_by_later_reports_never_added() {
    let report = |usage: Value| json!({ "type": "message_delta", "delta": {}, "usage": usage });
    let start = json!({ "type": "message_start", "message": { "usage": { "input_tokens": 10, "output_tokens": 3, "cache_read_input_tokens": 5 } } });
    let events = [
        start,
        begin(0, &json!({ "type": "text", "text": "x" })),
        report(json!({ "output_tokens": 4 })),
        report(json!({ "output_tokens": 9, "input_tokens": 12, "cache_creation_input_tokens": 2 })),
        end(),
    ];
    let usage =
        Usage { prompt_tokens: 19, completion_tokens: 9, cached_tokens: 5, cache_write_tokens: 2, reasoning_tokens: 0 };
    assert_eq!(answer_to(&events).usage, Some(usage));
    assert_eq!(answer_to(&[begin(0, &json!({ "type": "text", "text": "x" })), end()]).usage, None);
}

#[test]
fn a_later_report_of_usage_that_says_less_takes_nothing_back() {
    let report = |usage: Value| json!({ "type": "message_delta", "delta": {}, "usage": usage });
    let start = json!({ "type": "message_start", "message": { "usage": { "input_tokens": 10, "output_tokens": 1, "cache_read_input_tokens": 5 } } });
    let answer = |reports: &[Value]| {
        let mut events = vec![start.clone(), begin(0, &json!({ "type": "text", "text": "x" }))];
        events.extend(reports.iter().cloned().map(report));
        events.push(end());
        answer_to(&events).usage
    };
    let usage = Usage { prompt_tokens: 15, completion_tokens: 9, cached_tokens: 5, ..Usage::default() };
    let real = json!({ "output_tokens": 9 });
    for later in [
        json!({}),
        json!({ "output_tokens": 0, "input_tokens": 0, "cache_read_input_tokens": 0 }),
        json!({ "output_tokens": "many", "input_tokens": null, "cache_read_input_tokens": [] }),
    ] {
        assert_eq!(answer(&[real.clone(), later.clone()]), Some(usage), "{later}");
    }
    assert_eq!(answer(&[json!({ "output_tokens": "many" })]), None, "the first report is only a start");
}

#[test]
fn an_error_event_ends_the_answer_with_what_it_means() {
    let error = |kind: &str| {
        let events = [json!({ "type": "error", "error": { "type": kind, "message": "told" } })];
        decode([stream(&events).as_bytes()]).1.unwrap_err()
    };
    assert_eq!(error("overloaded_error"), ModelError::Unavailable("it broke off: told".to_owned()));
    assert_eq!(
        error("rate_limit_error"),
        ModelError::RateLimited { message: "it broke off: told".to_owned(), retry_after: None }
    );
    for (kind, code) in [
        ("api_error", "model_unavailable"),
        ("timeout_error", "model_unavailable"),
        ("new_error", "model_unavailable"),
        ("invalid_request_error", "model_rejected"),
        ("authentication_error", "model_key_refused"),
        ("permission_error", "model_key_refused"),
        ("billing_error", "model_quota_exhausted"),
        ("not_found_error", "model_not_found"),
        ("request_too_large", "model_request_too_large"),
    ] {
        assert_eq!(error(kind).code(), code, "{kind}");
    }
    let foreign = decode([b"data: {\"error\":{\"message\":\"CUDA\"}}\n\n".as_slice()]).1;
    assert_eq!(foreign, Err(ModelError::Unavailable("it broke off: CUDA".to_owned())));
}

#[test]
fn garbage_in_the_stream_is_named_with_an_excerpt() {
    let error = decode([b"data: <html>oops</html>\n\n".as_slice()]).1.unwrap_err();
    assert_eq!(error.code(), "model_protocol_error");
    assert!(error.to_string().contains("<html>oops</html>"), "{error}");
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), size in 1..50usize) {
        let _ = decode(bytes.chunks(size));
        let _ = dialect().decode_whole(&request(Vec::new()), &bytes, &mut Vec::new());
        let _ = dialect().error(http::StatusCode::BAD_GATEWAY, &bytes);
    }

    #[test]
    fn no_selection_of_events_makes_the_reader_panic(
        picks in proptest::collection::vec(any::<proptest::sample::Index>(), 0..20),
    ) {
        let events: Vec<&str> = GOLDEN.iter().flat_map(|(_, recording)| recording.split_inclusive("\n\n")).collect();
        let mixed: String = picks.iter().map(|pick| events[pick.index(events.len())]).collect();
        let _ = decode([mixed.as_bytes()]);
    }

    #[test]
    fn any_text_and_arguments_survive_in_any_pieces(
        text in "\\PC{0,30}",
        argument in "\\PC{0,30}",
        size in 1..20usize,
    ) {
        let arguments = json!({ "text": argument }).to_string();
        let delta = |letter: char| json!({ "type": "input_json_delta", "partial_json": letter.to_string() });
        let letters = arguments.chars().map(|letter| piece(1, &delta(letter)));
        let head = [
            begin(0, &json!({ "type": "text", "text": "" })),
            piece(0, &json!({ "type": "text_delta", "text": text })),
            begin(1, &json!({ "type": "tool_use", "id": "a", "name": "echo", "input": {} })),
        ];
        let events: Vec<Value> = head.into_iter().chain(letters).chain([finish("tool_use"), end()]).collect();
        let mut deltas = Vec::new();
        let answer = read(stream(&events).as_bytes().chunks(size), &mut deltas).unwrap();
        prop_assert_eq!(answer.text, text);
        prop_assert_eq!(&answer.calls, &[call("a", "echo", &arguments)]);
        prop_assert_eq!(joined(deltas).pop(), Some(Delta::Arguments { index: 0, piece: arguments }));
    }
}
