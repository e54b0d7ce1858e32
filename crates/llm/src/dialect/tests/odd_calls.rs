//! Calls that a provider writes in a way of its own. No call loses its arguments.

use artel_domain::AssistantCall;

use super::{Read, dialects, streamed, whole};

const OPENAI: usize = 0;
const ANTHROPIC: usize = 1;
const OLLAMA: usize = 2;

fn events(data: &[&str]) -> String {
    data.iter().flat_map(|data| ["data: ", *data, "\n\n"]).collect()
}

/// A stream with this delta.
fn openai(delta: &str) -> String {
    let chunk = format!(r#"{{"choices":[{{"index":0,"delta":{delta}}}]}}"#);
    events(&[&chunk, r#"{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#, "[DONE]"])
}

/// A stream with this block, and with these deltas of it.
fn anthropic(block: &str, deltas: &[&str]) -> String {
    let begin = format!(r#"{{"type":"content_block_start","index":0,"content_block":{block}}}"#);
    let delta = |delta: &&str| format!(r#"{{"type":"content_block_delta","index":0,"delta":{delta}}}"#);
    let end = [r#"{"type":"message_delta","delta":{"stop_reason":"tool_use"}}"#, r#"{"type":"message_stop"}"#];
    let all: Vec<String> = [begin].into_iter().chain(deltas.iter().map(delta)).chain(end.map(str::to_owned)).collect();
    events(&all.iter().map(String::as_str).collect::<Vec<_>>())
}

fn one_call(protocol: usize, read: Read, body: &str) -> AssistantCall {
    let (name, answer) = (dialects()[protocol].0, read.1);
    let calls = answer.unwrap_or_else(|error| panic!("{name} {body}: {error}")).calls;
    let [call] = calls.try_into().unwrap_or_else(|calls| panic!("{name} {body}: {calls:?}"));
    call
}

#[test]
fn arguments_in_any_form_reach_the_tool() {
    let object = r#"{"where":"id=7"}"#;
    let text = r#""{\"where\":\"id=7\"}""#;
    for written in [object, text] {
        for name in ["arguments", "parameters", "input"] {
            for other in ["", r#","arguments":null"#] {
                let other = if name == "arguments" { "" } else { other };
                let function = format!(r#"{{"name":"delete_rows","{name}":{written}{other}}}"#);
                let list = format!(r#"{{"tool_calls":[{{"index":0,"id":"a","function":{function}}}]}}"#);
                let body = openai(&list);
                let call = one_call(OPENAI, streamed(dialects()[OPENAI].1.as_ref(), &body), &body);
                assert_eq!(call.arguments, object, "{body}");
                let body = format!(r#"{{"choices":[{{"message":{list},"finish_reason":"tool_calls"}}]}}"#);
                let call = one_call(OPENAI, whole(dialects()[OPENAI].1.as_ref(), &body), &body);
                assert_eq!(call.arguments, object, "{body}");
                let body = format!(r#"{{"message":{list},"done":true}}"#);
                let call = one_call(OLLAMA, whole(dialects()[OLLAMA].1.as_ref(), &body), &body);
                assert_eq!(call.arguments, object, "{body}");
            }
            let tool = format!(r#"{{"type":"tool_use","id":"a","name":"delete_rows","{name}":{written}}}"#);
            for body in [anthropic(&tool, &[]), anthropic(&tool, &[r#"{"type":"input_json_delta","partial_json":""}"#])]
            {
                let call = one_call(ANTHROPIC, streamed(dialects()[ANTHROPIC].1.as_ref(), &body), &body);
                assert_eq!(call.arguments, object, "{body}");
            }
            let body = format!(r#"{{"content":[{tool}],"stop_reason":"tool_use"}}"#);
            let call = one_call(ANTHROPIC, whole(dialects()[ANTHROPIC].1.as_ref(), &body), &body);
            assert_eq!(call.arguments, object, "{body}");
        }
        for name in ["partial_json", "input"] {
            let tool = r#"{"type":"tool_use","id":"a","name":"delete_rows","input":{}}"#;
            let body = anthropic(tool, &[&format!(r#"{{"type":"input_json_delta","{name}":{written}}}"#)]);
            let call = one_call(ANTHROPIC, streamed(dialects()[ANTHROPIC].1.as_ref(), &body), &body);
            assert_eq!(call.arguments, object, "{body}");
        }
    }
}

#[test]
fn arguments_that_are_no_object_are_told_to_the_model_and_never_empty() {
    for written in [r#"["id=7"]"#, "[]", "7", "false", r#""id=7""#] {
        let expected = written.trim_matches('"');
        let bodies = [
            (OPENAI, openai(&format!(r#"{{"tool_calls":[{{"function":{{"name":"f","arguments":{written}}}}}]}}"#))),
            (ANTHROPIC, anthropic(&format!(r#"{{"type":"tool_use","name":"f","input":{written}}}"#), &[])),
            (
                OLLAMA,
                format!(
                    r#"{{"message":{{"tool_calls":[{{"function":{{"name":"f","arguments":{written}}}}}]}},"done":true}}"#
                ),
            ),
        ];
        for (protocol, body) in bodies {
            let call = one_call(protocol, streamed(dialects()[protocol].1.as_ref(), &body), &body);
            assert_eq!(call.arguments, expected, "{body}");
        }
    }
}

#[test]
fn long_integers_in_arguments_keep_their_digits() {
    let object = r#"{"account":40817810099910004312}"#;
    let function = format!(r#"{{"name":"f","arguments":{object}}}"#);
    for (protocol, body) in [
        (OPENAI, openai(&format!(r#"{{"tool_calls":[{{"function":{function}}}]}}"#))),
        (ANTHROPIC, anthropic(&format!(r#"{{"type":"tool_use","name":"f","input":{object}}}"#), &[])),
        (OLLAMA, format!(r#"{{"message":{{"tool_calls":[{{"function":{function}}}]}},"done":true}}"#)),
    ] {
        let call = one_call(protocol, streamed(dialects()[protocol].1.as_ref(), &body), &body);
        assert_eq!(call.arguments, object);
        // A member of another type makes the lenient reader read the text.
        let odd =
            body.replace(r#""name""#, r#""id":{},"name""#).replace(r#""tool_calls":"#, r#""content":7,"tool_calls":"#);
        let call = one_call(protocol, streamed(dialects()[protocol].1.as_ref(), &odd), &odd);
        assert!(call.arguments.contains("40817810099910004312"), "{odd}: {}", call.arguments);
    }
}

#[test]
fn a_half_of_a_character_in_an_object_of_arguments_is_replaced() {
    let object = r#"{"text":"A\ud83d"}"#;
    let body = openai(&format!(r#"{{"tool_calls":[{{"function":{{"name":"f","arguments":{object}}}}}]}}"#));
    let call = one_call(OPENAI, streamed(dialects()[OPENAI].1.as_ref(), &body), &body);
    assert_eq!(call.arguments, "{\"text\":\"A\u{FFFD}\"}");
}

#[test]
fn a_call_need_not_be_in_a_list() {
    let call = r#"{"id":"a","function":{"name":"f","arguments":{"x":1}}}"#;
    let block = r#"{"type":"tool_use","id":"a","name":"f","input":{"x":1}}"#;
    for (protocol, body) in [
        (OPENAI, format!(r#"{{"choices":[{{"message":{{"tool_calls":{call}}},"finish_reason":"tool_calls"}}]}}"#)),
        (
            OPENAI,
            r#"{"choices":[{"message":{"function_call":{"name":"f","arguments":"{\"x\":1}"}},"finish_reason":"function_call"}]}"#
                .to_owned(),
        ),
        (ANTHROPIC, format!(r#"{{"content":{block},"stop_reason":"tool_use"}}"#)),
        (OLLAMA, format!(r#"{{"message":{{"tool_calls":{call}}},"done":true}}"#)),
    ] {
        let call = one_call(protocol, whole(dialects()[protocol].1.as_ref(), &body), &body);
        assert_eq!((call.name.as_str(), call.arguments.as_str()), ("f", r#"{"x":1}"#), "{body}");
    }
    let body = openai(&format!(r#"{{"tool_calls":{call}}}"#));
    assert_eq!(one_call(OPENAI, streamed(dialects()[OPENAI].1.as_ref(), &body), &body).id, "a");
}

#[test]
fn the_pieces_of_a_function_call_are_one_call() {
    for name in ["", r#""name":"f","#] {
        let piece = |name: &str, text: &str| {
            format!(r#"{{"choices":[{{"delta":{{"function_call":{{{name}"arguments":"{text}"}}}}}}]}}"#)
        };
        let end =
            r#"{"choices":[{"delta":{"function_call":{"name":"","arguments":""}},"finish_reason":"function_call"}]}"#;
        let body = events(&[&piece(r#""name":"f","#, ""), &piece(name, r#"{\"x\""#), &piece(name, ":1}"), end]);
        let call = one_call(OPENAI, streamed(dialects()[OPENAI].1.as_ref(), &body), &body);
        assert_eq!((call.name.as_str(), call.arguments.as_str()), ("f", r#"{"x":1}"#), "{body}");
    }
}

#[test]
fn an_answer_that_promises_a_call_and_has_none_fails() {
    for (protocol, body) in [
        (OPENAI, r#"{"choices":[{"message":{"content":"Hi","tool_calls":"f()"},"finish_reason":"tool_calls"}]}"#),
        (OPENAI, r#"{"choices":[{"message":{"content":"Hi","tool_calls":{}},"finish_reason":"tool_calls"}]}"#),
        (ANTHROPIC, r#"{"content":[{"type":"text","text":"Hi"}],"stop_reason":"tool_use"}"#),
        (OLLAMA, r#"{"message":{"content":"Hi","tool_calls":{}},"done":true,"done_reason":"tool_calls"}"#),
    ] {
        let error = whole(dialects()[protocol].1.as_ref(), body).1.unwrap_err();
        assert!(error.to_string().contains("no tool call was read"), "{body}: {error}");
    }
}

#[test]
fn empty_calls_beside_a_text_are_none() {
    for (protocol, body) in [
        (OPENAI, r#"{"choices":[{"message":{"content":"Hi","tool_calls":{}},"finish_reason":"stop"}]}"#),
        (
            OPENAI,
            r#"{"choices":[{"message":{"content":"Hi","function_call":{"name":"","arguments":""}},"finish_reason":"stop"}]}"#,
        ),
        (OLLAMA, r#"{"message":{"content":"Hi","tool_calls":{}},"done":true,"done_reason":"stop"}"#),
    ] {
        let answer = whole(dialects()[protocol].1.as_ref(), body).1.unwrap();
        assert_eq!((answer.text.as_str(), answer.calls.len()), ("Hi", 0), "{body}");
    }
}
