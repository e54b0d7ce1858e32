//! A message as clients see it: OpenAI's form, with who said it and when.

use artel_domain::{CallId, Run, RunId, Specialist, Timestamp, UserId};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Message {
    pub(super) id: String,
    pub(super) role: Role,
    pub(super) content: String,
    pub(super) timestamp: Timestamp,
    /// Who answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub(super) agent_name: Option<Specialist>,
    /// The tool's name, in a tool's message.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub(super) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub(super) tool_call_id: Option<CallId>,
    /// Never more than one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<AskedCall>, required = false, nullable = false, max_items = 1)]
    pub(super) tool_calls: Option<[AskedCall; 1]>,
    /// Who decided about the call, when it was somebody else than the reader.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub(super) decided_by: Option<UserId>,
    /// The message is stored, and no worker has taken it up: in which run it will be answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub(super) queued_in: Option<RunId>,
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
    pub(super) id: CallId,
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    kind: &'static str,
    pub(super) function: Function,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Function {
    pub(super) name: String,
    /// JSON text.
    pub(super) arguments: String,
}

impl Message {
    /// FROZEN: the id, made of the entry's number, because clients know messages by it.
    pub(super) fn new(seq: i64, timestamp: Timestamp, role: Role, content: impl Into<String>) -> Self {
        Self {
            id: format!("msg-{seq}"),
            role,
            content: content.into(),
            timestamp,
            agent_name: None,
            name: None,
            tool_call_id: None,
            tool_calls: None,
            decided_by: None,
            queued_in: None,
        }
    }

    /// What the user said to a run that nobody has begun; `None` when the run is a mere switch.
    pub(super) fn queued(run: &Run) -> Option<Self> {
        if run.input_message.trim().is_empty() {
            return None;
        }
        let message = Self::new(0, run.created_at, Role::User, run.input_message.clone());
        // Its number comes with the journal.
        Some(Self { id: format!("msg-{}", run.id), queued_in: Some(run.id), ..message })
    }
}

impl AskedCall {
    pub(super) fn new(id: CallId, name: String, arguments: String) -> Self {
        Self { id, kind: "function", function: Function { name, arguments } }
    }
}
