use artel_domain::ToolSpec;
use serde_json::{Map, Value, json};

use super::{body, call, dialect, params, refused, request, tool};
use crate::{Message, ModelName, Reasoning, Request, Thinking};

/// The body of a small request with these parameters to this model.
fn with(model: &str, members: &Value) -> Value {
    body(&Request { model: ModelName::new("anthropic", model), ..asking(members) })
}

fn asking(members: &Value) -> Request {
    let tools = vec![tool("look", json!({})), tool("now", json!({}))];
    Request { params: params(members), tools, ..request(vec![Message::user("hi")]) }
}

#[test]
fn tool_choice_and_parallel_calls_are_one_member() {
    let named = json!({ "type": "function", "function": { "name": "look" } });
    let cases = [
        (json!({}), json!(null)),
        (json!({ "parallel_tool_calls": true }), json!(null)),
        (json!({ "parallel_tool_calls": false }), json!({ "type": "auto", "disable_parallel_tool_use": true })),
        (json!({ "tool_choice": "auto" }), json!({ "type": "auto" })),
        (json!({ "tool_choice": "auto", "parallel_tool_calls": true }), json!({ "type": "auto" })),
        (
            json!({ "tool_choice": "auto", "parallel_tool_calls": false }),
            json!({ "type": "auto", "disable_parallel_tool_use": true }),
        ),
        (json!({ "tool_choice": "required" }), json!({ "type": "any" })),
        (
            json!({ "tool_choice": "required", "parallel_tool_calls": false }),
            json!({ "type": "any", "disable_parallel_tool_use": true }),
        ),
        (json!({ "tool_choice": named }), json!({ "type": "tool", "name": "look" })),
        (
            json!({ "tool_choice": named, "parallel_tool_calls": false }),
            json!({ "type": "tool", "name": "look", "disable_parallel_tool_use": true }),
        ),
        (json!({ "tool_choice": "none" }), json!({ "type": "none" })),
        (json!({ "tool_choice": "none", "parallel_tool_calls": false }), json!({ "type": "none" })),
    ];
    for (members, expected) in cases {
        assert_eq!(with("claude-sonnet-4-5", &members)["tool_choice"], expected, "{members}");
    }
    let unknown = asking(&json!({ "tool_choice": { "type": "function", "function": { "name": "fly" } } }));
    assert!(refused(&unknown).contains("`fly`"));
}

#[test]
fn choices_about_tools_are_not_sent_without_tools() {
    let members = json!({ "tool_choice": "auto", "parallel_tool_calls": false });
    let written = body(&Request { tools: Vec::new(), ..asking(&members) });
    assert_eq!((written.get("tools"), written.get("tool_choice")), (None, None));
}

#[test]
fn a_dialogue_with_calls_names_its_tools_also_when_none_is_on_offer() {
    let all = vec![
        Message::user("hi"),
        Message::assistant("", vec![call("a", "now", "{}")]),
        Message::tool("a", "noon", false),
    ];
    let written = body(&request(all));
    assert_eq!(written["tools"], json!([{ "name": "now", "input_schema": { "type": "object", "properties": {} } }]));
    assert_eq!(written["tool_choice"], json!({ "type": "none" }));
}

#[test]
fn schemas_are_completed_and_those_of_no_object_are_refused_with_the_tools_name() {
    let with = |schema: Value| Request { tools: vec![tool("weather", schema)], ..asking(&json!({})) };
    assert_eq!(body(&with(json!({})))["tools"][0]["input_schema"], json!({ "type": "object", "properties": {} }));
    assert!(refused(&with(json!({ "oneOf": [{ "type": "string" }] }))).contains("`weather`"));
}

