//! The frames themselves. No member is ever null: clients take absent ones well, and stumble over nulls.

use artel_domain::event::PlannedCall;
use artel_domain::{Confidence, RunId, Specialist, Timestamp, UserId};
use serde_json::{Map, Value, json};

use super::cursor::Cursor;

/// One message to a client.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Frame(pub(super) Map<String, Value>);

impl Frame {
    pub(super) fn of(kind: &str, members: Value) -> Self {
        let mut frame = Map::new();
        frame.insert("type".to_owned(), kind.into());
        if let Value::Object(members) = members {
            frame.extend(members.into_iter().filter(|(_, value)| !value.is_null()));
        }
        Self(frame)
    }

    /// Where a reader goes on who has read it.
    #[must_use]
    pub(super) fn with_seq(mut self, place: Cursor) -> Self {
        self.0.insert("seq".to_owned(), place.seq().into());
        self
    }

    pub(super) fn kind(&self) -> &str {
        self.0.get("type").and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn text(&self) -> String {
        Value::Object(self.0.clone()).to_string()
    }

    #[cfg(test)]
    pub(super) fn json(&self) -> Value {
        Value::Object(self.0.clone())
    }
}

/// A piece of an answer.
pub(super) fn token(token: &str) -> Frame {
    Frame::of("assistant_message", json!({ "token": token, "is_final": false }))
}

/// A text as a whole, which may be the last of the turn.
pub(super) fn message(content: &str, is_final: bool) -> Frame {
    Frame::of("assistant_message", json!({ "token": content, "content": content, "is_final": is_final }))
}

/// The last piece of an answer, and all of it.
pub(super) fn last_token(token: &str, content: &str) -> Frame {
    Frame::of("assistant_message", json!({ "token": token, "content": content, "is_final": true }))
}

/// The user is asked something, and may choose one of these.
pub(super) fn suggesting(mut frame: Frame, suggestions: &Value) -> Frame {
    frame.0.insert("metadata".to_owned(), json!({ "suggestions": suggestions }));
    frame
}

pub(super) fn tool_call(call: &PlannedCall, args: &Value, requires_approval: bool, reason: Option<&str>) -> Frame {
    let members = json!({
        "call_id": call.call_id,
        "tool_name": call.name,
        "arguments": if args.is_object() { args.clone() } else { json!({}) },
        "requires_approval": requires_approval,
        "reason": reason,
        "is_final": true,
    });
    Frame::of("tool_call", members)
}

/// Somebody else than the client's user decided about the call.
pub(super) fn decided_by(mut frame: Frame, user: Option<UserId>) -> Frame {
    if let Some(user) = user {
        frame.0.insert("decided_by".to_owned(), user.to_string().into());
    }
    frame
}

/// Another agent goes on.
#[derive(Debug, Clone)]
pub(super) struct Switched<'a> {
    pub(super) from: Specialist,
    pub(super) to: Specialist,
    pub(super) reason: &'a str,
    pub(super) confidence: Option<Confidence>,
    pub(super) at: Timestamp,
    /// Nothing follows: the switch is all that was wanted.
    pub(super) is_all: bool,
}

pub(super) fn agent_switched(switched: &Switched<'_>) -> Frame {
    let Switched { from, to, reason, confidence, at, is_all } = switched;
    let mut facts = Map::new();
    facts.insert("from_agent".to_owned(), from.as_str().into());
    facts.insert("to_agent".to_owned(), to.as_str().into());
    facts.insert("reason".to_owned(), (*reason).into());
    if let Some(confidence) = confidence {
        facts.insert("confidence".to_owned(), confidence.as_str().into());
    }
    facts.insert("timestamp".to_owned(), at.to_string().into());
    let mut frame = Frame::of("agent_switched", json!({ "content": format!("Switched to {} agent", to.as_str()) }));
    frame.0.extend(facts.clone());
    frame.0.insert("metadata".to_owned(), Value::Object(facts));
    frame.0.insert("is_final".to_owned(), (*is_all).into());
    frame
}

/// Something went wrong. Every client finds the text where it looks for it.
pub(crate) fn error(code: &str, message: &str, details: Option<&Value>) -> Frame {
    let members = json!({
        "content": message,
        "error": message,
        "message": message,
        "error_code": code,
        "details": details,
        "is_final": true,
    });
    Frame::of("error", members)
}

/// The id of the session that was made for this socket.
pub(crate) fn session_info(session: &str) -> Frame {
    Frame::of("session_info", json!({ "session_id": session }))
}

/// The message with the client's id is stored, and answered in this run.
pub(crate) fn message_accepted(message_id: &str, run: RunId) -> Frame {
    Frame::of("message_accepted", json!({ "message_id": message_id, "run_id": run }))
}

/// The end of an event stream; sockets never see it.
pub(crate) fn done() -> Frame {
    Frame::of("done", Value::Null)
}
