use artel_domain::{AssistantCall, FinishReason, Usage};
use artel_llm::{Completion, Delta, Reasoning, Rest};
use rstest::rstest;
use serde_json::{Value, json};

use super::{Chunks, ExtraMembers, Head, write_completion};

fn head() -> Head {
    Head { id: "chatcmpl-1".into(), created: 7, model: "m".into() }
}

fn answer(text: &str) -> Completion {
    Completion {
        text: text.into(),
        calls: Vec::new(),
        finish: FinishReason::Stop,
        finish_word: None,
        usage: Some(Usage { prompt_tokens: 3, completion_tokens: 2, ..Usage::default() }),
        reasoning: Vec::new(),
        message: Rest::new(),
        rest: Rest::new(),
    }
}

fn rest(value: Value) -> Rest {
    serde_json::from_value(value).unwrap()
}

fn stream(deltas: &[Delta], answer: &Completion, include_usage: bool) -> String {
    let (mut chunks, mut out) = (Chunks::new(&head(), include_usage), Vec::new());
    chunks.write(deltas, &mut out);
    chunks.finish(answer, &mut out);
    String::from_utf8(out).unwrap()
}

/// The choices or the usage of the chunks, without the members that all chunks have.
fn variable_members(stream: &str) -> Vec<Value> {
    let events = stream.split_terminator("\n\n").map(|event| event.strip_prefix("data: ").unwrap());
    events
        .filter(|data| *data != "[DONE]")
        .map(|data| serde_json::from_str::<Value>(data).unwrap()["choices"][0].take())
        .collect()
}

fn whole(deltas: Vec<Delta>, answer: &Completion) -> Value {
    let mut gathered = ExtraMembers::default();
    gathered.take(&mut { deltas });
    serde_json::from_slice(&write_completion(&head(), answer, &gathered)).unwrap()
}

#[test]
fn a_stream_has_exactly_the_bytes_of_openais() {
    let text = stream(&[Delta::Text("He".into()), Delta::Text("\"\n".into())], &answer("He\"\n"), false);
    insta::assert_snapshot!(text, @r#"
    data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":7,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]}

    data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":7,"model":"m","choices":[{"index":0,"delta":{"content":"He"},"logprobs":null,"finish_reason":null}]}

    data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":7,"model":"m","choices":[{"index":0,"delta":{"content":"\"\n"},"logprobs":null,"finish_reason":null}]}

    data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":7,"model":"m","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}

    data: [DONE]
    "#);
}

#[test]
fn usage_comes_in_a_chunk_of_its_own_when_asked_for_and_is_null_in_all_others() {
    let text = stream(&[Delta::Text("Hi".into())], &answer("Hi"), true);
    insta::assert_snapshot!(text, @r#"
    data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":7,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"usage":null}

    data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":7,"model":"m","choices":[{"index":0,"delta":{"content":"Hi"},"logprobs":null,"finish_reason":null}],"usage":null}

    data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":7,"model":"m","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"usage":null}

    data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":7,"model":"m","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":0}}}

    data: [DONE]
    "#);
}

#[test]
fn calls_are_streamed_in_pieces_by_index() {
    let deltas = [
        Delta::Call { index: 0, id: "a".into(), name: "look".into() },
        Delta::Arguments { index: 0, piece: "{\"at\":".into() },
        Delta::Call { index: 1, id: "b".into(), name: "go".into() },
        Delta::Arguments { index: 0, piece: "1}".into() },
        Delta::Arguments { index: 1, piece: "{}".into() },
    ];
    let calls: Vec<Value> = variable_members(&stream(&deltas, &answer(""), false))
        .iter()
        .map(|c| c["delta"]["tool_calls"].clone())
        .collect();
    assert_eq!(
        calls[1..6],
        [
            json!([{ "index": 0, "id": "a", "type": "function", "function": { "name": "look", "arguments": "" } }]),
            json!([{ "index": 0, "function": { "arguments": "{\"at\":" } }]),
            json!([{ "index": 1, "id": "b", "type": "function", "function": { "name": "go", "arguments": "" } }]),
            json!([{ "index": 0, "function": { "arguments": "1}" } }]),
            json!([{ "index": 1, "function": { "arguments": "{}" } }]),
        ]
    );
}

#[test]
fn reasoning_that_must_be_sent_back_is_sent_as_blocks_before_the_finish() {
    let signed = Reasoning::Thinking { thinking: "Hm".into(), signature: Some("s".into()) };
    let answer =
        Completion { reasoning: vec![signed, Reasoning::RedactedThinking { data: "d".into() }], ..answer("Hi") };
    let blocks = json!([{ "type": "thinking", "thinking": "Hm", "signature": "s" }, { "type": "redacted_thinking", "data": "d" }]);
    let variable_members =
        variable_members(&stream(&[Delta::Reasoning("Hm".into()), Delta::Text("Hi".into())], &answer, false));
    let deltas: Vec<&Value> = variable_members.iter().map(|choice| &choice["delta"]).collect();
    let begin = json!({ "role": "assistant", "content": "" });
    let thought = json!({ "reasoning_content": "Hm" });
    assert_eq!(
        deltas,
        [&begin, &thought, &json!({ "content": "Hi" }), &json!({ "thinking_blocks": blocks }), &json!({})]
    );
    let message = &whole(Vec::new(), &answer)["choices"][0]["message"];
    assert_eq!((&message["thinking_blocks"], &message["reasoning_content"]), (&blocks, &json!("Hm")));
}

