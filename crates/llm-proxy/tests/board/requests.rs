//! Cases 9 to 17: what the client sends, and what reaches the provider.

use artel_model_mock::{Protocol, Reply, Step};
use rstest::rstest;
use serde_json::{Value, json};

use crate::ask::{hello, tools};
use crate::world::{PROTOCOLS, World};

impl World {
    /// The request that the provider receives when the client sends these members.
    async fn asked(&self, protocol: Protocol, members: &Value) -> Value {
        self.mock.forget_requests();
        let answer = self.ask(&hello(protocol, members)).await;
        assert_eq!(answer.status, 200, "{protocol:?}: {}", answer.text);
        let asked = self.mock.requests().pop().unwrap();
        serde_json::from_slice(&asked.body).unwrap()
    }
}

/// A dialogue with every kind of content: two system messages, a call with its results, images.
fn dialogue() -> Value {
    let call = |id: &str, city: &str| json!({ "id": id, "type": "function", "function": { "name": "weather", "arguments": json!({ "city": city }).to_string() } });
    json!([
        { "role": "system", "content": "Be brief." },
        { "role": "developer", "content": [{ "type": "text", "text": "Be kind.", "cache_control": { "type": "ephemeral" } }] },
        { "role": "user", "content": [
            { "type": "text", "text": "  " },
            { "type": "text", "text": "Where is this, and how is the weather there?" },
            { "type": "image_url", "image_url": { "url": "data:image/png;base64,aGk=" } },
        ] },
        { "role": "assistant", "content": null, "tool_calls": [call("a", "Rome"), call("b", "Oslo")] },
        { "role": "tool", "tool_call_id": "a", "content": "sunny" },
        { "role": "tool", "tool_call_id": "b", "content": [{ "type": "text", "text": "snow", "cache_control": { "type": "ephemeral" } }] },
        { "role": "user", "content": "And tomorrow?" },
    ])
}

/// Cases 11, 12, 13, 16 and 17 as golden files. The files show the three protocols side by side.
#[tokio::test]
async fn case_11_a_whole_dialogue_is_written_in_each_providers_protocol() {
    let world = World::new("Hi").await;
    for protocol in PROTOCOLS {
        let asked = world
            .asked(protocol, &json!({ "messages": dialogue(), "tools": tools(), "max_tokens": 99, "stop": "END" }))
            .await;
        insta::assert_json_snapshot!(format!("dialogue-{protocol:?}"), asked);
    }
}

#[tokio::test]
async fn case_10_structured_output_and_tools_go_together() {
    let world = World::new("Hi").await;
    let schema = json!({ "type": "object", "properties": { "n": { "type": "integer" } }, "required": ["n"], "additionalProperties": false });
    let format =
        json!({ "type": "json_schema", "json_schema": { "name": "number", "schema": schema, "strict": true } });
    for protocol in PROTOCOLS {
        let asked = world.asked(protocol, &json!({ "response_format": format, "tools": tools() })).await;
        insta::assert_json_snapshot!(format!("structured-{protocol:?}"), asked);
    }
}

#[rstest]
#[case(json!("auto"), json!(null))]
#[case(json!("auto"), json!(false))]
#[case(json!("required"), json!(null))]
#[case(json!("required"), json!(false))]
#[case(json!("none"), json!(null))]
#[case(json!({ "type": "function", "function": { "name": "time" } }), json!(false))]
#[tokio::test]
async fn case_14_the_choice_of_tools_means_the_same_everywhere(#[case] choice: Value, #[case] parallel: Value) {
    let world = World::new("Hi").await;
    let members = json!({ "tools": tools(), "tool_choice": choice, "parallel_tool_calls": parallel });
    let openai = world.asked(Protocol::OpenAi, &members).await;
    assert_eq!(openai["tool_choice"], choice);
    assert_eq!(openai["parallel_tool_calls"], parallel);
    let anthropic = world.asked(Protocol::Anthropic, &members).await["tool_choice"].clone();
    let word = match choice.as_str() {
        Some("required") => "any",
        Some(word) => word,
        None => "tool",
    };
    assert_eq!((&anthropic["type"], &anthropic["name"]), (&json!(word), &choice["function"]["name"]));
    let asks_for_one = anthropic["disable_parallel_tool_use"] == true;
    assert_eq!(asks_for_one, parallel == false && word != "none", "{anthropic}");
}

#[tokio::test]
async fn case_15_schemas_are_completed_and_those_that_cannot_be_are_named() {
    let world = World::new("Hi").await;
    let tool =
        |parameters: Value| json!([{ "type": "function", "function": { "name": "look", "parameters": parameters } }]);
    let asked = world.asked(Protocol::Anthropic, &json!({ "tools": tool(json!({})) })).await;
    assert_eq!(asked["tools"][0]["input_schema"], json!({ "type": "object", "properties": {} }));
    let hopeless = json!({ "tools": tool(json!({ "type": "array" })) });
    for protocol in PROTOCOLS {
        let refused = world.ask(&hello(protocol, &hopeless)).await;
        assert_eq!(refused.status, 400, "{protocol:?}: {}", refused.text);
        assert!(refused.text.contains("look"), "{}", refused.text);
    }
}

