//! The dialogue as turns of a user and an assistant, one after the other.

use serde_json::{Value, json};

use super::call_ids::CallIds;
use super::turn::{Role, Turn};
use super::{blocks, calls, pairs, system};
use crate::{Message, ModelError, Reasoning};

/// The text of the first user turn when a dialogue has none: the provider wants one first.
const OPENING: &str = "Begin.";

/// Turns in which each call has its result.
pub(super) fn of(dialogue: &[Message]) -> Result<Vec<Turn>, ModelError> {
    let mut turns: Vec<Turn> = Vec::new();
    let mut ids = CallIds::default();
    for message in dialogue {
        let (role, blocks) = said(message, &mut ids)?;
        match turns.last_mut() {
            _ if blocks.is_empty() => {}
            Some(last) if last.role == role => last.blocks.extend(blocks),
            _ => turns.push(Turn { role, blocks }),
        }
    }
    for turn in &mut turns {
        // Results stand first in the turn after the calls; the sort keeps their order, and that of the rest.
        turn.blocks.sort_by_key(|block| block["type"] != "tool_result");
    }
    pairs::check(&turns)?;
    if turns.first().is_none_or(|turn| turn.role == Role::Assistant) {
        turns.insert(0, Turn { role: Role::User, blocks: vec![blocks::text(OPENING)] });
    }
    trim_unfinished(&mut turns);
    Ok(turns)
}

fn said(message: &Message, ids: &mut CallIds) -> Result<(Role, Vec<Value>), ModelError> {
    match message {
        Message::System { .. } => Ok((Role::User, system::note(message)?)),
        Message::User { .. } => Ok((Role::User, blocks::of(message)?)),
        Message::Tool { call_id, is_error, .. } => {
            let id = ids.of_result(call_id)?;
            Ok((Role::User, vec![calls::result(&id, *is_error, blocks::of(message)?)]))
        }
        Message::Assistant { calls, reasoning, .. } => {
            let mut all: Vec<Value> = reasoning.iter().filter_map(thought).collect();
            all.extend(blocks::of_texts(message, "an assistant message")?);
            for call in calls {
                all.push(calls::call(&ids.of_call(&call.id)?, call));
            }
            Ok((Role::Assistant, all))
        }
    }
}

/// A block of reasoning, unchanged. One without a signature is of another provider, and this one would refuse it.
fn thought(reasoning: &Reasoning) -> Option<Value> {
    match reasoning {
        Reasoning::Thinking { thinking, signature } => {
            let signature = signature.as_ref().filter(|signature| !signature.is_empty())?;
            Some(json!({ "type": "thinking", "thinking": thinking, "signature": signature }))
        }
        Reasoning::RedactedThinking { data } => Some(json!({ "type": "redacted_thinking", "data": data })),
    }
}

/// The provider refuses an assistant turn at the end that ends in blanks.
fn trim_unfinished(turns: &mut [Turn]) {
    let Some(last) = turns.last_mut().filter(|turn| !turn.is_users()).and_then(|turn| turn.blocks.last_mut()) else {
        return;
    };
    if let Some(text) = last["text"].as_str() {
        last["text"] = text.trim_end().into();
    }
}
