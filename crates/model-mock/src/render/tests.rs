use serde_json::json;

use super::*;
use crate::{Block, Call, Cuts, LineEnd, Part as Missing, Step, Stop, Thinking, Usage, Wire, Words};

fn text(protocol: Protocol, reply: &Reply, streaming: bool) -> String {
    String::from_utf8(render(protocol, reply, streaming)).unwrap()
}

fn streamed(protocol: Protocol, reply: &Reply) -> String {
    text(protocol, reply, true)
}

/// A reply with nearly everything that an answer can hold.
fn rich() -> Reply {
    let call = |name: &str, city: &str| Call {
        name: Some(name.into()),
        arguments: Some(json!({ "city": city })),
        pieces: Some(2),
        ..Call::default()
    };
    Reply::of([
        Step::Thinking(Thinking::Signed { text: "Which city?".into(), signature: "c2ln".into(), pieces: Some(2) }),
        Step::thinking("", "ZW1wdHk="),
        Step::RedactedThinking("b3BhcXVl".into()),
        Step::Ping,
        Step::deltas(&["Let me ", "", "look. 🌤"]),
        Step::Parallel(vec![call("weather", "Rome"), call("weather", "Київ")]),
        Step::text("And now"),
        Step::call("now", json!({})),
    ])
    .usage(Usage { input: 7, output: 30, cache_read: 100, cache_creation: 3, reasoning: 4 })
}

#[test]
fn a_rich_answer_is_streamed_in_each_grammar() {
    for (protocol, name) in
        [(Protocol::OpenAi, "openai"), (Protocol::Anthropic, "anthropic"), (Protocol::Ollama, "ollama")]
    {
        insta::assert_snapshot!(format!("{name}_stream"), streamed(protocol, &rich()));
    }
}

#[test]
fn a_rich_answer_is_rendered_complete_in_each_protocol() {
    let whole = |protocol| serde_json::from_str::<Value>(&text(protocol, &rich(), false)).unwrap();
    insta::assert_json_snapshot!("openai_whole", whole(Protocol::OpenAi));
    insta::assert_json_snapshot!("anthropic_whole", whole(Protocol::Anthropic));
    insta::assert_json_snapshot!("ollama_whole", whole(Protocol::Ollama));
}

#[test]
fn usage_is_a_chunk_of_its_own_only_when_it_was_asked_for() {
    let asked = IncomingRequest { include_usage: false, ..IncomingRequest::plain(Protocol::OpenAi, true) };
    let without = String::from_utf8(render_for(&asked, &Reply::text("Hi"))).unwrap();
    assert!(!without.contains("usage"));
    let with = streamed(Protocol::OpenAi, &Reply::text("Hi"));
    assert_eq!((with.matches("\"usage\":null").count(), with.matches("\"choices\":[],\"usage\":{").count()), (3, 1));
}

#[test]
fn an_error_after_the_beginning_ends_the_stream_without_its_usual_end() {
    let reply =
        Reply::text("one two three").fault_after_deltas(2, How::Error(Failure::new("overloaded_error", "Overloaded")));
    let ends =
        |protocol, end: &str| assert!(streamed(protocol, &reply).ends_with(end), "{}", streamed(protocol, &reply));
    ends(
        Protocol::OpenAi,
        "data: {\"error\":{\"message\":\"Overloaded\",\"type\":\"overloaded_error\",\"param\":null,\"code\":null}}\n\n",
    );
    ends(
        Protocol::Anthropic,
        "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"},\"request_id\":\"req_mock\"}\n\n",
    );
    ends(Protocol::Ollama, "{\"error\":\"Overloaded\"}\n");
    for protocol in Protocol::ALL {
        let stream = streamed(protocol, &reply);
        assert!(stream.contains("two") && !stream.contains("three"));
    }
}

#[test]
fn a_fault_at_a_byte_keeps_exactly_the_bytes_before_it() {
    for protocol in Protocol::ALL {
        for streaming in [true, false] {
            let whole = render(protocol, &Reply::text("Привет, мир"), streaming);
            for at in 0..whole.len() {
                assert_eq!(
                    render(protocol, &Reply::text("Привет, мир").fault_after_bytes(at, How::Cut), streaming),
                    whole[..at]
                );
            }
        }
    }
}

