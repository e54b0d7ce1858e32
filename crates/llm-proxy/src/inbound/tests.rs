use artel_domain::AssistantCall;
use artel_llm::{ImageSource, Message, Part, PartBody, Reasoning, Rest, ToolChoice};
use rstest::rstest;
use serde_json::{Value, json};

use super::{Chat, InvalidRequest, read_chat};

fn read(body: &Value) -> Result<Chat, InvalidRequest> {
    read_chat(body.to_string().as_bytes())
}

/// A request with these messages.
fn with_messages(messages: Value) -> Result<Chat, InvalidRequest> {
    let mut body = json!({ "model": "m" });
    body["messages"] = messages;
    read(&body)
}

/// A request with one user's message and these members.
fn with(members: &Value) -> Result<Chat, InvalidRequest> {
    let mut body = json!({ "model": "m", "messages": [{ "role": "user", "content": "hello" }] });
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    read(&body)
}

fn call(id: &str) -> Value {
    json!({ "id": id, "type": "function", "function": { "name": "look", "arguments": "{}" } })
}

fn rest(value: Value) -> Rest {
    serde_json::from_value(value).unwrap()
}

#[test]
fn every_role_is_read() {
    let chat = with_messages(json!([
        { "role": "system", "content": "Be brief." },
        { "role": "developer", "content": [{ "type": "text", "text": "Be kind.", "cache_control": { "type": "ephemeral" } }] },
        { "role": "user", "content": "hello", "name": "ada" },
        { "role": "assistant", "content": null, "tool_calls": [call("a")], "audio": null },
        { "role": "tool", "tool_call_id": "a", "content": "seen", "is_error": true },
    ]))
    .unwrap();
    let cached = Part { body: PartBody::Text("Be kind.".into()), cache_control: Some(json!({ "type": "ephemeral" })) };
    let looked =
        AssistantCall { id: "a".into(), name: "look".into(), arguments: "{}".into(), ..AssistantCall::default() };
    assert_eq!(
        chat.messages,
        [
            Message::system("Be brief."),
            Message::System { content: vec![cached], developer: true, rest: Rest::new() },
            Message::User { content: vec![Part::text("hello")], rest: rest(json!({ "name": "ada" })) },
            Message::assistant("", vec![looked]),
            Message::tool("a", "seen", true),
        ]
    );
}

#[test]
fn a_long_integer_keeps_its_digits_and_a_bound_stays_a_number() {
    let body = br#"{"model": "m", "messages": [{"role": "user", "content": "hi"}],
        "tools": [{"type": "function", "function": {"name": "pay", "parameters": {"type": "object", "properties": {
            "account": {"enum": [40817810099910004312]}, "sum": {"maximum": 18446744073709551616}}}}}],
        "metadata": {"order": 40817810099910004312}}"#;
    let chat = read_chat(body).unwrap();
    let properties = &chat.tools[0].input_schema["properties"];
    assert_eq!(properties["account"]["enum"], json!(["40817810099910004312"]));
    assert_eq!(properties["sum"]["maximum"], json!(18_446_744_073_709_551_616.0));
    assert_eq!(chat.params.rest["metadata"]["order"], "40817810099910004312");
}

#[rstest]
#[case(b"{\"model\": NaN}", "The request is not valid JSON: it has NaN, which is no number of JSON")]
#[case(b"{\"model\": \"na\xEFve\"}", "The request is not UTF-8: the byte at position 13 (0xEF)")]
fn what_is_wrong_with_a_text_is_said_plainly(#[case] body: &[u8], #[case] said: &str) {
    let message = read_chat(body).unwrap_err().message();
    assert!(message.starts_with(said), "{message}");
}

#[test]
fn a_byte_order_mark_is_skipped() {
    let body = "\u{FEFF}{\"model\": \"m\", \"messages\": [{\"role\": \"user\", \"content\": \"hi\"}]}";
    assert_eq!(read_chat(body.as_bytes()).unwrap().model, "m");
}