#[tokio::test]
async fn case_13_a_system_message_alone_gets_a_user_turn() {
    let world = World::new("Hi").await;
    let asked =
        world.asked(Protocol::Anthropic, &json!({ "messages": [{ "role": "system", "content": "Say hi." }] })).await;
    assert_eq!(asked["messages"][0]["role"], "user", "{asked}");
    assert!(asked["system"].to_string().contains("Say hi."), "{asked}");
}

#[tokio::test]
async fn case_17_a_request_that_is_too_large_is_refused_as_such() {
    let world = World::new("Hi").await;
    let image = json!({ "type": "image_url", "image_url": { "url": format!("data:image/png;base64,{}", "A".repeat(33 << 20)) } });
    let refused =
        world.ask(&hello(Protocol::OpenAi, &json!({ "messages": [{ "role": "user", "content": [image] }] }))).await;
    assert_eq!(refused.error(), (413, "invalid_request_error".into(), "request_too_large".into()));
    assert!(refused.text.contains("larger than 32 MiB"), "{}", refused.text);
    assert_eq!(world.mock.stats().requests, 0);
}

#[tokio::test]
async fn case_18_broken_arguments_in_the_history_are_refused_where_the_protocol_cannot_carry_them() {
    let world = World::new("Hi").await;
    let call = json!({ "id": "a", "type": "function", "function": { "name": "weather", "arguments": "{\"city\": " } });
    let result = json!({ "role": "tool", "tool_call_id": "a", "content": "no" });
    let members = json!({ "messages": [{ "role": "user", "content": "?" }, { "role": "assistant", "tool_calls": [call] }, result], "tools": tools() });
    let refused = world.ask(&hello(Protocol::Ollama, &members)).await;
    assert_eq!(refused.error(), (400, "invalid_request_error".into(), "unsupported_by_provider".into()));
    let asked = world.asked(Protocol::Anthropic, &members).await;
    assert_eq!(asked["messages"][1]["content"][0]["input"], json!({ "malformed_arguments": "{\"city\": " }));
}

/// A reply with reasoning, in every form that providers have.
fn thoughtful() -> Reply {
    let steps = [
        Step::thinking("Let me see.", "c2ln"),
        Step::thinking("", "ZW1wdHk="),
        Step::RedactedThinking("aGlkZGVu".into()),
        Step::call("weather", json!({ "city": "Rome" })),
    ];
    Reply::of(steps)
}

#[rstest]
#[case::by_a_client_that_carries_it(true)]
#[case::by_one_that_does_not(false)]
#[tokio::test]
async fn case_09_signed_reasoning_goes_back_verbatim_and_first(#[case] carries: bool) {
    let world = World::new(thoughtful()).await;
    for stream in [false, true] {
        let first = hello(Protocol::Anthropic, &json!({ "tools": tools(), "stream": stream }));
        let answered = world.ask(&first).await;
        let answer = if stream { crate::fold::fold(&answered.text, false) } else { answered.json() };
        let mut message = answer["choices"][0]["message"].clone();
        assert_eq!(message["thinking_blocks"].as_array().unwrap().len(), 3);
        if !carries {
            message =
                json!({ "role": "assistant", "content": message["content"], "tool_calls": message["tool_calls"] });
        }
        let id = message["tool_calls"][0]["id"].clone();
        let result = json!({ "role": "tool", "tool_call_id": id, "content": "sunny" });
        let messages = json!([first["messages"][0], message, result]);
        let asked = world.asked(Protocol::Anthropic, &json!({ "messages": messages, "tools": tools() })).await;
        let blocks = &asked["messages"][1]["content"];
        assert_eq!(blocks[0], json!({ "type": "thinking", "thinking": "Let me see.", "signature": "c2ln" }), "{asked}");
        assert_eq!(blocks[1], json!({ "type": "thinking", "thinking": "", "signature": "ZW1wdHk=" }));
        assert_eq!(blocks[2], json!({ "type": "redacted_thinking", "data": "aGlkZGVu" }));
        assert_eq!(blocks[3]["type"], "tool_use");
    }
}

#[tokio::test]
async fn several_answers_at_once_are_refused() {
    let world = World::new("Hi").await;
    let refused = world.ask(&hello(Protocol::OpenAi, &json!({ "n": 2 }))).await;
    assert_eq!(refused.error(), (400, "invalid_request_error".into(), "invalid_value".into()));
    assert_eq!(refused.json()["error"]["param"], "n");
}
