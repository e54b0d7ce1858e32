use std::borrow::Cow;

use serde_json::{Value, json};

use crate::{Endpoint, Protocol};

/// A request as scripts see it.
#[derive(Debug, Clone)]
pub struct IncomingRequest {
    pub protocol: Protocol,
    pub endpoint: Endpoint,
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Value,
    pub model: String,
    /// Whether the answer is to be streamed.
    pub stream: bool,
    /// OpenAI's `stream_options.include_usage`.
    pub include_usage: bool,
}

impl IncomingRequest {
    /// A minimal request for an answer.
    pub fn plain(protocol: Protocol, stream: bool) -> Self {
        let body = json!({
            "model": "mock-model",
            "messages": [{ "role": "user", "content": "Hello" }],
            "stream": stream,
            "stream_options": { "include_usage": true },
        });
        Self::new(protocol, Endpoint::Chat, String::new(), Vec::new(), body)
    }

    pub(crate) fn new(
        protocol: Protocol,
        endpoint: Endpoint,
        path: String,
        headers: Vec<(String, String)>,
        body: Value,
    ) -> Self {
        let model = body["model"].as_str().unwrap_or("mock-model").to_owned();
        let stream = endpoint == Endpoint::Chat && body["stream"].as_bool().unwrap_or(protocol == Protocol::Ollama);
        let include_usage = body["stream_options"]["include_usage"] == true;
        Self { protocol, endpoint, path, headers, body, model, stream, include_usage }
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(held, _)| held.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The last message; null without one.
    pub fn last_message(&self) -> &Value {
        self.messages().last().unwrap_or(&Value::Null)
    }

    /// `user`, `assistant`, …; `tool` when the last message brings results of calls, in every protocol.
    pub fn last_role(&self) -> &str {
        let last = self.last_message();
        let has_result = blocks(&last["content"]).any(|block| block["type"] == "tool_result");
        if has_result { "tool" } else { last["role"].as_str().unwrap_or_default() }
    }

    /// The text of the last message, or of the results that it brings.
    pub fn last_text(&self) -> Cow<'_, str> {
        text(&self.last_message()["content"])
    }

    /// Name and argument schema of the first tool offered.
    pub fn first_tool(&self) -> Option<(&str, &Value)> {
        let tool = self.body["tools"].get(0)?;
        let function = tool.get("function").unwrap_or(tool);
        let schema = function.get("parameters").or(function.get("input_schema")).unwrap_or(&Value::Null);
        Some((function["name"].as_str()?, schema))
    }

    /// How many calls the dialogue holds already.
    pub fn calls_so_far(&self) -> usize {
        let calls = |message: &Value| {
            let uses = blocks(&message["content"]).filter(|block| block["type"] == "tool_use").count();
            uses + message["tool_calls"].as_array().map_or(0, Vec::len)
        };
        self.messages().iter().map(calls).sum()
    }

    fn messages(&self) -> &[Value] {
        self.body["messages"].as_array().map_or(&[], Vec::as_slice)
    }
}

fn blocks(content: &Value) -> impl Iterator<Item = &Value> {
    content.as_array().into_iter().flatten()
}

/// Text parts and results, a line each.
fn text(content: &Value) -> Cow<'_, str> {
    match content {
        Value::String(text) => Cow::Borrowed(text),
        Value::Array(parts) => {
            let texts = parts.iter().filter_map(|part| {
                let inner = part.get("text").or(part.get("content"))?;
                Some(text(inner))
            });
            Cow::Owned(texts.collect::<Vec<_>>().join("\n"))
        }
        _ => Cow::Borrowed(""),
    }
}
