use std::borrow::Cow;

use serde_json::{Value, json};

use crate::{Endpoint, Protocol};

/// A request in the form that scripts see.
#[derive(Debug, Clone)]
pub struct IncomingRequest {
    pub protocol: Protocol,
    pub endpoint: Endpoint,
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Value,
    pub model: String,
    /// Whether the answer is streamed.
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

    /// The last message; null when there is none.
    pub fn last_message(&self) -> &Value {
        self.messages().last().unwrap_or(&Value::Null)
    }

    /// The role of the last message: `user`, `assistant`, …; in every protocol `tool` when the message holds results of
    /// calls.
    pub fn last_role(&self) -> &str {
        let last = self.last_message();
        let has_result = blocks(&last["content"]).any(|block| block["type"] == "tool_result");
        if has_result { "tool" } else { last["role"].as_str().unwrap_or_default() }
    }

    /// The text of the last message, or of the results that it holds.
    pub fn last_text(&self) -> Cow<'_, str> {
        text(&self.last_message()["content"])
    }

    /// The name and the argument schema of the first tool that is offered.
    pub fn first_tool(&self) -> Option<(&str, &Value)> {
        let tool = self.body["tools"].get(0)?;
        let function = tool.get("function").unwrap_or(tool);
        let schema = function.get("parameters").or(function.get("input_schema")).unwrap_or(&Value::Null);
        Some((function["name"].as_str()?, schema))
    }

    /// The number of calls in the dialogue.
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

/// Text parts and results, one per line.
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
