//! The dialogue as turns of a user and an assistant, one after the other.

use serde_json::{Value, json};

use super::{blocks, calls, system};
use crate::{Message, ModelError, Reasoning};

/// What a user says when nobody has: the first turn must be one.
const OPENING: &str = "Begin.";

/// All that one side says before the other.
#[derive(Debug)]
pub(super) struct Turn {
    role: Role,
    blocks: Vec<Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    User,
    Assistant,
}

/// Turns in which each call has its result.
pub(super) fn of(dialogue: &[Message]) -> Result<Vec<Turn>, ModelError> {
    let mut turns: Vec<Turn> = Vec::new();
    for message in dialogue {
        let (role, blocks) = said(message)?;
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
    calls::check_pairs(&turns)?;
    if turns.first().is_none_or(|turn| turn.role == Role::Assistant) {
        turns.insert(0, Turn { role: Role::User, blocks: vec![blocks::text(OPENING)] });
    }
    trim_unfinished(&mut turns);
    Ok(turns)
}

impl Turn {
    pub(super) fn blocks(&self) -> &[Value] {
        &self.blocks
    }

    pub(super) fn is_users(&self) -> bool {
        self.role == Role::User
    }
}

impl From<Turn> for Value {
    fn from(turn: Turn) -> Self {
        let role = if turn.is_users() { "user" } else { "assistant" };
        json!({ "role": role, "content": turn.blocks })
    }
}

fn said(message: &Message) -> Result<(Role, Vec<Value>), ModelError> {
    match message {
        Message::System { .. } => Ok((Role::User, system::note(message)?)),
        Message::User { .. } => Ok((Role::User, blocks::of(message)?)),
        Message::Tool { call_id, is_error, .. } => Ok((Role::User, vec![calls::result(call_id, *is_error, blocks::of(message)?)?])),
        Message::Assistant { calls, reasoning, .. } => {
            let mut all: Vec<Value> = reasoning.iter().filter_map(thought).collect();
            all.extend(blocks::of_texts(message, "an assistant message")?);
            for call in calls {
                all.push(calls::call(call)?);
            }
            Ok((Role::Assistant, all))
        }
    }
}

/// What the model thought, exactly as it came. Without a signature it is not from this provider, which would refuse it.
fn thought(reasoning: &Reasoning) -> Option<Value> {
    match reasoning {
        Reasoning::Thinking { thinking, signature } => {
            let signature = signature.as_ref().filter(|signature| !signature.is_empty())?;
            Some(json!({ "type": "thinking", "thinking": thinking, "signature": signature }))
        }
        Reasoning::RedactedThinking { data } => Some(json!({ "type": "redacted_thinking", "data": data })),
    }
}

/// An answer that is to be continued must not end in blanks.
fn trim_unfinished(turns: &mut [Turn]) {
    let Some(last) = turns.last_mut().filter(|turn| !turn.is_users()).and_then(|turn| turn.blocks.last_mut()) else { return };
    if let Some(text) = last["text"].as_str() {
        last["text"] = text.trim_end().into();
    }
}