#[test]
fn reasoning_that_is_text_alone_needs_no_blocks() {
    let answer =
        Completion { reasoning: vec![Reasoning::Thinking { thinking: "Hm".into(), signature: None }], ..answer("Hi") };
    assert!(!stream(&[], &answer, false).contains("thinking_blocks"));
    let message = whole(Vec::new(), &answer)["choices"][0]["message"].take();
    assert_eq!(message, json!({ "role": "assistant", "content": "Hi", "refusal": null, "reasoning_content": "Hm" }));
}

#[rstest]
#[case(FinishReason::Stop, Some("end_turn"), "stop", json!({ "finish_word": "end_turn" }))]
#[case(FinishReason::Stop, Some("stop"), "stop", Value::Null)]
#[case(FinishReason::ContentFilter, None, "content_filter", Value::Null)]
#[case(FinishReason::Other("moon_phase".into()), Some("moon_phase"), "moon_phase", json!({ "finish_word": "moon_phase" }))]
fn the_providers_own_word_for_the_end_is_kept(
    #[case] finish: FinishReason,
    #[case] own: Option<&str>,
    #[case] word: &str,
    #[case] artel: Value,
) {
    let answer = Completion { finish, finish_word: own.map(str::to_owned), ..answer("") };
    let streamed = variable_members(&stream(&[], &answer, false)).pop().unwrap();
    let whole = &whole(Vec::new(), &answer)["choices"][0];
    for choice in [&streamed, whole] {
        assert_eq!((&choice["finish_reason"], &choice["artel"]), (&json!(word), &artel));
    }
}

#[test]
fn a_whole_answer_has_every_member_of_openais() {
    let call =
        AssistantCall { id: "a".into(), name: "look".into(), arguments: "{}".into(), ..AssistantCall::default() };
    let answer = Completion {
        calls: vec![call],
        finish: FinishReason::ToolCalls,
        rest: rest(json!({ "system_fingerprint": "fp" })),
        ..answer("")
    };
    insta::assert_snapshot!(serde_json::to_string_pretty(&whole(Vec::new(), &answer)).unwrap(), @r#"
    {
      "id": "chatcmpl-1",
      "object": "chat.completion",
      "created": 7,
      "model": "m",
      "choices": [
        {
          "index": 0,
          "message": {
            "role": "assistant",
            "content": null,
            "refusal": null,
            "tool_calls": [
              {
                "id": "a",
                "type": "function",
                "function": {
                  "name": "look",
                  "arguments": "{}"
                }
              }
            ]
          },
          "logprobs": null,
          "finish_reason": "tool_calls"
        }
      ],
      "usage": {
        "prompt_tokens": 3,
        "completion_tokens": 2,
        "total_tokens": 5,
        "prompt_tokens_details": {
          "cached_tokens": 0
        },
        "completion_tokens_details": {
          "reasoning_tokens": 0
        }
      },
      "system_fingerprint": "fp"
    }
    "#);
}

#[test]
fn a_refusal_has_its_own_member() {
    let deltas = vec![Delta::Refusal("I ca".into()), Delta::Refusal("n't.".into())];
    let variable_members = variable_members(&stream(&deltas, &answer("I can't."), false));
    assert_eq!(variable_members[1]["delta"], json!({ "refusal": "I ca" }));
    let message = &whole(deltas, &answer("I can't."))["choices"][0]["message"];
    assert_eq!((&message["content"], &message["refusal"]), (&Value::Null, &json!("I can't.")));
}

#[test]
fn members_without_a_typed_form_reach_clients_of_the_same_protocol() {
    let piece = |token: &str| {
        Delta::Rest(rest(
            json!({ "logprobs": { "content": [{ "token": token }] }, "delta": { "annotations": [token] } }),
        ))
    };
    let variable_members = variable_members(&stream(&[piece("a")], &answer("a"), false));
    assert_eq!(
        (&variable_members[1]["logprobs"]["content"][0]["token"], &variable_members[1]["delta"]["annotations"]),
        (&json!("a"), &json!(["a"]))
    );
    let choice = &whole(vec![piece("a"), piece("b")], &answer("ab"))["choices"][0];
    assert_eq!(choice["logprobs"], json!({ "content": [{ "token": "a" }, { "token": "b" }] }));
    assert_eq!(choice["message"]["annotations"], json!(["a", "b"]));
}

#[test]
fn members_of_calls_and_messages_without_a_typed_form_are_shown() {
    let signature = json!({ "google": { "thought_signature": "c2ln" } });
    let call = AssistantCall {
        id: "a".into(),
        name: "look".into(),
        arguments: "{}".into(),
        rest: rest(json!({ "extra_content": signature })),
    };
    let message = rest(json!({ "reasoning_details": [{ "type": "x" }] }));
    let answer = Completion { calls: vec![call], message, finish: FinishReason::ToolCalls, ..answer("") };
    let shown = rest(json!({ "delta": { "tool_calls": [{ "index": 0, "extra_content": signature }] } }));
    let deltas = [Delta::Rest(shown)];
    assert!(stream(&deltas, &answer, false).contains(r#""thought_signature":"c2ln""#));
    let message = &whole(deltas.to_vec(), &answer)["choices"][0]["message"];
    assert_eq!(message["tool_calls"].as_array().unwrap().len(), 1);
    assert_eq!(message["tool_calls"][0]["extra_content"], signature);
    assert_eq!(message["reasoning_details"], json!([{ "type": "x" }]));
}
