//! The check that each result belongs to a call and each call has a result. Providers refuse other dialogues with
//! errors that do not name the fault.

use artel_llm::Message;

use super::InvalidRequest;

pub(super) fn check(messages: &[Message]) -> Result<(), InvalidRequest> {
    // The ids of the calls without a result so far. Providers may use the same id again in a later turn.
    let mut open: Vec<&str> = Vec::new();
    let mut asked: Vec<&str> = Vec::new();
    let mut asked_at = 0;
    for (at, message) in messages.iter().enumerate() {
        if let Message::Tool { call_id, .. } = message {
            let Some(found) = open.iter().position(|id| id == call_id) else {
                return Err(orphan(at, call_id, asked.contains(&call_id.as_str())));
            };
            open.swap_remove(found);
            continue;
        }
        unanswered(&open, asked_at)?;
        asked = message.calls().iter().map(|call| call.id.as_str()).collect();
        open.clone_from(&asked);
        asked_at = at;
    }
    unanswered(&open, asked_at)
}

fn orphan(at: usize, id: &str, answered: bool) -> InvalidRequest {
    let problem = if answered {
        format!("'{id}' has a result already")
    } else {
        format!("'{id}' is not the id of a call in the assistant message before it")
    };
    InvalidRequest::at(&format!("messages[{at}].tool_call_id"), problem)
}

fn unanswered(open: &[&str], at: usize) -> Result<(), InvalidRequest> {
    match open.first() {
        None => Ok(()),
        Some(id) => Err(InvalidRequest::at(
            &format!("messages[{at}].tool_calls"),
            format!("needs a message of role 'tool' for '{id}' right after it"),
        )),
    }
}