#[test]
fn each_stop_reason_has_its_word_in_each_protocol() {
    let words = |stop: Stop| {
        let reply = Reply::text("x").stop(stop);
        let whole = |protocol| serde_json::from_str::<Value>(&text(protocol, &reply, false)).unwrap();
        let (openai, anthropic, ollama) =
            (whole(Protocol::OpenAi), whole(Protocol::Anthropic), whole(Protocol::Ollama));
        json!([
            openai["choices"][0]["finish_reason"],
            anthropic["stop_reason"],
            anthropic["stop_sequence"],
            ollama["done_reason"]
        ])
    };
    assert_eq!(words(Stop::Stop), json!(["stop", "end_turn", null, "stop"]));
    assert_eq!(words(Stop::Length), json!(["length", "max_tokens", null, "length"]));
    assert_eq!(words(Stop::ToolCalls), json!(["tool_calls", "tool_use", null, "stop"]));
    assert_eq!(words(Stop::ContentFilter), json!(["content_filter", "refusal", null, "stop"]));
    assert_eq!(words(Stop::Sequence("END".into())), json!(["stop", "stop_sequence", "END", "stop"]));
    assert_eq!(words(Stop::Raw("pause_turn".into())), json!(["pause_turn", "pause_turn", null, "pause_turn"]));
}

#[test]
fn lines_can_look_as_the_grammar_of_event_streams_allows() {
    let wire = Wire {
        line_end: LineEnd::CrLf,
        space: false,
        bom: true,
        multi_line: true,
        omit: vec![Missing::LastBlankLine],
        ..Wire::default()
    };
    let stream = streamed(Protocol::Anthropic, &Reply::text("Hi").wire(wire));
    assert!(
        stream.starts_with("\u{feff}event:message_start\r\ndata:{\r\ndata:  \"type\": \"message_start\",\r\n"),
        "{stream}"
    );
    assert!(stream.ends_with("data:  \"type\": \"message_stop\"\r\ndata:}\r\n") && !stream.ends_with("\r\n\r\n"));
    let omitting = |omit| streamed(Protocol::OpenAi, &Reply::text("Hi").wire(Wire { omit, ..Wire::default() }));
    assert!(omitting(vec![Missing::LastNewline]).ends_with("data: [DONE]"));
    assert!(!omitting(vec![Missing::Done]).contains("[DONE]"));
    let finish = omitting(vec![Missing::Finish, Missing::Role]);
    assert!(!finish.contains("\"stop\"") && !finish.contains("assistant"));
}

#[test]
fn ndjson_may_lack_its_last_line_or_its_end() {
    let omitting =
        |part| streamed(Protocol::Ollama, &Reply::text("Hi").wire(Wire { omit: vec![part], ..Wire::default() }));
    assert!(omitting(Missing::Done).ends_with("\"done\":false}\n"));
    assert!(omitting(Missing::LastNewline).ends_with('}'));
    assert!(streamed(Protocol::Ollama, &Reply::text("Hi")).contains("\"done_reason\":\"stop\",\"done\":true,"));
}

#[test]
fn content_that_the_protocol_does_not_know_can_be_sent() {
    let block = Block {
        start: json!({ "type": "server_tool_use", "id": "srv", "name": "web_search", "input": {} }),
        deltas: vec![json!({ "type": "citations_delta", "citation": {} })],
        whole: None,
    };
    let reply = Reply::of([
        Step::Event("vendor.news".into(), json!({ "a": 1 })),
        Step::Comment("still here".into()),
        Step::Raw("data: {broken\n\n".into()),
        Step::Block(block),
    ]);
    let openai = streamed(Protocol::OpenAi, &reply);
    for part in ["event: vendor.news\ndata: {\"a\":1}\n\n", ": still here\n\n", "data: {broken\n\n"] {
        assert!(openai.contains(part), "{openai}");
    }
    let anthropic = streamed(Protocol::Anthropic, &reply);
    assert!(anthropic.contains("server_tool_use") && anthropic.contains("citations_delta"));
}

