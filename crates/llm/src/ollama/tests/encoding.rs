use artel_domain::ToolSpec;
use serde_json::{Map, Value, json};

use super::{call, ollama, request};
use crate::dialect::Dialect as _;
use crate::{
    ImageSource, Message, ModelError, Params, Part, PartBody, Reasoning, Request, ResponseFormat, Rest, Thinking,
    ToolChoice,
};

fn tool(name: &str, schema: Value) -> ToolSpec {
    ToolSpec { name: name.to_owned(), description: format!("does {name}"), input_schema: schema, rest: Map::new() }
}

fn encoded(request: &Request) -> Value {
    ollama().encode(request).unwrap()
}

/// The reason why a request cannot be encoded.
fn refused(request: &Request) -> String {
    match ollama().encode(request).unwrap_err() {
        ModelError::BadRequest(told) => told,
        other => panic!("{other:?}"),
    }
}

fn asking(params: Params) -> Request {
    Request { params, ..request(vec![Message::user("hi")]) }
}

fn rest(members: Value) -> Rest {
    let Value::Object(members) = members else { panic!("an object") };
    members
}

fn image(source: ImageSource) -> Part {
    Part { body: PartBody::Image { source, detail: None }, cache_control: None }
}

fn user(content: Vec<Part>) -> Message {
    Message::User { content, rest: Rest::new() }
}

#[test]
fn a_dialogue_is_written_as_ollama_reads_it() {
    let assistant = Message::Assistant {
        content: vec![Part::text("Looking.")],
        calls: vec![call("call_a", "echo", "{\"text\": \"привет\"}"), call("call_b", "now", " ")],
        reasoning: vec![
            Reasoning::Thinking { thinking: "Echo it.".to_owned(), signature: None },
            Reasoning::Thinking { thinking: "signed elsewhere".to_owned(), signature: Some("s".to_owned()) },
            Reasoning::RedactedThinking { data: "x".to_owned() },
        ],
        rest: Rest::new(),
        origin: None,
    };
    let messages = vec![
        Message::system("Be brief."),
        Message::System { content: vec![Part::text("Use tools.")], developer: true, rest: Rest::new() },
        user(vec![
            Part::text("What is "),
            image(ImageSource::Inline { media_type: "image/png".into(), data: "aGk=".into() }),
            Part::text("this?"),
        ]),
        assistant,
        Message::tool("call_a", "привет", false),
        Message::tool("call_b", "noon", false),
        Message::system("Answer in Russian."),
    ];
    let tools = vec![
        tool("echo", json!({ "type": "object", "properties": { "text": { "type": "string" } }, "required": ["text"] })),
        tool("now", json!({})),
    ];
    let request = Request { tools, ..request(messages) };
    insta::assert_json_snapshot!("dialogue", encoded(&request));
}

#[test]
fn settings_go_into_options() {
    let members = json!({ "seed": 7, "top_k": 40, "num_ctx": 8192, "keep_alive": "5m", "user": "ada", "logit_bias": {}, "min_p": null });
    let params = Params {
        max_tokens: Some(100),
        temperature: Some(0.2),
        top_p: Some(0.9),
        stop: vec!["END".to_owned()],
        rest: rest(members),
        ..Params::default()
    };
    let body = encoded(&asking(params));
    assert_eq!(
        body["options"],
        json!({ "num_ctx": 8192, "seed": 7, "top_k": 40, "num_predict": 100, "temperature": 0.2, "top_p": 0.9, "stop": ["END"] })
    );
    assert_eq!(body["keep_alive"], "5m");
    assert!(body.get("user").is_none() && body.get("logit_bias").is_none(), "{body}");
    assert!(encoded(&asking(Params::default())).get("options").is_none());
}

#[test]
fn the_requests_options_are_kept_and_single_members_replace_them() {
    let rest = rest(json!({ "options": { "mirostat": 1, "seed": 1, "temperature": 1 }, "seed": 2 }));
    let body = encoded(&asking(Params { temperature: Some(0.0), rest, ..Params::default() }));
    assert_eq!(body["options"], json!({ "mirostat": 1, "seed": 2, "temperature": 0.0 }));
}