#[test]
fn a_call_without_arguments_in_the_history_has_an_empty_object() {
    for arguments in [json!(""), json!("  "), json!(null), json!({})] {
        let mut asked = call("a");
        asked["function"]["arguments"] = arguments.clone();
        let answered = json!({ "role": "tool", "tool_call_id": "a", "content": "" });
        let chat = with_messages(json!([{ "role": "assistant", "tool_calls": [asked] }, answered])).unwrap();
        assert_eq!(chat.messages[0].calls()[0].arguments, "{}", "{arguments}");
    }
}

#[test]
fn reasoning_comes_back_as_blocks_or_as_text() {
    let of = |extra: Value| {
        let mut message = json!({ "role": "assistant", "content": "so" });
        message.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        match with_messages(json!([message])).unwrap().messages.remove(0) {
            Message::Assistant { reasoning, rest, .. } => (reasoning, rest),
            other => panic!("{other:?}"),
        }
    };
    let signed = Reasoning::Thinking { thinking: String::new(), signature: Some("s".into()) };
    let hidden = Reasoning::RedactedThinking { data: "d".into() };
    let blocks =
        json!([{ "type": "thinking", "thinking": "", "signature": "s" }, { "type": "redacted_thinking", "data": "d" }]);
    let (reasoning, rest) = of(json!({ "thinking_blocks": blocks, "reasoning_content": "shown" }));
    assert_eq!((reasoning, rest.is_empty()), (vec![signed, hidden], true));
    let shown = Reasoning::Thinking { thinking: "shown".into(), signature: None };
    assert_eq!(of(json!({ "reasoning_content": "shown" })).0, std::slice::from_ref(&shown));
    assert_eq!(of(json!({ "reasoning": "shown", "thinking_blocks": [] })).0, [shown]);
    assert_eq!(of(json!({ "reasoning_content": "" })).0, []);
}

#[test]
fn an_image_is_inline_or_linked() {
    let source = |image: Value| {
        let part = json!({ "type": "image_url", "image_url": image });
        let message = with_messages(json!([{ "role": "user", "content": [part] }])).unwrap().messages.remove(0);
        match &message.content()[0].body {
            PartBody::Image { source, detail } => (source.clone(), detail.clone()),
            other => panic!("{other:?}"),
        }
    };
    let inline = ImageSource::Inline { media_type: "image/png".into(), data: "aGk=".into() };
    assert_eq!(source(json!({ "url": "data:image/png;base64,aGk=", "detail": "low" })), (inline, Some("low".into())));
    let linked = ImageSource::Url("https://example.org/a.png".into());
    assert_eq!(source(json!("https://example.org/a.png")), (linked, None));
}

#[test]
fn a_part_without_a_typed_form_is_kept_unchanged() {
    let audio = json!({ "type": "input_audio", "input_audio": { "data": "aGk=", "format": "wav" } });
    let chat = with_messages(json!([{ "role": "user", "content": [audio] }])).unwrap();
    assert_eq!(chat.messages[0].content()[0].body, PartBody::Other(audio));
}

#[test]
fn cache_control_on_a_message_is_for_its_last_part() {
    let chat = with_messages(json!([{ "role": "user", "content": "long", "cache_control": { "type": "ephemeral" } }]))
        .unwrap();
    assert_eq!(chat.messages[0].content()[0].cache_control, Some(json!({ "type": "ephemeral" })));
}

#[test]
fn tools_keep_members_without_a_typed_form() {
    let tool = json!({ "type": "function", "function": { "name": "look", "strict": true }, "cache_control": { "type": "ephemeral" } });
    let chat = with(&json!({ "tools": [tool], "tool_choice": { "type": "function", "function": { "name": "look" } } }))
        .unwrap();
    assert_eq!(chat.tools[0].input_schema, json!({ "type": "object", "properties": {} }));
    assert_eq!(chat.tools[0].rest, rest(json!({ "strict": true, "cache_control": { "type": "ephemeral" } })));
    assert_eq!(chat.params.tool_choice, Some(ToolChoice::Named("look".into())));
}

