//! Encodes the parts of a message as content blocks.

use serde_json::{Value, json};

use super::image;
use crate::{Message, ModelError, Part, PartBody, Rest};

/// Content blocks of Anthropic's protocol that a client may put among its parts.
const NATIVE: [&str; 3] = ["document", "search_result", "container_upload"];

/// The blocks of a message that may hold every kind of part.
pub(super) fn of(message: &Message) -> Result<Vec<Value>, ModelError> {
    collect(message, |part| match &part.body {
        PartBody::Text(words) => Ok(text(words)),
        PartBody::Image { source, .. } => image::block(source),
        PartBody::Other(value) => other(value),
    })
}

/// The blocks of a message that may hold text only. `whose` names the message in the error.
pub(super) fn of_texts(message: &Message, whose: &str) -> Result<Vec<Value>, ModelError> {
    collect(message, |part| match &part.body {
        PartBody::Text(words) => Ok(text(words)),
        // A refusal that one of OpenAI's models wrote in an earlier turn.
        PartBody::Other(value) if value["type"] == "refusal" => Ok(text(value["refusal"].as_str().unwrap_or_default())),
        _ => Err(ModelError::BadRequest(format!("{whose} can hold only text for a model of this provider"))),
    })
}

pub(super) fn text(words: &str) -> Value {
    json!({ "type": "text", "text": words })
}

/// The provider refuses empty text blocks, so empty text parts are dropped. The cache breakpoint of a dropped part
/// moves to the block before it.
fn collect(message: &Message, block: impl Fn(&Part) -> Result<Value, ModelError>) -> Result<Vec<Value>, ModelError> {
    let mut blocks: Vec<Value> = Vec::new();
    for part in message.content() {
        let block = block(part)?;
        let blank = block["text"].as_str().is_some_and(|text| text.trim().is_empty());
        if !blank {
            blocks.push(block);
        }
        if let (Some(mark), Some(last)) = (&part.cache_control, blocks.last_mut()) {
            last["cache_control"] = mark.clone();
        }
    }
    // Some clients put `cache_control` on the message instead of on a part.
    if let (Some(mark), Some(last)) =
        (rest(message).get("cache_control").filter(|mark| !mark.is_null()), blocks.last_mut())
    {
        last["cache_control"] = mark.clone();
    }
    Ok(blocks)
}

fn other(value: &Value) -> Result<Value, ModelError> {
    let kind = value["type"].as_str().unwrap_or_default();
    if NATIVE.contains(&kind) {
        return Ok(value.clone());
    }
    Err(ModelError::BadRequest(format!("a part of type `{kind}` cannot be given to a model of this provider")))
}

fn rest(message: &Message) -> &Rest {
    match message {
        Message::System { rest, .. }
        | Message::User { rest, .. }
        | Message::Assistant { rest, .. }
        | Message::Tool { rest, .. } => rest,
    }
}
