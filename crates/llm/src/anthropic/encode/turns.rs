//! The dialogue as alternating turns of user and assistant.

use serde_json::{Value, json};

use super::call_ids::CallIds;
use super::turn::{Role, Turn};
use super::{blocks, calls, pairs, system};
use crate::{Message, ModelError, Reasoning};

/// The text of the first user turn of a dialogue that has none: the provider requires that the first turn is the
/// user's.
const OPENING: &str = "Begin.";

/// The turns of a dialogue, in which each call has its result.
pub(super) fn of(dialogue: &[Message]) -> Result<Vec<Turn>, ModelError> {
    let mut turns: Vec<Turn> = Vec::new();
    let mut ids = CallIds::default();
    for message in dialogue {
        let (role, blocks) = encode_message(message, &mut ids)?;
        match turns.last_mut() {
            _ if blocks.is_empty() => {}
            Some(last) if last.role == role => last.blocks.extend(blocks),
            _ => turns.push(Turn { role, blocks }),
        }
    }
    for turn in &mut turns {
        // The results of calls stand first in the next turn. The sort is stable, so it keeps the order within both
        // groups.
        turn.blocks.sort_by_key(|block| block["type"] != "tool_result");
    }
    pairs::check(&turns)?;
    if turns.first().is_none_or(|turn| turn.role == Role::Assistant) {
        turns.insert(0, Turn { role: Role::User, blocks: vec![blocks::text(OPENING)] });
    }
    trim_unfinished(&mut turns);
    Ok(turns)
}

fn encode_message(message: &Message, ids: &mut CallIds) -> Result<(Role, Vec<Value>), ModelError> {
    match message {
        Message::System { .. } => Ok((Role::User, system::note(message)?)),
        Message::User { .. } => Ok((Role::User, blocks::of(message)?)),
        Message::Tool { call_id, is_error, .. } => {
            let id = ids.of_result(call_id)?;
            Ok((Role::User, vec![calls::result(&id, *is_error, blocks::of(message)?)]))
        }
        Message::Assistant { calls, reasoning, .. } => {
            let mut all: Vec<Value> = reasoning.iter().filter_map(thinking_block).collect();
            all.extend(blocks::of_texts(message, "an assistant message")?);
            for call in calls {
                all.push(calls::call(&ids.of_call(&call.id)?, call));
            }
            Ok((Role::Assistant, all))
        }
    }
}

/// A reasoning block, unchanged; `None` without a signature: such a block is from another provider, and Anthropic would
/// refuse it.
fn thinking_block(reasoning: &Reasoning) -> Option<Value> {
    match reasoning {
        Reasoning::Thinking { thinking, signature } => {
            let signature = signature.as_ref().filter(|signature| !signature.is_empty())?;
            Some(json!({ "type": "thinking", "thinking": thinking, "signature": signature }))
        }
        Reasoning::RedactedThinking { data } => Some(json!({ "type": "redacted_thinking", "data": data })),
    }
}

/// The provider refuses a last assistant turn that ends in white space.
fn trim_unfinished(turns: &mut [Turn]) {
    let Some(last) = turns.last_mut().filter(|turn| !turn.is_user()).and_then(|turn| turn.blocks.last_mut()) else {
        return;
    };
    if let Some(text) = last["text"].as_str() {
        last["text"] = text.trim_end().into();
    }
}