#[test]
fn unknown_members_are_kept_and_nulls_are_not() {
    let chat =
        with(&json!({ "seed": 7, "user": null, "n": 1, "max_completion_tokens": 5, "stop": "x", "logit_bias": {} }))
            .unwrap();
    assert_eq!(chat.params.rest, rest(json!({ "seed": 7, "logit_bias": {} })));
    assert_eq!((chat.params.max_tokens, chat.params.stop), (Some(5), vec!["x".to_owned()]));
}

#[rstest]
#[case(json!({}), false, false)]
#[case(json!({ "stream": true }), true, false)]
#[case(json!({ "stream": true, "stream_options": { "include_usage": true } }), true, true)]
#[case(json!({ "stream": true, "stream_options": null }), true, false)]
fn stream_and_include_usage_are_read(#[case] members: Value, #[case] stream: bool, #[case] usage: bool) {
    let chat = with(&members).unwrap();
    assert_eq!((chat.stream, chat.include_usage), (stream, usage));
}

#[rstest]
#[case(json!({ "n": 2 }), "n", "must be 1")]
#[case(json!({ "stream": "yes" }), "stream", "must be true or false")]
#[case(json!({ "stream_options": { "include_usage": 1 } }), "stream_options.include_usage", "must be true or false")]
#[case(json!({ "functions": [{}] }), "functions", "use 'tools'")]
#[case(json!({ "function_call": "auto" }), "function_call", "use 'tool_choice'")]
#[case(json!({ "temperature": "hot" }), "temperature", "must be a number")]
#[case(json!({ "tools": {} }), "tools", "must be an array")]
#[case(json!({ "tools": [{ "type": "custom" }] }), "tools[0].type", "must be 'function'")]
#[case(json!({ "tools": [{ "type": "function", "function": { "name": "a b" } }] }), "tools[0].function.name", "letters, digits")]
#[case(json!({ "tool_choice": "required" }), "tool_choice", "needs 'tools'")]
#[case(json!({ "tool_choice": { "type": "function", "function": { "name": "x" } } }), "tool_choice.function.name", "not among the tools")]
#[case(json!({ "messages": null }), "messages", "is required")]
#[case(json!({ "messages": [] }), "messages", "at least one")]
#[case(json!({ "messages": ["hi"] }), "messages[0]", "must be a JSON object")]
#[case(json!({ "messages": [{ "role": "function", "content": "1" }] }), "messages[0].role", "use 'tool'")]
#[case(json!({ "messages": [{ "role": "robot", "content": "1" }] }), "messages[0].role", "not 'robot'")]
#[case(json!({ "messages": [{ "role": "user" }] }), "messages[0].content", "is required")]
#[case(json!({ "messages": [{ "role": "assistant" }] }), "messages[0].content", "is required")]
#[case(json!({ "messages": [{ "role": "user", "content": [{ "type": "text" }] }] }), "messages[0].content[0].text", "is required")]
#[case(json!({ "messages": [{ "role": "user", "content": [{ "type": "image_url", "image_url": { "url": "file:///etc/passwd" } }] }] }),
    "messages[0].content[0].image_url.url", "must be an http(s) URL")]
#[case(json!({ "messages": [{ "role": "assistant", "tool_calls": [{ "id": "a", "function": { "name": "x", "arguments": 1 } }] }] }),
    "messages[0].tool_calls[0].function.arguments", "must be a string")]
#[case(json!({ "messages": [{ "role": "assistant", "content": "x", "thinking_blocks": [{ "type": "dream" }] }] }),
    "messages[0].thinking_blocks[0]", "unknown variant")]
fn the_error_of_an_invalid_request_names_the_member(#[case] members: Value, #[case] param: &str, #[case] says: &str) {
    let wrong = with(&members).unwrap_err();
    assert_eq!(wrong.param, param);
    assert!(wrong.message().contains(says), "{}", wrong.message());
}

