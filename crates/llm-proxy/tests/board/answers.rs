//! Cases 1 to 8 and 18 to 20: what the provider answers, and what the client receives.

use artel_model_mock::{Block, Call, Cuts, LineEnd, Part, Protocol, Reply, Script, Step, Stop, Usage, Wire, Words};
use rstest::rstest;
use serde_json::{Value, json};

use crate::ask::{hello, tools};
use crate::fold::fold;
use crate::world::{PROTOCOLS, World};

fn with_tools() -> Value {
    json!({ "tools": tools() })
}

fn call(name: &str, arguments: &Value) -> Call {
    Call { name: Some(name.into()), arguments: Some(arguments.clone()), ..Call::default() }
}

/// The calls of an answer as `(name, arguments)`, without their ids, which differ.
fn calls(answer: &Value) -> Vec<(&str, &str)> {
    let calls = answer["choice"]["message"]["tool_calls"].as_array().unwrap();
    let mut ids: Vec<&str> = calls.iter().map(|call| call["id"].as_str().unwrap()).collect();
    ids.dedup();
    assert_eq!(ids.len(), calls.len(), "ids differ: {calls:?}");
    calls
        .iter()
        .map(|call| (call["function"]["name"].as_str().unwrap(), call["function"]["arguments"].as_str().unwrap()))
        .collect()
}

fn content(answer: &Value) -> &Value {
    &answer["choice"]["message"]["content"]
}

fn finish(answer: &Value) -> &Value {
    &answer["choice"]["finish_reason"]
}