#[test]
fn the_context_comes_from_the_table_unless_the_request_names_one() {
    let body = |rest: Value| {
        super::super::encode::body(
            &asking(Params { rest: super::encoding::rest(rest), ..Params::default() }),
            Some(16_384),
        )
        .unwrap()
    };
    assert_eq!(body(json!({}))["options"], json!({ "num_ctx": 16384 }));
    assert_eq!(body(json!({ "num_ctx": 2048 }))["options"], json!({ "num_ctx": 2048 }));
    assert_eq!(body(json!({ "options": { "num_ctx": 4096 } }))["options"], json!({ "num_ctx": 4096 }));
}

#[test]
fn a_dialogue_is_never_truncated_silently_unless_the_request_allows_it() {
    let body = encoded(&asking(Params::default()));
    assert_eq!((&body["truncate"], &body["shift"]), (&json!(false), &json!(false)));
    assert_eq!(
        encoded(&asking(Params { rest: rest(json!({ "truncate": true })), ..Params::default() }))["truncate"],
        true
    );
}

#[test]
fn thinking_is_off_on_or_an_effort() {
    let effort = |word: &str| Thinking::Effort(word.to_owned());
    for (wish, written) in [
        (effort("none"), json!(false)),
        (effort("minimal"), json!("low")),
        (effort("medium"), json!("medium")),
        (effort("xhigh"), json!("high")),
        (Thinking::Disabled, json!(false)),
        (Thinking::Budget(1024), json!(true)),
        (Thinking::Adaptive, Value::Null),
    ] {
        assert_eq!(
            encoded(&asking(Params { thinking: Some(wish.clone()), ..Params::default() }))["think"],
            written,
            "{wish:?}"
        );
    }
    assert_eq!(encoded(&asking(Params { rest: rest(json!({ "think": "low" })), ..Params::default() }))["think"], "low");
}

fn schema() -> ResponseFormat {
    let schema = json!({ "type": "object", "properties": { "a": { "type": "integer" } } });
    ResponseFormat::JsonSchema { name: "answer".to_owned(), schema, strict: Some(true), rest: Rest::new() }
}

#[test]
fn the_response_format_is_ollamas_format() {
    let format = |format: ResponseFormat| {
        encoded(&asking(Params { response_format: Some(format), ..Params::default() }))["format"].clone()
    };
    assert_eq!(format(ResponseFormat::Text), Value::Null);
    assert_eq!(format(ResponseFormat::JsonObject), "json");
    assert_eq!(format(schema()), json!({ "type": "object", "properties": { "a": { "type": "integer" } } }));
}

