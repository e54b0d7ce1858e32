use artel_domain::ToolSpec;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{OpenAi, call, request};
use crate::dialect::Dialect as _;
use crate::{ImageSource, Message, ModelName, Params, Part, PartBody, Reasoning, Request, Rest};

/// The messages as encoded for OpenAI.
fn written(messages: Vec<Message>) -> Value {
    OpenAi::default().encode(&request(messages)).unwrap()["messages"].take()
}

/// The messages as encoded for another server of this protocol.
fn written_elsewhere(messages: Vec<Message>) -> Value {
    let model = ModelName::new("custom:local", "qwen");
    OpenAi::default().encode(&Request { model, ..request(messages) }).unwrap()["messages"].take()
}

fn params(value: &Value) -> Params {
    Params::read(value.as_object().unwrap()).unwrap()
}

/// The members of a request with these parameters.
fn with_params(model: ModelName, params: Params) -> Value {
    OpenAi::default().encode(&Request { model, params, ..request(Vec::new()) }).unwrap()
}

fn part(body: PartBody) -> Part {
    Part { body, cache_control: Some(json!({ "type": "ephemeral" })) }
}

fn image(detail: Option<&str>) -> Part {
    let source = ImageSource::Inline { media_type: "image/png".to_owned(), data: "aGk=".to_owned() };
    part(PartBody::Image { source, detail: detail.map(str::to_owned) })
}

fn user(content: Vec<Part>) -> Message {
    Message::User { content, rest: Rest::new() }
}

fn developer(text: &str) -> Message {
    Message::System { content: vec![Part::text(text)], developer: true, rest: Rest::new() }
}

fn tool(name: &str, input_schema: Value) -> ToolSpec {
    ToolSpec { name: name.to_owned(), description: "d".to_owned(), input_schema, rest: Rest::new() }
}

#[test]
fn a_request_is_written_as_chat_completions() {
    #[derive(Deserialize)]
    struct Golden {
        messages: Vec<artel_domain::Message>,
        tools: Vec<ToolSpec>,
        params: Map<String, Value>,
    }
    let golden: Golden = serde_json::from_str(include_str!("../../../tests/golden/dialogue.json")).unwrap();
    let messages = golden.messages.into_iter().map(Message::from).collect();
    let request = Request { tools: golden.tools, params: Params::read(&golden.params).unwrap(), ..request(messages) };
    insta::assert_json_snapshot!("dialogue", OpenAi::default().encode(&request).unwrap());
}

#[test]
fn choices_about_tools_are_not_sent_without_tools() {
    let params = json!({ "tool_choice": "auto", "parallel_tool_calls": false, "temperature": 0 });
    let body = with_params(ModelName::new("openai", "gpt-4o"), self::params(&params));
    assert_eq!(
        body.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["model", "messages", "stream", "stream_options", "temperature"]
    );
}

#[test]
fn plain_text_is_a_string_and_other_content_a_list_of_parts() {
    let text = |text: &str| part(PartBody::Text(text.to_owned()));
    assert_eq!(
        written(vec![user(vec![text("hi")])]),
        json!([{ "role": "user", "content": "hi" }]),
        "marks for caches are not OpenAI's"
    );
    let link = part(PartBody::Image { source: ImageSource::Url("https://example.org/a.png".to_owned()), detail: None });
    let audio = json!({ "type": "input_audio", "input_audio": { "data": "AA==", "format": "wav" } });
    let all = vec![text("look"), image(Some("low")), text(" \n"), link, part(PartBody::Other(audio.clone()))];
    let expected = json!([
        { "type": "text", "text": "look" },
        { "type": "image_url", "image_url": { "url": "data:image/png;base64,aGk=", "detail": "low" } },
        { "type": "image_url", "image_url": { "url": "https://example.org/a.png" } },
        audio,
    ]);
    assert_eq!(written(vec![user(all)]), json!([{ "role": "user", "content": expected }]));
    assert_eq!(written(vec![user(vec![text(" "), text("hi")])])[0]["content"], "hi");
    assert_eq!(written(vec![user(vec![text(" "), text("")])])[0]["content"], "");
}

#[test]
fn leading_system_messages_become_one_and_later_ones_stay_in_place() {
    let all = || vec![Message::system("a"), developer("b"), Message::user("hi"), Message::system("c"), developer("d")];
    let roles = |first: &str, last: &str| {
        json!([
            { "role": first, "content": "a\n\nb" }, { "role": "user", "content": "hi" },
            { "role": "system", "content": "c" }, { "role": last, "content": "d" },
        ])
    };
    assert_eq!(written(all()), roles("developer", "developer"));
    assert_eq!(written_elsewhere(all()), roles("system", "system"), "only OpenAI knows the newer role");
}

#[test]
fn a_clients_own_members_of_a_message_are_sent_but_replace_no_typed_member() {
    let rest: Rest = [("name".to_owned(), json!("ada")), ("role".to_owned(), json!("system"))].into_iter().collect();
    let message = Message::User { content: vec![Part::text("hi")], rest };
    assert_eq!(written(vec![message]), json!([{ "role": "user", "content": "hi", "name": "ada" }]));
}

