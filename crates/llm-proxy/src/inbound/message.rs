//! Reads messages, by their role.

use artel_llm::Message;
use serde_json::Value;

use super::members::Members;
use super::{InvalidRequest, assistant, content};

pub(super) fn read_messages(members: &mut Members) -> Result<Vec<Message>, InvalidRequest> {
    match members.each("messages", read_message)? {
        None => Err(InvalidRequest::at("messages", "is required")),
        Some(messages) if messages.is_empty() => Err(InvalidRequest::at("messages", "must hold at least one message")),
        Some(messages) => Ok(messages),
    }
}

fn read_message(value: Value) -> Result<Message, InvalidRequest> {
    let mut members = Members::of(value)?;
    match members.required_text("role")?.as_str() {
        "system" => read_system(members, false),
        "developer" => read_system(members, true),
        "user" => Ok(Message::User { content: content::required(&mut members)?, rest: members.rest() }),
        "assistant" => assistant::read_assistant(members),
        "tool" => read_tool(members),
        "function" => Err(InvalidRequest::at(
            "role",
            "'function' is OpenAI's first way of calling tools; use 'tool' with a 'tool_call_id'",
        )),
        other => Err(InvalidRequest::at(
            "role",
            format!("must be system, developer, user, assistant or tool, not '{other}'"),
        )),
    }
}

fn read_system(mut members: Members, developer: bool) -> Result<Message, InvalidRequest> {
    Ok(Message::System { content: content::required(&mut members)?, developer, rest: members.rest() })
}

fn read_tool(mut members: Members) -> Result<Message, InvalidRequest> {
    let call_id = members.required_text("tool_call_id")?;
    let content = content::required(&mut members)?;
    // An extension: in OpenAI's protocol only the text of the result can tell that the tool failed.
    let is_error = members.flag("is_error")?.unwrap_or(false);
    Ok(Message::Tool { call_id, content, is_error, rest: members.rest() })
}
