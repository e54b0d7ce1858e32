//! A view of the transcript: a dialogue that people can read.

use artel_agent::Transcript;
use artel_agent::transcript::{Answer, Call, CallResult, Content, Item};
use artel_domain::{CallId, CallState, Entry, RunId, Timestamp};
use artel_tools::bytes_of;
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

impl MessageView {
    /// About how many bytes it has as JSON.
    pub(crate) fn bytes(&self) -> usize {
        self.content.len() + bytes_of(self.tool_calls.iter().flatten().map(|call| &call.args))
    }
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
    for item in &Transcript::of(entries).items {
        match &item.content {
            Content::Input { text, .. } => said.push(message(item, Role::User, text)),
            Content::Answer(answer) => {
                said.push(answered(item, answer));
                said.extend(answer.calls.iter().filter_map(|call| call.result).map(|result| finished(item, &result)));
            }
            Content::LoneResult(result) => said.push(finished(item, result)),
            _ => {}
        }
    }
    // A result stands where it came, not where its call was planned.
    said.sort_by_key(|message| message.seq);
    said
}

/// An answer with its calls as the model wrote them. The answer itself may be on an earlier page.
fn answered(item: &Item<'_>, answer: &Answer<'_>) -> MessageView {
    let asked = |call: &Call<'_>| AskedCall {
        id: call.planned.call_id,
        name: call.planned.name.clone(),
        args: call.planned.args.clone(),
    };
    let calls: Vec<AskedCall> = answer.calls.iter().map(asked).collect();
    let tool_calls = (!calls.is_empty()).then_some(calls);
    MessageView { tool_calls, ..message(item, Role::Assistant, answer.text.unwrap_or_default()) }
}

fn finished(item: &Item<'_>, result: &CallResult<'_>) -> MessageView {
    MessageView {
        tool_call_id: Some(result.call_id),
        name: Some(result.name.to_owned()),
        status: Some(result.outcome.state()),
        seq: result.seq,
        created_at: result.at,
        ..message(item, Role::Tool, &result.outcome.for_model())
    }
}

fn message(item: &Item<'_>, role: Role, content: &str) -> MessageView {
    MessageView {
        role,
        content: content.to_owned(),
        tool_calls: None,
        tool_call_id: None,
        name: None,
        status: None,
        run_id: item.run_id,
        seq: item.seq,
        created_at: item.at,
    }
}

#[cfg(test)]
mod tests;
