//! System messages. Those at the beginning become the `system` member; later ones stay at their place.

use serde_json::{Value, json};

use super::blocks;
use crate::{Message, ModelError};

/// The leading system messages, and the dialogue after them.
pub(super) fn split(messages: &[Message]) -> (&[Message], &[Message]) {
    messages.split_at(messages.iter().take_while(|message| matches!(message, Message::System { .. })).count())
}

/// The `system` member: a text; or blocks when a block has a cache breakpoint.
pub(super) fn of(leading: &[Message], instruction: Option<&str>) -> Result<Option<Value>, ModelError> {
    let mut all = Vec::new();
    for message in leading {
        all.extend(blocks::of_texts(message, "a system message")?);
    }
    all.extend(instruction.map(blocks::text));
    if all.is_empty() {
        return Ok(None);
    }
    if all.iter().any(|block| block.get("cache_control").is_some()) {
        return Ok(Some(all.into()));
    }
    let texts: Vec<&str> = all.iter().filter_map(|block| block["text"].as_str()).collect();
    Ok(Some(texts.join("\n\n").into()))
}

/// A system message in the middle of a dialogue, as blocks of a user's turn. Only the newest models accept the role
/// `system` there, and in the `system` member the text would come too early. The tag marks the text as the system's.
pub(super) fn note(message: &Message) -> Result<Vec<Value>, ModelError> {
    let mut all = blocks::of_texts(message, "a system message")?;
    for block in &mut all {
        let told = block["text"].as_str().map(|text| json!(format!("<system>\n{text}\n</system>")));
        block["text"] = told.unwrap_or_default();
    }
    Ok(all)
}
