use artel_domain::{FinishReason, Usage};
use serde_json::{Value, json};

use super::{
    DEEPSEEK, OPENROUTER, OpenAi, PARALLEL, REFUSED, TEXT, answer_to, call, decode, delta, deltas_of, finish, request,
    stream,
};
use crate::dialect::Dialect as _;
use crate::{Delta, ModelError, Reasoning};

#[test]
fn text_recorded_from_llama_cpp_is_read() {
    let (shown, answer) = decode([TEXT]);
    assert_eq!(shown.text, "Привет! 🌟");
    let usage = Usage { prompt_tokens: 39, completion_tokens: 8, cached_tokens: 5, ..Usage::default() };
    let answer = answer.unwrap();
    assert_eq!(
        (answer.text, answer.calls, answer.finish, answer.usage),
        (shown.text, Vec::new(), FinishReason::Stop, Some(usage))
    );
}

#[test]
fn an_answer_without_its_end_is_an_error_wherever_it_breaks_off() {
    let last = String::from_utf8_lossy(TEXT).find(r#""finish_reason":"stop""#).unwrap();
    let early = Err(ModelError::Protocol("the stream ended early".to_owned()));
    for cut in 0..last {
        assert_eq!(decode([&TEXT[..cut]]).1, early, "stopped at {cut}");
    }
}

#[test]
fn an_answer_with_a_finish_reason_needs_no_done_mark() {
    let whole = stream(&[delta(&json!({ "content": "hi" })), finish("stop")]);
    let (body, _) = whole.split_once("data: [DONE]").unwrap();
    assert_eq!(decode([body.as_bytes()]).1.unwrap().text, "hi");
    assert_eq!(decode([body.trim_end().as_bytes()]).1.unwrap().text, "hi");
}

#[test]
fn a_done_mark_replaces_a_missing_finish_reason_but_not_a_missing_answer() {
    let without_the_member = json!({ "choices": [{ "index": 0, "delta": { "content": "hi" } }] });
    assert_eq!(answer_to(&[without_the_member]).finish, FinishReason::Stop);
    assert_eq!(decode([b"data: [DONE]\n\n".as_slice()]).1.unwrap_err().code(), "model_protocol_error");
}

#[test]
fn a_finish_reason_that_says_nothing_costs_no_answer() {
    let with = |reason: Value| {
        let chunk = json!({ "choices": [{ "index": 0, "delta": { "content": "hi" }, "finish_reason": reason }] });
        decode([stream(&[chunk]).as_bytes()]).1
    };
    for nothing in [json!(""), json!([]), json!([""]), json!(7), json!({})] {
        let answer = with(nothing.clone()).unwrap();
        assert_eq!((answer.text.as_str(), answer.finish), ("hi", FinishReason::Stop), "{nothing}");
    }
    assert_eq!(with(json!(["length"])).unwrap().finish, FinishReason::Length);
    assert!(with(Value::Null).is_err(), "a reason was promised");
}

#[test]
fn a_later_report_of_usage_that_says_less_takes_nothing_back() {
    let report = |usage: Value| json!({ "choices": [], "usage": usage });
    let real = json!({ "prompt_tokens": 30, "completion_tokens": 5, "prompt_tokens_details": { "cached_tokens": 7 } });
    let usage = Usage { prompt_tokens: 30, completion_tokens: 5, cached_tokens: 7, ..Usage::default() };
    for later in [
        json!({}),
        json!({ "prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0 }),
        json!({ "prompt_tokens": "many", "completion_tokens": [] }),
        json!({ "prompt_tokens": 30, "completion_tokens": 4 }),
    ] {
        let chunks = [delta(&json!({ "content": "x" })), report(real.clone()), finish("stop"), report(later.clone())];
        assert_eq!(answer_to(&chunks).usage, Some(usage), "{later}");
    }
    let grows = json!({ "prompt_tokens": 30, "completion_tokens": 9 });
    let chunks = [delta(&json!({ "content": "x" })), report(real), report(grows), finish("stop")];
    assert_eq!(answer_to(&chunks).usage, Some(Usage { completion_tokens: 9, ..usage }));
}

#[test]
fn finish_reasons_are_translated() {
    let reason = |word: &str| answer_to(&[delta(&json!({ "content": "x" })), finish(word)]).finish;
    assert_eq!(reason("stop"), FinishReason::Stop);
    assert_eq!(reason("length"), FinishReason::Length);
    assert_eq!(reason("content_filter"), FinishReason::ContentFilter);
    assert_eq!(reason("eos_token"), FinishReason::Other("eos_token".to_owned()));
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
    let answer =
        OpenAi::default().decode_whole(&request(Vec::new()), body.to_string().as_bytes(), &mut Vec::new()).unwrap();
    assert_eq!((answer.text.as_str(), answer.finish), ("Well:", FinishReason::ToolCalls));
    assert_eq!(answer.calls, [call("a", "now", "{}"), call("b", "now", "{}")]);
    assert_eq!(answer.usage.map(Usage::total), Some(7));
}

#[test]
fn text_may_come_as_parts_or_as_a_refusal() {
    assert_eq!(
        answer_to(&[
            delta(&json!({ "content": [{ "type": "text", "text": "a" }, { "type": "image" }] })),
            finish("stop")
        ])
        .text,
        "a"
    );
    assert_eq!(
        answer_to(&[delta(&json!({ "content": null, "refusal": "I cannot" })), finish("stop")]).text,
        "I cannot"
    );
}

#[test]
fn thinking_among_the_parts_of_the_content_is_reasoning() {
    let thinks = |thinking: Value| delta(&json!({ "content": [{ "type": "thinking", "thinking": thinking }] }));
    let body = stream(&[
        thinks(json!([{ "type": "text", "text": "Let me " }, { "type": "reference", "reference_ids": [1] }])),
        thinks(json!("see.")),
        delta(&json!({ "content": [
            { "type": "thinking", "thinking": [{ "type": "text", "text": " So:" }], "closed": true },
            { "type": "text", "text": "It is " },
        ] })),
        delta(&json!({ "content": "42" })),
        finish("stop"),
    ]);
    let (shown, answer) = decode([body.as_bytes()]);
    assert_eq!((shown.reasoning.as_str(), shown.text.as_str()), ("Let me see. So:", "It is 42"));
    let answer = answer.unwrap();
    assert_eq!((answer.text.as_str(), answer.reasoning), ("It is 42", Vec::new()));
}

#[test]
fn choices_after_the_first_are_ignored() {
    let other = json!({ "choices": [{ "index": 1, "delta": { "content": "no" } }] });
    assert_eq!(answer_to(&[other, delta(&json!({ "content": "yes" })), finish("stop")]).text, "yes");
}

#[test]
fn a_refusal_logprobs_and_unknown_members_are_kept_apart_and_padding_is_dropped() {
    let (shown, answer) = decode([REFUSED]);
    let answer = answer.unwrap();
    assert_eq!((shown.text.as_str(), shown.refusal.as_str()), ("Hm…", "I can't help with that."));
    assert_eq!((answer.text.as_str(), answer.finish_word.as_deref()), ("Hm…I can't help with that.", Some("stop")));
    let tokens: Vec<&Value> = shown.rest.iter().map(|rest| &rest["logprobs"]).collect();
    assert_eq!(
        (tokens.len(), &tokens[0]["content"][0]["token"], &tokens[2]["refusal"][0]["token"]),
        (4, &json!("Hm"), &json!("I can't"))
    );
    let rest = json!({ "service_tier": "default", "system_fingerprint": "fp_2" });
    assert_eq!(Value::Object(answer.rest), rest);
}

#[test]
fn reasoning_is_shown_and_goes_back_when_tools_are_called() {
    let (shown, answer) = decode([DEEPSEEK]);
    let answer = answer.unwrap();
    assert_eq!((shown.reasoning.as_str(), answer.text.as_str()), ("Нужна погода в Риме.", "Смотрю."));
    assert_eq!(answer.calls, [call("call_00_x", "weather", r#"{"city": "Рим"}"#), call("call_01_y", "now", "{}")]);
    assert_eq!(answer.reasoning, [Reasoning::Thinking { thinking: shown.reasoning, signature: None }]);
    let usage = Usage {
        prompt_tokens: 300,
        completion_tokens: 40,
        cached_tokens: 256,
        reasoning_tokens: 17,
        cache_write_tokens: 0,
    };
    assert_eq!(answer.usage, Some(usage));
}

#[test]
fn reasoning_under_its_other_name_is_shown_once_and_not_sent_back_without_calls() {
    let (shown, answer) = decode([OPENROUTER]);
    let answer = answer.unwrap();
    assert_eq!((shown.reasoning.as_str(), answer.text.as_str(), answer.reasoning.len()), ("Two and two.", "Four.", 0));
    assert_eq!(shown.rest[0]["delta"]["reasoning_details"][0]["text"], "Two ");
    assert_eq!(shown.rest.last().unwrap()["native_finish_reason"], "end_turn");
    assert_eq!(answer.usage.map(|usage| (usage.cached_tokens, usage.cache_write_tokens)), Some((8, 16)));
    let both = deltas_of(&[delta(&json!({ "reasoning_content": "a", "reasoning": "a" })), finish("stop")]);
    assert_eq!(both, [Delta::Reasoning("a".to_owned())]);
}

#[test]
fn the_providers_own_word_for_the_end_is_kept() {
    let ended = |word: &str| {
        let answer = answer_to(&[delta(&json!({ "content": "x" })), finish(word)]);
        (answer.finish, answer.finish_word)
    };
    assert_eq!(ended("eos"), (FinishReason::Other("eos".to_owned()), Some("eos".to_owned())));
    assert_eq!(ended("end_turn"), (FinishReason::Stop, Some("end_turn".to_owned())));
}

#[test]
fn a_stream_without_usage_has_none() {
    let whole = String::from_utf8(PARALLEL.to_vec()).unwrap();
    let without: String = whole.split_inclusive("\n\n").filter(|event| !event.contains("prompt_tokens")).collect();
    assert_eq!(decode([without.as_bytes()]).1.unwrap().usage, None);
}

#[test]
fn reasoning_blocks_from_a_proxy_of_another_protocol_are_kept_and_sent_back() {
    let blocks = json!([{ "type": "thinking", "thinking": "Hm.", "signature": "s" }, { "type": "redacted_thinking", "data": "d" }]);
    let answer = answer_to(&[
        delta(&json!({ "reasoning_content": "Hm." })),
        delta(&json!({ "thinking_blocks": blocks })),
        finish("stop"),
    ]);
    let signed = Reasoning::Thinking { thinking: "Hm.".to_owned(), signature: Some("s".to_owned()) };
    assert_eq!(answer.reasoning, [signed, Reasoning::RedactedThinking { data: "d".to_owned() }]);
}
