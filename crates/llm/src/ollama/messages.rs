//! Encodes the dialogue for Ollama.

use std::collections::{BTreeMap, BTreeSet};

use artel_domain::{AssistantCall, read_foreign_json};
use serde_json::{Map, Value, json};

use crate::pairing::check_results;
use crate::{ImageSource, Message, ModelError, Part, PartBody, Reasoning};

/// All messages, as `provider` gets them. With `shape`, a system message describes the required format of the answer.
pub(super) fn all(messages: &[Message], shape: Option<&Value>, provider: &str) -> Result<Value, ModelError> {
    check_results(messages)?;
    let leading = messages.iter().take_while(|message| matches!(message, Message::System { .. })).count();
    let (head, rest) = messages.split_at(leading);
    let mut written: Vec<Value> = system(head, shape)?.into_iter().collect();
    let failed = rest.iter().filter_map(failed_call).collect();
    let mut names = BTreeMap::new();
    for message in rest {
        written.push(one(&message.for_provider(provider), &names, &failed)?);
        if let Message::Assistant { calls, .. } = message {
            names.extend(calls.iter().map(|call| (call.id.as_str(), call.name.as_str())));
        }
    }
    if written.is_empty() {
        return Err(ModelError::BadRequest("there is no message to answer".to_owned()));
    }
    Ok(written.into())
}

/// Joins the leading system messages into one: the chat templates of many models allow only one, at the start.
fn system(head: &[Message], shape: Option<&Value>) -> Result<Option<Value>, ModelError> {
    let mut texts =
        head.iter().map(|message| content(message).map(|content| content.text)).collect::<Result<Vec<_>, _>>()?;
    texts.extend(shape.map(described));
    Ok((!texts.is_empty()).then(|| json!({ "role": "system", "content": texts.join("\n\n") })))
}

fn described(shape: &Value) -> String {
    if shape.is_object() {
        format!(
            "Unless you call a tool, answer with one JSON value and nothing else. It must fit this JSON Schema: {shape}"
        )
    } else {
        "Unless you call a tool, answer with one JSON object and nothing else.".to_owned()
    }
}

fn failed_call(message: &Message) -> Option<&str> {
    if let Message::Tool { call_id, is_error: true, .. } = message { Some(call_id) } else { None }
}

/// One message. `names` holds the names of the calls so far, by id; `failed` the ids of calls whose result is an error.
fn one(message: &Message, names: &BTreeMap<&str, &str>, failed: &BTreeSet<&str>) -> Result<Value, ModelError> {
    let Content { text, images } = content(message)?;
    let mut written = Map::new();
    written.insert("role".into(), role(message).into());
    written.insert("content".into(), text.into());
    if !images.is_empty() {
        written.insert("images".into(), images.into());
    }
    match message {
        Message::Assistant { calls, reasoning, .. } => {
            written.extend(thinking(reasoning).map(|text| ("thinking".to_owned(), text.into())));
            if !calls.is_empty() {
                written.insert(
                    "tool_calls".into(),
                    calls.iter().map(|call| written_call(call, failed)).collect::<Result<_, _>>()?,
                );
            }
        }
        Message::Tool { call_id, .. } => {
            written.extend(names.get(call_id.as_str()).map(|name| ("tool_name".to_owned(), (*name).into())));
            written.insert("tool_call_id".into(), call_id.as_str().into());
        }
        Message::System { .. } | Message::User { .. } => {}
    }
    Ok(Value::Object(written))
}

fn role(message: &Message) -> &'static str {
    match message {
        Message::System { .. } => "system",
        Message::User { .. } => "user",
        Message::Assistant { .. } => "assistant",
        Message::Tool { .. } => "tool",
    }
}

/// The readable reasoning. Signed reasoning is from another provider, and only that provider can use it.
fn thinking(reasoning: &[Reasoning]) -> Option<String> {
    let own = |block: &Reasoning| match block {
        Reasoning::Thinking { thinking, signature: None } if !thinking.is_empty() => Some(thinking.clone()),
        Reasoning::Thinking { .. } | Reasoning::RedactedThinking { .. } => None,
    };
    let blocks: Vec<String> = reasoning.iter().filter_map(own).collect();
    (!blocks.is_empty()).then(|| blocks.join("\n\n"))
}

/// A call of an earlier turn. Ollama requires an object for the arguments. Any other text of a model is put inside an
/// object if the model was told that the call failed.
fn written_call(call: &AssistantCall, failed: &BTreeSet<&str>) -> Result<Value, ModelError> {
    let arguments = match (call.arguments.trim(), read_foreign_json(&call.arguments)) {
        ("", _) => Map::new(),
        (_, Ok(arguments)) => arguments,
        (_, Err(_)) if failed.contains(call.id.as_str()) => {
            Map::from_iter([("malformed_arguments".into(), call.arguments.as_str().into())])
        }
        (_, Err(_)) => {
            let told =
                format!("the arguments of the call `{}` of the tool `{}` are not a JSON object", call.id, call.name);
            return Err(ModelError::BadRequest(told));
        }
    };
    let mut written = json!({ "id": call.id, "function": { "name": call.name, "arguments": arguments } });
    if let Value::Object(members) = &mut written {
        for (name, value) in &call.rest {
            members.entry(name.as_str()).or_insert_with(|| value.clone());
        }
    }
    Ok(written)
}

struct Content {
    text: String,
    images: Vec<String>,
}

fn content(message: &Message) -> Result<Content, ModelError> {
    let mut content = Content { text: String::new(), images: Vec::new() };
    for Part { body, .. } in message.content() {
        match body {
            PartBody::Text(text) => content.text.push_str(text),
            PartBody::Image { source, .. } => content.images.push(base64(source)?.to_owned()),
            PartBody::Other(other) => {
                let kind = other.get("type").and_then(Value::as_str).unwrap_or("unknown");
                return Err(ModelError::BadRequest(format!(
                    "Ollama takes text and images, not a part of the type `{kind}`"
                )));
            }
        }
    }
    Ok(content)
}

fn base64(source: &ImageSource) -> Result<&str, ModelError> {
    match source {
        ImageSource::Inline { data, .. } => Ok(data),
        ImageSource::Url(url) => {
            url.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,")).map(|(_, data)| data).ok_or_else(
                || {
                    ModelError::BadRequest(
                        "Ollama cannot fetch an image from a URL; send it inline as `data:<type>;base64,…`".to_owned(),
                    )
                },
            )
        }
    }
}
