//! Encodes a [`Request`] as a Chat Completions body.

use artel_domain::ToolSpec;
use serde_json::{Map, Value, json};

use super::messages;
use crate::name::{OPENAI, PROXY};
use crate::params::RESERVED;
use crate::schema::arguments_schema;
use crate::{ModelError, Request, ResponseFormat, Thinking, ToolChoice};

/// Members that providers refuse in a request without tools.
const NEED_TOOLS: [&str; 2] = ["tool_choice", "parallel_tool_calls"];
/// OpenAI's own models that know the token limit only under its newer name.
const NEWER_FAMILIES: [&str; 4] = ["o1", "o3", "o4", "gpt-5"];

pub(super) fn body(request: &Request, is_official: bool) -> Result<Value, ModelError> {
    let mut body = Map::new();
    body.insert("model".into(), request.model.model().into());
    body.insert("messages".into(), messages::write(request, is_official)?);
    if !request.tools.is_empty() {
        body.insert(
            "tools".into(),
            request.tools.iter().map(|offered| tool(offered, is_proxy(request))).collect::<Result<_, _>>()?,
        );
    }
    body.insert("stream".into(), true.into());
    body.insert("stream_options".into(), json!({ "include_usage": true }));
    for (name, value) in params(request).chain(request.params.rest.clone()) {
        let passes =
            !RESERVED.contains(&name.as_str()) && (!request.tools.is_empty() || !NEED_TOOLS.contains(&name.as_str()));
        // `null` means "not set" in our API, but not to every server.
        if passes && !value.is_null() {
            body.entry(name).or_insert(value);
        }
    }
    Ok(Value::Object(body))
}

fn params(request: &Request) -> impl Iterator<Item = (String, Value)> {
    let params = &request.params;
    let members = [
        ("temperature", params.temperature.map(plain)),
        (limit_name(request), params.max_tokens.map(Value::from)),
        ("top_p", params.top_p.map(plain)),
        ("stop", (!params.stop.is_empty()).then(|| params.stop.clone().into())),
        ("tool_choice", params.tool_choice.as_ref().map(tool_choice)),
        ("parallel_tool_calls", params.parallel_tool_calls.map(Value::from)),
        ("response_format", params.response_format.as_ref().map(response_format)),
        ("reasoning_effort", effort(request).map(Value::from)),
        ("thinking", thinking(request)),
    ];
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)))
}

/// Writes `0` instead of `0.0`.
fn plain(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 1e15 { (number as i64).into() } else { number.into() }
}

/// The name of the token limit. Many servers know only the older name, OpenAI's newer models only the newer one.
fn limit_name(request: &Request) -> &'static str {
    let is_newer = || NEWER_FAMILIES.iter().any(|family| request.model.model().starts_with(family));
    let is_openai = request.model.provider() == OPENAI;
    if request.params.max_completion_tokens || is_openai && is_newer() { "max_completion_tokens" } else { "max_tokens" }
}

fn tool_choice(choice: &ToolChoice) -> Value {
    match choice {
        ToolChoice::Auto => "auto".into(),
        ToolChoice::None => "none".into(),
        ToolChoice::Required => "required".into(),
        ToolChoice::Named(name) => json!({ "type": "function", "function": { "name": name } }),
    }
}

fn response_format(format: &ResponseFormat) -> Value {
    match format {
        ResponseFormat::Text => json!({ "type": "text" }),
        ResponseFormat::JsonObject => json!({ "type": "json_object" }),
        ResponseFormat::JsonSchema { name, schema, strict, rest } => {
            let mut described = Map::new();
            described.insert("name".into(), name.as_str().into());
            described.insert("schema".into(), schema.clone());
            if let Some(strict) = strict {
                described.insert("strict".into(), (*strict).into());
            }
            rest.iter().for_each(|(name, value)| {
                described.entry(name.as_str()).or_insert_with(|| value.clone());
            });
            json!({ "type": "json_schema", "json_schema": described })
        }
    }
}

/// The effort that stands for a budget in tokens: this protocol has three words for it. Adaptive and disabled thinking
/// send nothing, because models without thinking refuse every word.
fn effort(request: &Request) -> Option<&str> {
    match request.params.thinking.as_ref()? {
        Thinking::Effort(word) => Some(word),
        _ if is_proxy(request) => None,
        Thinking::Budget(..=2048) => Some("low"),
        Thinking::Budget(..=8192) => Some("medium"),
        Thinking::Budget(_) => Some("high"),
        Thinking::Adaptive | Thinking::Disabled => None,
    }
}

/// The `thinking` member, for a proxy of this product, which reads it unchanged.
fn thinking(request: &Request) -> Option<Value> {
    match request.params.thinking.as_ref().filter(|_| is_proxy(request))? {
        Thinking::Effort(_) => None,
        Thinking::Budget(tokens) => Some(json!({ "type": "enabled", "budget_tokens": tokens })),
        Thinking::Adaptive => Some(json!({ "type": "adaptive" })),
        Thinking::Disabled => Some(json!({ "type": "disabled" })),
    }
}

fn is_proxy(request: &Request) -> bool {
    request.model.provider() == PROXY
}

fn tool(tool: &ToolSpec, is_proxy: bool) -> Result<Value, ModelError> {
    let mut function = Map::new();
    function.insert("name".into(), tool.name.as_str().into());
    function.insert("description".into(), tool.description.as_str().into());
    function.insert("parameters".into(), arguments_schema(tool)?);
    for (name, value) in tool.rest.iter().filter(|(name, _)| is_proxy || *name != "cache_control") {
        function.entry(name.as_str()).or_insert_with(|| value.clone());
    }
    Ok(json!({ "type": "function", "function": function }))
}
