//! Journal entries as a dialogue that people can read.

use artel_domain::event::PlannedCall;
use artel_domain::{CallId, CallState, Entry, Event, RunId, Timestamp};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Message)]
pub(crate) struct MessageView {
    role: Role,
    content: String,
    /// What an assistant's message asks for.
    tool_calls: Option<Vec<AskedCall>>,
    /// Which call a tool's message answers.
    tool_call_id: Option<CallId>,
    /// The tool's name, in a tool's message.
    name: Option<String>,
    /// How the call ended, in a tool's message.
    #[schema(schema_with = crate::document::call_state_or_null)]
    status: Option<CallState>,
    run_id: RunId,
    /// Grows within the session.
    seq: i64,
    created_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    User,
    Assistant,
    Tool,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct AskedCall {
    id: CallId,
    name: String,
    #[schema(schema_with = crate::document::anything)]
    args: Value,
}

/// The messages of these entries, oldest first. A run that failed leaves what was said until then.
pub(crate) fn messages(entries: &[Entry]) -> Vec<MessageView> {
    let mut said: Vec<MessageView> = Vec::new();
    for entry in entries {
        match &entry.event {
            Event::RunStarted { input, .. } => said.push(message(entry, Role::User, input)),
            Event::ModelAnswered { text, .. } => said.push(message(entry, Role::Assistant, text)),
            Event::ToolPlanned(call) => ask(&mut said, entry, call),
            Event::ToolFinished { call_id, name, outcome, .. } => said.push(MessageView {
                tool_call_id: Some(*call_id),
                name: Some(name.clone()),
                status: Some(outcome.state()),
                ..message(entry, Role::Tool, &outcome.for_model())
            }),
            _ => {}
        }
    }
    said
}

/// Planned calls belong to the answer before them.
fn ask(said: &mut Vec<MessageView>, entry: &Entry, call: &PlannedCall) {
    let asked = AskedCall { id: call.call_id, name: call.name.clone(), args: call.args.clone() };
    let answer = said.last_mut().filter(|last| last.role == Role::Assistant && last.run_id == entry.run_id);
    match answer {
        Some(answer) => answer.tool_calls.get_or_insert_default().push(asked),
        // The answer itself is on an earlier page.
        None => said.push(MessageView { tool_calls: Some(vec![asked]), ..message(entry, Role::Assistant, "") }),
    }
}

fn message(entry: &Entry, role: Role, content: &str) -> MessageView {
    MessageView {
        role,
        content: content.to_owned(),
        tool_calls: None,
        tool_call_id: None,
        name: None,
        status: None,
        run_id: entry.run_id,
        seq: entry.seq,
        created_at: entry.at,
    }
}

#[cfg(test)]
mod tests;
