use serde_json::{Value, json};

use crate::{BadParam, Params, ResponseFormat, Rest, Thinking, ToolChoice};

fn read(members: Value) -> Result<Params, BadParam> {
    let Value::Object(members) = members else { unreachable!() };
    Params::read(&members)
}

fn refusal(members: Value) -> String {
    read(members).unwrap_err().to_string()
}

#[test]
fn members_are_read_under_their_openai_names() {
    let params = read(json!({
        "max_tokens": 100, "temperature": 0, "top_p": 0.9, "stop": "END", "parallel_tool_calls": false, "tool_choice": "required",
        "reasoning_effort": "low", "response_format": { "type": "json_object" }, "seed": 7, "logprobs": null,
    }));
    let expected = Params {
        max_tokens: Some(100),
        temperature: Some(0.0),
        top_p: Some(0.9),
        stop: vec!["END".to_owned()],
        parallel_tool_calls: Some(false),
        tool_choice: Some(ToolChoice::Required),
        thinking: Some(Thinking::Effort("low".to_owned())),
        response_format: Some(ResponseFormat::JsonObject),
        rest: [("seed".to_owned(), json!(7))].into_iter().collect(),
        ..Params::default()
    };
    assert_eq!(params, Ok(expected));
}

#[test]
fn members_of_the_request_itself_are_skipped() {
    let members = json!({ "model": "m", "messages": [], "tools": [], "stream": true, "stream_options": {}, "n": 2, "functions": [] });
    assert_eq!(read(members), Ok(Params::default()));
}

#[test]
fn the_newer_name_of_the_limit_wins_in_either_order() {
    let both = [
        json!({ "max_tokens": 1, "max_completion_tokens": 2.0 }),
        json!({ "max_completion_tokens": 2, "max_tokens": 1 }),
    ];
    for members in both {
        let params = read(members).unwrap();
        assert_eq!((params.max_tokens, params.max_completion_tokens), (Some(2), true));
    }
}

#[test]
fn a_tool_choice_may_be_a_word_or_name_a_function() {
    let choice = |value: Value| read(json!({ "tool_choice": value })).unwrap();
    assert_eq!(choice(json!("none")).tool_choice, Some(ToolChoice::None));
    assert_eq!(choice(json!("any")).tool_choice, Some(ToolChoice::Required));
    let named = choice(json!({ "type": "function", "function": { "name": "echo" } }));
    assert_eq!(named.tool_choice, Some(ToolChoice::Named("echo".to_owned())));
    let foreign = choice(json!({ "type": "allowed_tools", "allowed_tools": {} }));
    assert_eq!(
        (foreign.tool_choice, foreign.rest.contains_key("tool_choice")),
        (None, true),
        "kept for providers that know it"
    );
}

#[test]
fn a_response_format_keeps_the_members_beside_its_schema() {
    let described = json!({ "name": "city", "schema": { "type": "object" }, "strict": true, "description": "a city" });
    let format = read(json!({ "response_format": { "type": "json_schema", "json_schema": described } }))
        .unwrap()
        .response_format;
    let rest: Rest = [("description".to_owned(), json!("a city"))].into_iter().collect();
    let expected = ResponseFormat::JsonSchema {
        name: "city".to_owned(),
        schema: json!({ "type": "object" }),
        strict: Some(true),
        rest,
    };
    assert_eq!(format, Some(expected));
    let foreign = read(json!({ "response_format": { "type": "json_object", "schema": {} } })).unwrap();
    assert_eq!((foreign.response_format, foreign.rest.len()), (None, 1), "llama.cpp's own");
}

#[test]
fn thinking_may_have_anthropics_form() {
    let asked = |value: Value| read(json!({ "reasoning_effort": "high", "thinking": value })).unwrap().thinking;
    assert_eq!(asked(json!({ "type": "enabled", "budget_tokens": 2048 })), Some(Thinking::Budget(2048)));
    assert_eq!(asked(json!({ "type": "adaptive" })), Some(Thinking::Adaptive));
    assert_eq!(asked(json!({ "type": "disabled" })), Some(Thinking::Disabled));
}

#[test]
fn invalid_values_are_refused_by_name() {
    let cases = [
        (json!({ "temperature": "hot" }), "`temperature` must be a number"),
        (json!({ "max_tokens": -1 }), "`max_tokens` must be a whole number that is not negative"),
        (json!({ "max_tokens": 1.5 }), "`max_tokens` must be a whole number that is not negative"),
        (json!({ "max_tokens": 1e10 }), "`max_tokens` must be a whole number that is not negative"),
        (json!({ "stop": ["a", 1] }), "`stop[1]` must be a string"),
        (json!({ "stop": 1 }), "`stop` must be a string or an array of strings"),
        (json!({ "parallel_tool_calls": 1 }), "`parallel_tool_calls` must be true or false"),
        (
            json!({ "tool_choice": "sometimes" }),
            "`tool_choice` must be `auto`, `none`, `required` or an object that names a function",
        ),
        (json!({ "tool_choice": { "type": "function" } }), "`tool_choice.function.name` must be a tool's name"),
        (
            json!({ "response_format": { "type": "json_schema" } }),
            "`response_format.json_schema` must be an object with `name` and `schema`",
        ),
        (json!({ "response_format": "json" }), "`response_format` must be an object"),
        (
            json!({ "thinking": { "type": "enabled" } }),
            "`thinking.budget_tokens` must be a whole number that is not negative",
        ),
        (json!({ "thinking": { "type": "hard" } }), "`thinking.type` must be `enabled`, `adaptive` or `disabled`"),
    ];
    for (members, told) in cases {
        assert_eq!(refusal(members), told);
    }
}
