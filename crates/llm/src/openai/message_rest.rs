//! Assembles the members of a message without a typed form from the pieces of a stream.

use serde_json::{Map, Value};

use crate::Rest;

/// Adds the members of a piece. Lists are joined; other values are replaced. Empty lists are ignored.
pub(super) fn add_to(message: &mut Rest, piece: Rest) {
    for (name, value) in piece {
        match (message.get_mut(&name), value) {
            (_, Value::Array(items)) if items.is_empty() => {}
            (Some(Value::Array(all)), Value::Array(items)) => items.into_iter().for_each(|item| add_item(all, item)),
            (_, value) => drop(message.insert(name, value)),
        }
    }
}

/// Adds an item of a list. OpenRouter's `reasoning_details` come in pieces: items of the same type and index are joined
/// into one block.
fn add_item(all: &mut Vec<Value>, item: Value) {
    if let (Some(Value::Object(block)), Value::Object(piece)) = (all.last_mut(), &item)
        && continues(block, piece)
    {
        for (name, value) in piece.iter().filter(|(_, value)| !value.is_null()) {
            match (block.get_mut(name), value) {
                (Some(Value::String(text)), Value::String(piece)) if TEXTS.contains(&name.as_str()) => {
                    text.push_str(piece);
                }
                _ => drop(block.insert(name.clone(), value.clone())),
            }
        }
        return;
    }
    all.push(item);
}

/// The members of a reasoning block whose texts come in pieces.
const TEXTS: [&str; 2] = ["text", "summary"];

fn continues(block: &Map<String, Value>, piece: &Map<String, Value>) -> bool {
    let is_reasoning_text =
        matches!(piece.get("type").and_then(Value::as_str), Some("reasoning.text" | "reasoning.summary"));
    is_reasoning_text && ["type", "index"].iter().all(|name| block.get(*name) == piece.get(*name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn pieces_of_one_reasoning_block_become_one_and_other_items_stay() {
        let pieces = [
            json!({ "reasoning_details": [{ "type": "reasoning.text", "text": "Let ", "signature": null, "index": 0 }] }),
            json!({ "reasoning_details": [{ "type": "reasoning.text", "text": "me", "index": 0 }], "annotations": [] }),
            json!({ "reasoning_details": [{ "type": "reasoning.text", "signature": "s", "index": 0 }] }),
            json!({ "reasoning_details": [{ "type": "reasoning.encrypted", "data": "x", "index": 1 }] }),
            json!({ "reasoning_details": [{ "type": "reasoning.encrypted", "data": "y", "index": 1 }], "phase": "b" }),
        ];
        let mut message = Rest::new();
        for piece in &pieces {
            add_to(&mut message, piece.as_object().unwrap().clone());
        }
        let expected = json!({
            "reasoning_details": [
                { "type": "reasoning.text", "text": "Let me", "signature": "s", "index": 0 },
                { "type": "reasoning.encrypted", "data": "x", "index": 1 },
                { "type": "reasoning.encrypted", "data": "y", "index": 1 },
            ],
            "phase": "b",
        });
        assert_eq!(Value::Object(message), expected);
    }
}