#[test]
fn a_format_beside_tools_is_described_because_it_would_forbid_the_tools() {
    let params = Params { response_format: Some(schema()), ..Params::default() };
    let asked = Request { tools: vec![tool("now", json!({}))], ..asking(params.clone()) };
    let body = encoded(&asked);
    assert_eq!(body["tools"].as_array().map(Vec::len), Some(1));
    assert_eq!(body.get("format"), None);
    let told = body["messages"][0]["content"].as_str().unwrap();
    assert!(told.contains(r#"{"type":"object","properties":{"a":{"type":"integer"}}}"#), "{told}");
    let none = Request { params: Params { tool_choice: Some(ToolChoice::None), ..params }, ..asked };
    let body = encoded(&none);
    assert!(
        body.get("tools").is_none() && body["format"].is_object() && body["messages"][0]["role"] == "user",
        "{body}"
    );
}

#[test]
fn a_tool_choice_decides_which_tools_are_offered() {
    let names = |choice: Option<ToolChoice>| {
        let params = Params { tool_choice: choice, ..Params::default() };
        let body = encoded(&Request { tools: vec![tool("a", json!({})), tool("b", json!({}))], ..asking(params) });
        let tools = body["tools"].as_array().cloned().unwrap_or_default();
        tools.iter().map(|tool| tool["function"]["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(None), ["a", "b"]);
    assert_eq!(names(Some(ToolChoice::Auto)), ["a", "b"]);
    assert_eq!(names(Some(ToolChoice::Required)), ["a", "b"]);
    assert_eq!(names(Some(ToolChoice::Named("b".to_owned()))), ["b"]);
    assert_eq!(names(Some(ToolChoice::None)), [""; 0]);
    let nobody = Params { tool_choice: Some(ToolChoice::Named("c".to_owned())), ..Params::default() };
    assert!(refused(&Request { tools: vec![tool("a", json!({}))], ..asking(nobody) }).contains("`c`"));
}

#[test]
fn schemas_become_objects_with_properties() {
    let written = |schema: Value| {
        encoded(&Request { tools: vec![tool("t", schema)], ..asking(Params::default()) })["tools"][0]["function"]["parameters"].clone()
    };
    assert_eq!(written(json!({})), json!({ "type": "object", "properties": {} }));
    assert_eq!(
        written(json!({ "type": ["object", "null"], "properties": { "any": true } })),
        json!({ "type": "object", "properties": { "any": {} } })
    );
    let branch = |name: &str| json!({ "type": "object", "properties": { name: { "type": "string" } } });
    assert_eq!(
        written(json!({ "oneOf": [branch("a"), branch("b")] }))["properties"].as_object().map(Map::len),
        Some(2),
        "Ollama would lose both"
    );
    let odd =
        Request { tools: vec![tool("odd", json!({ "anyOf": [{ "type": "string" }] }))], ..asking(Params::default()) };
    assert!(refused(&odd).contains("`odd`"));
}

#[test]
fn images_are_sent_as_base64_only() {
    let content = |part: Part| request(vec![user(vec![part])]);
    let inline = content(image(ImageSource::Url("data:image/png;base64,aGk=".to_owned())));
    assert_eq!(encoded(&inline)["messages"][0]["images"], json!(["aGk="]));
    assert!(
        refused(&content(image(ImageSource::Url("https://example.com/a.png".to_owned()))))
            .contains("cannot fetch an image")
    );
    assert!(refused(&content(image(ImageSource::Url("data:image/svg+xml,<svg/>".to_owned())))).contains("inline"));
    let result = Message::Tool {
        call_id: "a".to_owned(),
        content: vec![image(ImageSource::Inline { media_type: "image/png".into(), data: "aGk=".into() })],
        is_error: false,
        rest: Rest::new(),
    };
    let body = encoded(&request(vec![
        Message::user("look"),
        Message::assistant("", vec![call("a", "screenshot", "{}")]),
        result,
    ]));
    assert_eq!(body["messages"][2]["images"], json!(["aGk="]), "also in the result of a tool");
}

#[test]
fn what_ollama_cannot_carry_is_refused_by_name() {
    let other = Part { body: PartBody::Other(json!({ "type": "input_audio" })), cache_control: None };
    assert!(refused(&request(vec![user(vec![other])])).contains("`input_audio`"));
    for name in ["tool_choice", "response_format"] {
        let rest = rest(json!({ name: { "type": "of_another_kind" } }));
        assert!(refused(&asking(Params { rest, ..Params::default() })).contains(name));
    }
    assert!(refused(&request(Vec::new())).contains("no message"), "Ollama would load the model and say nothing");
}

#[test]
fn arguments_that_are_no_object_are_refused_by_the_calls_name() {
    for arguments in ["{\"a\":", "[1]", "5", "\"{}\""] {
        let refusal = refused(&request(vec![
            Message::user("x"),
            Message::assistant("", vec![call("call_7", "weather", arguments)]),
        ]));
        assert!(refusal.contains("`call_7`") && refusal.contains("`weather`"), "{refusal}");
    }
}

#[test]
fn broken_arguments_whose_call_failed_are_shown_to_the_model() {
    let messages = vec![
        Message::assistant("", vec![call("c", "weather", "{\"city\": \"Ro")]),
        Message::tool("c", "not JSON", true),
    ];
    let body = encoded(&request(messages));
    assert_eq!(
        body["messages"][0]["tool_calls"][0]["function"]["arguments"],
        json!({ "malformed_arguments": "{\"city\": \"Ro" })
    );
}

#[test]
fn a_result_without_its_call_is_refused_before_anything_is_sent() {
    let orphan = vec![Message::user("x"), Message::tool("call_9", "result", false)];
    assert!(refused(&request(orphan)).contains("`call_9`"));
    let backwards = vec![Message::tool("c", "result", false), Message::assistant("", vec![call("c", "now", "")])];
    assert!(refused(&request(backwards)).contains("`c`"));
}