#[test]
fn the_error_of_invalid_json_names_no_member() {
    for body in [&b"{"[..], b"[]", b"", b"\xff"] {
        let wrong = read_chat(body).unwrap_err();
        assert_eq!(wrong.param, "");
        assert!(wrong.message().starts_with("The request "), "{}", wrong.message());
    }
}

#[test]
fn a_result_without_a_call_and_a_call_without_a_result_are_refused() {
    let tool = |id: &str| json!({ "role": "tool", "tool_call_id": id, "content": "1" });
    let asked = json!({ "role": "assistant", "tool_calls": [call("a"), call("b")] });
    let user = json!({ "role": "user", "content": "hi" });
    let refused = |messages: Value| with_messages(messages).unwrap_err().message();
    assert!(with_messages(json!([user, asked, tool("b"), tool("a"), user, asked, tool("a"), tool("b")])).is_ok());
    assert!(refused(json!([user, tool("a")])).starts_with("'messages[1].tool_call_id' 'a' is not the id of a call"));
    assert!(
        refused(json!([asked, tool("a"), user]))
            .starts_with("'messages[0].tool_calls' needs a message of role 'tool' for 'b'")
    );
    assert!(
        refused(json!([asked, tool("a"), tool("a")]))
            .starts_with("'messages[2].tool_call_id' 'a' has a result already")
    );
    assert!(refused(json!([user, asked])).contains("for 'a'"));
}

#[test]
fn members_of_a_call_without_a_typed_form_are_kept() {
    let signature = json!({ "google": { "thought_signature": "c2ln" } });
    let mut made = call("a");
    made["extra_content"] = signature.clone();
    made["function"]["caller"] = json!("x");
    let chat = with_messages(json!([
        { "role": "user", "content": "hello" },
        { "role": "assistant", "content": null, "tool_calls": [made], "reasoning_details": [{ "type": "x" }] },
        { "role": "tool", "tool_call_id": "a", "content": "seen" },
    ]))
    .unwrap();
    let Message::Assistant { calls, rest: of_message, .. } = &chat.messages[1] else { panic!("{:?}", chat.messages) };
    assert_eq!(calls[0].rest, rest(json!({ "extra_content": signature, "function": { "caller": "x" } })));
    assert_eq!(of_message["reasoning_details"], json!([{ "type": "x" }]));
}

#[test]
fn a_single_half_of_a_surrogate_pair_is_replaced() {
    let body = r#"{"model":"m","messages":[{"role":"user","content":"A\ud83d"}]}"#;
    assert_eq!(read_chat(body.as_bytes()).unwrap().messages, [Message::user("A\u{FFFD}")]);
}

#[test]
fn every_form_of_a_tool_choice_is_read_or_refused() {
    let choice = |value: Value| {
        let tool = json!({ "type": "function", "function": { "name": "look" } });
        with(&json!({ "tools": [tool], "tool_choice": value })).map(|chat| chat.params.tool_choice)
    };
    assert_eq!(choice(json!({ "type": "none" })).unwrap(), Some(ToolChoice::None));
    assert_eq!(choice(json!({ "type": "auto" })).unwrap(), Some(ToolChoice::Auto));
    assert_eq!(choice(json!({ "type": "any" })).unwrap(), Some(ToolChoice::Required));
    let named = Some(ToolChoice::Named("look".into()));
    for value in [
        json!({ "type": "function", "function": { "name": "look" } }),
        json!({ "type": "function", "name": "look" }),
        json!({ "type": "tool", "name": "look" }),
    ] {
        assert_eq!(choice(value).unwrap(), named);
    }
    for value in [json!({ "type": "banana" }), json!({ "type": 5 }), json!({}), json!(5), json!([]), json!("sometimes")]
    {
        assert!(choice(value.clone()).unwrap_err().param.starts_with("tool_choice"), "{value}");
    }
    let without_tools = with(&json!({ "tool_choice": { "type": "allowed_tools" } })).unwrap_err();
    assert_eq!(without_tools.param, "tool_choice");
}