#[tokio::test]
async fn case_01_parallel_calls_have_dense_indexes() {
    let world = World::new("").await;
    let searched = Block {
        start: json!({ "type": "server_tool_use", "id": "srv_1", "name": "web_search", "input": {} }),
        deltas: Vec::new(),
        whole: None,
    };
    for protocol in PROTOCOLS {
        let parallel =
            Step::Parallel(vec![call("weather", &json!({ "city": "Rome" })), call("time", &json!({ "city": "Oslo" }))]);
        let mut reply = Reply::of([Step::text("Let me look."), parallel]);
        if protocol == Protocol::Anthropic {
            reply.steps.insert(1, Step::Block(searched.clone()));
        }
        let answer = world.every_way(protocol, &reply, &with_tools()).await;
        assert_eq!(content(&answer), "Let me look.");
        assert_eq!(calls(&answer), [("weather", r#"{"city":"Rome"}"#), ("time", r#"{"city":"Oslo"}"#)]);
        assert_eq!(finish(&answer), "tool_calls");
    }
}

#[tokio::test]
async fn case_02_a_call_without_arguments_has_an_empty_object() {
    let world = World::new("").await;
    for protocol in PROTOCOLS {
        for arguments in [json!({}), json!("")] {
            let answer = world.every_way(protocol, &Reply::call("time", arguments), &with_tools()).await;
            assert_eq!(calls(&answer), [("time", "{}")], "{protocol:?}");
        }
    }
}

#[tokio::test]
async fn case_03_text_and_calls_by_turns_lose_nothing() {
    let world = World::new("").await;
    let steps = [
        Step::deltas(&["One", "", " "]),
        Step::call("weather", json!({ "city": "Rome" })),
        Step::deltas(&["", "two"]),
        Step::call("time", json!({ "city": "Oslo" })),
    ];
    for protocol in PROTOCOLS {
        let answer = world.every_way(protocol, &Reply::of(steps.clone()), &with_tools()).await;
        assert_eq!(content(&answer), "One two");
        assert_eq!(calls(&answer), [("weather", r#"{"city":"Rome"}"#), ("time", r#"{"city":"Oslo"}"#)]);
    }
}

#[tokio::test]
async fn case_04_a_call_that_was_cut_short_ends_with_length() {
    let world = World::new("").await;
    // Ollama sends whole calls only.
    for protocol in [Protocol::OpenAi, Protocol::Anthropic] {
        let reply = Reply::call("weather", json!(r#"{"city": "Ro"#)).stop(Stop::Length);
        let answer = world.every_way(protocol, &reply, &with_tools()).await;
        assert_eq!((calls(&answer), finish(&answer)), (vec![("weather", r#"{"city": "Ro"#)], &json!("length")));
    }
}

#[rstest]
#[case(Protocol::OpenAi, "stop", "stop")]
#[case(Protocol::OpenAi, "length", "length")]
#[case(Protocol::OpenAi, "content_filter", "content_filter")]
#[case(Protocol::OpenAi, "moon_phase", "moon_phase")]
#[case(Protocol::Anthropic, "end_turn", "stop")]
#[case(Protocol::Anthropic, "stop_sequence", "stop")]
#[case(Protocol::Anthropic, "max_tokens", "length")]
#[case(Protocol::Anthropic, "model_context_window_exceeded", "length")]
#[case(Protocol::Anthropic, "refusal", "content_filter")]
#[case(Protocol::Anthropic, "moon_phase", "moon_phase")]
#[case(Protocol::Ollama, "stop", "stop")]
#[case(Protocol::Ollama, "length", "length")]
#[case(Protocol::Ollama, "moon_phase", "moon_phase")]
#[tokio::test]
async fn case_06_the_reason_for_the_end_is_never_made_up(
    #[case] protocol: Protocol,
    #[case] says: &str,
    #[case] heard: &str,
) {
    let world = World::new("").await;
    let answer = world.every_way(protocol, &Reply::text("Hi").stop(Stop::Raw(says.into())), &json!({})).await;
    assert_eq!(finish(&answer), heard);
    let own = &answer["choice"]["artel"]["finish_word"];
    let is_openais = says == heard && heard != "moon_phase";
    assert_eq!(*own, if is_openais { Value::Null } else { json!(says) }, "{answer}");
}

#[tokio::test]
async fn case_07_usage_counts_what_came_from_caches() {
    let world = World::new("").await;
    let usage = Usage { input: 10, output: 30, cache_read: 100, cache_creation: 5, reasoning: 7 };
    for (protocol, cached, written) in [(Protocol::OpenAi, 100, 0), (Protocol::Anthropic, 100, 5)] {
        let answer = world.every_way(protocol, &Reply::text("Hi").usage(usage), &json!({})).await;
        let told = &answer["usage"];
        assert_eq!(
            (&told["prompt_tokens"], &told["completion_tokens"], &told["total_tokens"]),
            (&json!(115), &json!(30), &json!(145))
        );
        assert_eq!(told["prompt_tokens_details"]["cached_tokens"], cached, "{protocol:?}");
        assert_eq!(told["prompt_tokens_details"]["cache_write_tokens"].as_i64().unwrap_or(0), written, "{protocol:?}");
    }
}

#[tokio::test]
async fn case_09_reasoning_is_heard_and_what_is_signed_is_handed_over() {
    let world = World::new("").await;
    let reply =
        Reply::of([Step::thinking("Hm. Well.", "c2ln"), Step::RedactedThinking("aGlkZGVu".into()), Step::text("Hi")]);
    let answer = world.every_way(Protocol::Anthropic, &reply, &json!({})).await;
    let message = &answer["choice"]["message"];
    let signed = json!({ "type": "thinking", "thinking": "Hm. Well.", "signature": "c2ln" });
    assert_eq!(message["thinking_blocks"], json!([signed, { "type": "redacted_thinking", "data": "aGlkZGVu" }]));
    assert_eq!((&message["reasoning_content"], &message["content"]), (&json!("Hm. Well."), &json!("Hi")));
    for protocol in [Protocol::OpenAi, Protocol::Ollama] {
        let answer = world
            .every_way(protocol, &Reply::of([Step::thinking("Hm. Well.", ""), Step::text("Hi")]), &json!({}))
            .await;
        assert_eq!(answer["choice"]["message"]["reasoning_content"], "Hm. Well.");
        assert_eq!(answer["choice"]["message"].get("thinking_blocks"), None);
    }
}

#[tokio::test]
async fn case_18_ollamas_calls_come_before_their_end_and_may_lack_an_id() {
    let world = World::new("").await;
    let parallel = vec![call("weather", &json!({ "city": "Rome" })), call("weather", &json!({ "city": "Oslo" }))];
    let bare = Wire { omit: vec![Part::CallIds, Part::CallIndexes], ..Wire::default() };
    // The last line says `stop`, as Ollama writes it.
    let reply = Reply::of([Step::Parallel(parallel)]).stop(Stop::Raw("stop".into())).wire(bare);
    world.mock.set_script(Script::from(reply));
    let body = hello(Protocol::Ollama, &with_tools());
    let whole = world.ask(&body).await.json();
    let answer = json!({ "choice": whole["choices"][0] });
    assert_eq!(calls(&answer), [("weather", r#"{"city":"Rome"}"#), ("weather", r#"{"city":"Oslo"}"#)]);
    assert_eq!(finish(&answer), "tool_calls");
}

#[tokio::test]
async fn case_19_a_last_line_needs_no_end() {
    let world = World::new("").await;
    let reply = Reply::text("Grüße, мир!").wire(Wire { omit: vec![Part::LastNewline], ..Wire::default() });
    let answer = world.every_way(Protocol::Ollama, &reply, &json!({})).await;
    assert_eq!(content(&answer), "Grüße, мир!");
}

#[rstest]
#[case(Wire { line_end: LineEnd::CrLf, ..Wire::default() })]
#[case(Wire { line_end: LineEnd::Cr, ..Wire::default() })]
#[case(Wire { space: false, ..Wire::default() })]
#[case(Wire { bom: true, ..Wire::default() })]
#[case(Wire { multi_line: true, ..Wire::default() })]
#[case(Wire { obfuscation: true, ..Wire::default() })]
#[case(Wire { omit: vec![Part::LastBlankLine], ..Wire::default() })]
#[tokio::test]
async fn case_20_event_streams_are_read_as_the_standard_says(#[case] wire: Wire) {
    let world = World::new("").await;
    let steps = [
        Step::Ping,
        Step::Comment("nothing".into()),
        Step::Event("vendor.news".into(), json!({ "type": "vendor.news" })),
        Step::text("Grüße, "),
        Step::Ping,
        Step::Text(Words::Pieces { text: "мир 🙂".into(), pieces: 3 }),
    ];
    for protocol in [Protocol::OpenAi, Protocol::Anthropic] {
        let answer = world.every_way(protocol, &Reply::of(steps.clone()).wire(wire.clone()), &json!({})).await;
        assert_eq!(content(&answer), "Grüße, мир 🙂", "{protocol:?}");
    }
}

/// The decoders are tested with a cut at every byte. This test cuts on a real connection.
#[tokio::test]
async fn the_bytes_of_a_rich_answer_may_be_cut_anywhere() {
    let world = World::new("").await;
    for protocol in PROTOCOLS {
        let reply = Reply::of([
            Step::thinking("Хм.", "c2ln"),
            Step::text("Grüße "),
            Step::call("weather", json!({ "city": "Rome" })),
        ]);
        let body = hello(protocol, &json!({ "stream": true, "tools": tools() }));
        let told = async |pieces: Option<Cuts>| {
            world.mock.set_script(Script::from(reply.clone().wire(Wire { pieces, ..Wire::default() })));
            let mut choice = fold(&world.ask(&body).await.text, false)["choices"][0].take();
            choice["message"]["tool_calls"][0]["id"].take();
            choice
        };
        let uncut = told(None).await;
        for size in 1..=40 {
            assert_eq!(told(Some(Cuts::Every(size))).await, uncut, "{protocol:?} in pieces of {size}");
        }
    }
}
