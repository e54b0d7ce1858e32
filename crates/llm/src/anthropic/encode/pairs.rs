//! The check that tool calls and results belong together.

use super::turn::Turn;
use crate::ModelError;

/// Checks that each call has one result in the turn after it, and each result its call. The provider would refuse the
/// whole request without saying which call is meant.
pub(super) fn check(turns: &[Turn]) -> Result<(), ModelError> {
    let mut open: Vec<&str> = Vec::new();
    for turn in turns {
        for id in ids(turn, "tool_result", "tool_use_id") {
            let at = open.iter().position(|call| *call == id).ok_or_else(|| orphan(id))?;
            open.remove(at);
        }
        unanswered(&open)?;
        open = ids(turn, "tool_use", "id").collect();
    }
    unanswered(&open)
}

fn ids<'a>(turn: &'a Turn, kind: &'a str, member: &'a str) -> impl Iterator<Item = &'a str> {
    turn.blocks.iter().filter(move |block| block["type"] == kind).filter_map(move |block| block[member].as_str())
}

fn orphan(id: &str) -> ModelError {
    ModelError::BadRequest(format!(
        "the tool result for `{id}` does not follow a call with that id, or is the second one"
    ))
}

fn unanswered(open: &[&str]) -> Result<(), ModelError> {
    let Some(id) = open.first() else { return Ok(()) };
    Err(ModelError::BadRequest(format!("the tool call `{id}` is not followed by its result")))
}