#[test]
fn members_of_a_tool_that_the_provider_knows_go_with_it() {
    let rest: Map<String, Value> =
        json!({ "strict": true, "cache_control": { "type": "ephemeral" }, "x": 1 }).as_object().unwrap().clone();
    let spec = ToolSpec { rest, description: " ".to_owned(), ..tool("look", json!({})) };
    let written = |model: &str| {
        let model = ModelName::new("anthropic", model);
        body(&Request { model, tools: vec![spec.clone()], ..asking(&json!({})) })["tools"][0]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(written("claude-sonnet-4-5"), ["name", "input_schema", "strict", "cache_control"]);
    assert_eq!(written("claude-3-5-haiku-latest"), ["name", "input_schema", "cache_control"]);
}

#[test]
fn every_request_has_max_tokens() {
    assert_eq!(with("qwen-local", &json!({}))["max_tokens"], 4096, "what nobody knows gets what all can do");
    assert_eq!(
        with("claude-sonnet-4-5", &json!({}))["max_tokens"],
        32_000,
        "it could do more, but the prompt needs room too"
    );
    assert_eq!(with("claude-sonnet-4-5", &json!({ "max_tokens": 5, "max_completion_tokens": 7 }))["max_tokens"], 7);
}

#[test]
fn a_thinking_budget_is_below_the_limit_and_leaves_room_for_the_answer() {
    let limits = |members: &Value| {
        let written = with("claude-sonnet-4-5", members);
        (written["thinking"]["budget_tokens"].as_u64().unwrap(), written["max_tokens"].as_u64().unwrap())
    };
    let budget = |tokens: u32, max: u32| json!({ "thinking": { "type": "enabled", "budget_tokens": tokens }, "max_tokens": max });
    assert_eq!(limits(&budget(2000, 3000)), (2000, 3000));
    assert_eq!(limits(&budget(2000, 2000)), (2000, 4000));
    assert_eq!(limits(&budget(2000, 50)), (2000, 2050));
    assert_eq!(limits(&budget(10, 50)), (1024, 1074));
    assert_eq!(limits(&json!({ "reasoning_effort": "medium" })), (8192, 40_192));
}

#[test]
fn an_effort_is_written_as_the_models_generation_understands_it() {
    let said = |model: &str, word: &str| {
        let written = with(model, &json!({ "reasoning_effort": word }));
        (
            written["thinking"]["type"].as_str().map(str::to_owned),
            written["output_config"]["effort"].as_str().map(str::to_owned),
        )
    };
    let pair = |kind: &str, effort: &str| (Some(kind.to_owned()), Some(effort.to_owned()));
    assert_eq!(said("claude-opus-4-6", "minimal"), pair("adaptive", "low"));
    assert_eq!(said("claude-sonnet-5", "xhigh"), pair("adaptive", "xhigh"));
    assert_eq!(said("claude-opus-4-6", "none"), (Some("disabled".to_owned()), None));
    assert_eq!(said("claude-opus-4-1-20250805", "high"), (Some("enabled".to_owned()), None));
    assert_eq!(said("claude-opus-4-1-20250805", "none"), (None, None));
    assert_eq!(said("claude-3-5-haiku-latest", "high"), (None, None));
    assert!(refused(&asking(&json!({ "reasoning_effort": "herculean" }))).contains("herculean"));
}

#[test]
fn a_thinking_model_gets_no_forced_tool_and_no_temperature() {
    let members = json!({ "temperature": 0.2, "top_p": 0.5, "top_k": 3, "tool_choice": "required", "parallel_tool_calls": false });
    for wish in [json!({ "type": "enabled", "budget_tokens": 2000 }), json!({ "type": "adaptive" })] {
        let mut members = members.clone();
        members["thinking"] = wish;
        let written = with("claude-opus-4-6", &members);
        assert_eq!(written["tool_choice"], json!({ "type": "auto", "disable_parallel_tool_use": true }));
        for gone in ["temperature", "top_p", "top_k"] {
            assert!(written.get(gone).is_none(), "{gone}");
        }
    }
    let calm = with("claude-opus-4-6", &json!({ "thinking": { "type": "disabled" }, "temperature": 0.2, "top_k": 3 }));
    assert_eq!(
        (&calm["temperature"], &calm["top_k"], &calm["thinking"]),
        (&json!(0.2), &json!(3), &json!({ "type": "disabled" }))
    );
}

#[test]
fn a_tool_loop_that_lost_its_thinking_goes_on_without_a_budget() {
    let turns = |reasoning: Vec<Reasoning>| {
        vec![
            Message::user("hi"),
            Message::Assistant {
                content: Vec::new(),
                calls: vec![call("a", "now", "{}")],
                reasoning,
                rest: Map::new(),
                origin: None,
            },
            Message::tool("a", "noon", false),
        ]
    };
    let thinking = |reasoning, wish: Thinking| {
        let mut request = Request { messages: turns(reasoning), ..asking(&json!({})) };
        request.params.thinking = Some(wish);
        body(&request).get("thinking").is_some()
    };
    let kept = || vec![Reasoning::RedactedThinking { data: "x".to_owned() }];
    assert!(thinking(kept(), Thinking::Budget(2000)));
    assert!(!thinking(Vec::new(), Thinking::Budget(2000)));
    assert!(thinking(Vec::new(), Thinking::Adaptive));
}

#[test]
fn a_temperature_above_one_becomes_one() {
    assert_eq!(with("claude-sonnet-4-5", &json!({ "temperature": 1.7 }))["temperature"], json!(1.0));
    let both = with("claude-sonnet-4-5", &json!({ "temperature": 0.5, "top_p": 0.9 }));
    assert_eq!((&both["temperature"], both.get("top_p")), (&json!(0.5), None));
    assert_eq!(with("claude-sonnet-4-5", &json!({ "top_p": 0.9 }))["top_p"], json!(0.9));
}

#[test]
fn a_schema_for_the_answer_closes_its_objects_and_goes_beside_tools() {
    let schema = json!({
        "type": "object",
        "properties": {
            "items": { "type": "array", "items": { "type": "object", "properties": {} } },
            "open": { "type": "object", "additionalProperties": true },
            "kind": { "enum": [{ "type": "object" }] },
        },
    });
    let format = json!({ "type": "json_schema", "json_schema": { "name": "n", "schema": schema } });
    let written =
        with("claude-sonnet-4-5", &json!({ "response_format": format, "output_config": { "effort": "low" } }));
    assert_eq!(written["output_config"]["effort"], "low");
    let sent = &written["output_config"]["format"]["schema"];
    assert_eq!(written["output_config"]["format"]["type"], "json_schema");
    assert_eq!(
        (&sent["additionalProperties"], &sent["properties"]["items"]["items"]["additionalProperties"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(sent["properties"]["open"]["additionalProperties"], true);
    assert_eq!(sent["properties"]["kind"], json!({ "enum": [{ "type": "object" }] }));
    assert!(written["tools"].is_array());
    let object = with("claude-sonnet-4-5", &json!({ "response_format": { "type": "json_object" } }));
    assert!(object["system"].as_str().unwrap().contains("one JSON object"));
}

#[test]
fn stop_sequences_of_white_space_are_left_out() {
    assert_eq!(with("claude-sonnet-4-5", &json!({ "stop": "END" }))["stop_sequences"], json!(["END"]));
    assert_eq!(with("claude-sonnet-4-5", &json!({ "stop": ["\n", "END"] }))["stop_sequences"], json!(["END"]));
    assert!(with("claude-sonnet-4-5", &json!({ "stop": ["\n"] })).get("stop_sequences").is_none());
}

#[test]
fn only_members_that_the_provider_knows_are_passed_on() {
    let written = with(
        "claude-sonnet-4-5",
        &json!({
            "top_k": 4, "container": "c1", "user": "u", "metadata": { "team": "x", "user_id": "m" }, "service_tier": "auto",
            "seed": 1, "logprobs": true, "frequency_penalty": 1, "store": true, "prediction": {}, "verbosity": "low", "n": 1,
        }),
    );
    let keys: Vec<&String> = written.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        ["model", "max_tokens", "tools", "messages", "stream", "container", "top_k", "service_tier", "metadata"]
    );
    assert_eq!(written["metadata"], json!({ "user_id": "m" }));
    assert_eq!(with("claude-sonnet-4-5", &json!({ "user": "u" }))["metadata"], json!({ "user_id": "u" }));
    assert!(with("claude-sonnet-4-5", &json!({ "service_tier": "flex" })).get("service_tier").is_none());
}

#[test]
fn the_key_and_the_version_are_headers() {
    use crate::dialect::Dialect as _;
    let headers = dialect().headers(Some("sk-ant-canary")).unwrap();
    let shown: Vec<(&str, &[u8], bool)> =
        headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes(), value.is_sensitive())).collect();
    assert_eq!(
        shown,
        [("anthropic-version", b"2023-06-01".as_slice(), false), ("x-api-key", b"sk-ant-canary".as_slice(), true)]
    );
    assert_eq!(dialect().headers(None).unwrap().len(), 1);
    assert!(dialect().headers(Some("two\nlines")).is_none());
}