#[test]
fn arguments_may_be_broken_empty_or_all_in_one_piece() {
    let call = |arguments: Value, pieces| {
        Reply::of([Step::Tool(Call {
            name: Some("now".into()),
            arguments: Some(arguments),
            pieces,
            ..Call::default()
        })])
    };
    assert!(streamed(Protocol::OpenAi, &call(json!("{\"a\": "), None)).contains(r#"{"arguments":"{\"a\": "}"#));
    assert!(streamed(Protocol::OpenAi, &call(json!({}), Some(0))).contains(r#"{"name":"now","arguments":"{}"}"#));
    assert!(!streamed(Protocol::OpenAi, &call(json!(""), None)).contains("{}\""));
    assert_eq!(streamed(Protocol::Anthropic, &call(json!({}), None)).matches("input_json_delta").count(), 1);
}

#[test]
fn errors_are_worded_as_each_provider_does() {
    let body = |protocol, status| serde_json::from_str::<Value>(&text(protocol, &Reply::status(status), true)).unwrap();
    insta::assert_json_snapshot!([429, 529].map(|status| Protocol::ALL.map(|protocol| body(protocol, status))));
}

#[test]
fn the_body_is_cut_at_the_given_offsets() {
    assert_eq!(Cuts::Every(3).offsets(9), [3, 6]);
    assert_eq!(Cuts::Sizes(vec![1, 4]).offsets(12), [1, 5, 6, 10, 11]);
    assert_eq!(Cuts::At { at: vec![5, 2, 99] }.offsets(7), [2, 5]);
    assert_eq!(Cuts::Every(0).offsets(7), [0_usize; 0]);
}

#[test]
fn ids_of_calls_are_counted_through_the_dialogue() {
    let body = json!({ "model": "m", "stream": false, "messages": [
        { "role": "assistant", "tool_calls": [{ "id": "call_1" }, { "id": "call_2" }] },
        { "role": "tool", "content": "x" },
    ] });
    let asked = IncomingRequest::new(Protocol::OpenAi, Endpoint::Chat, String::new(), Vec::new(), body);
    let answer: Value = serde_json::from_slice(&render_for(&asked, &Reply::call("now", json!({})))).unwrap();
    assert_eq!(answer["choices"][0]["message"]["tool_calls"][0]["id"], "call_3");
}

#[test]
fn generated_arguments_fit_the_schema_of_the_first_tool() {
    let schema = json!({ "type": "object", "properties": {
        "text": { "type": "string" }, "count": { "type": "integer", "minimum": 3 }, "unit": { "enum": ["C", "F"] },
        "tags": { "type": "array", "items": { "type": "boolean" } }, "left_out": { "type": "string" },
    }, "required": ["text", "count", "unit", "tags"] });
    let body = json!({ "messages": [{ "role": "user", "content": [{ "type": "text", "text": "hello" }] }], "stream": false,
        "tools": [{ "name": "echo", "input_schema": schema }] });
    let asked = IncomingRequest::new(Protocol::Anthropic, Endpoint::Chat, String::new(), Vec::new(), body);
    let answer: Value = serde_json::from_slice(&render_for(&asked, &Reply::of([Step::Tool(Call::default())]))).unwrap();
    assert_eq!(answer["content"][0]["name"], "echo");
    assert_eq!(answer["content"][0]["input"], json!({ "text": "hello", "count": 3, "unit": "C", "tags": [true] }));
    assert_eq!(answer["stop_reason"], "tool_use");
}

#[test]
fn a_text_is_sent_word_by_word_by_default() {
    assert_eq!(Words::Whole("a bc  d".into()).deltas(), ["a ", "bc ", " ", "d"]);
    assert_eq!(Words::Pieces { text: "Київ".into(), pieces: 2 }.deltas(), ["Ки", "їв"]);
}