#[test]
fn readable_reasoning_is_sent_back_with_its_calls_to_providers_that_show_it() {
    let open = Reasoning::Thinking { thinking: "hm".to_owned(), signature: None };
    let signed = Reasoning::Thinking { thinking: "secret".to_owned(), signature: Some("s".to_owned()) };
    let asked = |calls| Message::Assistant {
        content: Vec::new(),
        calls,
        reasoning: vec![signed.clone(), open.clone()],
        rest: Rest::new(),
        origin: None,
    };
    assert_eq!(written_elsewhere(vec![asked(vec![call("a", "now", "{}")])])[0]["reasoning_content"], "hm");
    assert_eq!(written_elsewhere(vec![asked(Vec::new())])[0].get("reasoning_content"), None);
    assert_eq!(
        written(vec![asked(vec![call("a", "now", "{}")])])[0].get("reasoning_content"),
        None,
        "OpenAI refuses it"
    );
}

#[test]
fn images_of_results_follow_after_the_last_result() {
    let result =
        |id: &str, content| Message::Tool { call_id: id.to_owned(), content, is_error: false, rest: Rest::new() };
    let asked = Message::assistant("", vec![call("a", "look", "{}"), call("b", "look", "{}")]);
    let messages =
        vec![asked, result("a", vec![image(None)]), result("b", vec![Part::text("dark")]), Message::user("well?")];
    let shown = written(messages);
    let roles: Vec<&str> = shown.as_array().unwrap().iter().map(|message| message["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["assistant", "tool", "tool", "user", "user"]);
    assert_eq!((&shown[1]["content"], &shown[2]["content"]), (&json!("(see the next message)"), &json!("dark")));
    assert_eq!(shown[3]["content"][0]["text"], "This is what call a returned:");
    assert_eq!(shown[3]["content"][1]["type"], "image_url");
}

#[test]
fn a_result_without_its_call_is_refused_before_it_is_sent() {
    let refusal =
        OpenAi::default().encode(&request(vec![Message::user("hi"), Message::tool("call_7", "x", false)])).unwrap_err();
    assert_eq!(refusal.code(), "model_bad_request");
    assert!(refusal.to_string().contains("`call_7`"), "{refusal}");
}

#[test]
fn the_limit_on_tokens_has_the_name_that_the_server_knows() {
    let limit = |provider: &str, model: &str, name: &str| {
        let body = with_params(ModelName::new(provider, model), params(&json!({ name: 5 })));
        ["max_tokens", "max_completion_tokens"].map(|name| body[name] == 5)
    };
    assert_eq!(limit("openai", "gpt-4o", "max_tokens"), [true, false]);
    assert_eq!(limit("openai", "gpt-4o", "max_completion_tokens"), [false, true]);
    assert_eq!(limit("openai", "o3-mini", "max_tokens"), [false, true], "the newer models refuse the older name");
    assert_eq!(limit("custom:local", "o3-mini", "max_tokens"), [true, false]);
}

#[test]
fn every_choice_about_tools_is_written() {
    let tools = vec![tool("now", json!({}))];
    let body = |value: Value| {
        OpenAi::default()
            .encode(&Request { tools: tools.clone(), params: params(&value), ..request(Vec::new()) })
            .unwrap()
    };
    let named = json!({ "type": "function", "function": { "name": "now" } });
    for choice in [
        json!("auto"),
        json!("none"),
        json!("required"),
        named,
        json!({ "type": "allowed_tools", "allowed_tools": {} }),
    ] {
        assert_eq!(body(json!({ "tool_choice": choice }))["tool_choice"], choice);
        let both = body(json!({ "tool_choice": choice, "parallel_tool_calls": false }));
        assert_eq!((&both["tool_choice"], &both["parallel_tool_calls"]), (&choice, &json!(false)));
    }
}

#[test]
fn a_response_format_is_sent_unchanged_also_beside_tools() {
    let format = json!({ "type": "json_schema", "json_schema": { "name": "n", "schema": { "type": "object" }, "strict": true, "description": "x" } });
    let params = params(&json!({ "response_format": format }));
    let body = OpenAi::default()
        .encode(&Request { tools: vec![tool("now", json!({}))], params, ..request(Vec::new()) })
        .unwrap();
    assert_eq!((&body["response_format"], body["tools"].as_array().unwrap().len()), (&format, 1));
}

#[test]
fn a_thinking_budget_is_written_as_an_effort() {
    let effort = |value: Value| with_params(ModelName::new("openai", "o3"), params(&value))["reasoning_effort"].take();
    assert_eq!(effort(json!({ "reasoning_effort": "minimal" })), "minimal");
    let budget = |tokens: u32| effort(json!({ "thinking": { "type": "enabled", "budget_tokens": tokens } }));
    assert_eq!([budget(1024), budget(4096), budget(32_000)], ["low", "medium", "high"]);
    assert_eq!(effort(json!({ "thinking": { "type": "disabled" } })), Value::Null);
}

#[test]
fn a_clients_own_members_of_a_tool_are_sent() {
    let rest: Rest =
        [("strict".to_owned(), json!(true)), ("cache_control".to_owned(), json!({}))].into_iter().collect();
    let body = OpenAi::default()
        .encode(&Request { tools: vec![ToolSpec { rest, ..tool("now", json!({})) }], ..request(Vec::new()) })
        .unwrap();
    let function = json!({ "name": "now", "description": "d", "parameters": { "type": "object", "properties": {} }, "strict": true });
    assert_eq!(body["tools"], json!([{ "type": "function", "function": function }]));
}

#[test]
fn a_schema_that_no_provider_takes_is_refused_with_the_tools_name() {
    let tools = vec![tool("odd", json!({ "oneOf": [{ "type": "string" }] }))];
    let refusal = OpenAi::default().encode(&Request { tools, ..request(Vec::new()) }).unwrap_err();
    assert!(refusal.to_string().contains("`odd`"), "{refusal}");
}
