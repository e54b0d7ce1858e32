//! What calls, and with them their runs, wait for.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::words::words;
use crate::{InboundEventId, Timestamp};

words! {
    /// What a run waits for, in one word.
    WaitFor { Approval = "approval", Client = "client", Form = "form", Child = "child", Until = "until", Event = "event" }
    /// What a field of a form takes.
    FieldType {
        Text = "text", Textarea = "textarea", Number = "number", Date = "date", Select = "select", Multiselect = "multiselect",
        Boolean = "boolean", File = "file",
    }
}

/// What one call waits for. A run that has nothing else to do sleeps: it keeps its place in the database and no worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "for", rename_all = "snake_case")]
pub enum Wait {
    /// A human decides whether the call is made.
    Approval,
    /// The connected client executes the call and sends its result.
    Client,
    /// A human fills in a form.
    Form {
        form: Form,
        /// When the call goes on without an answer; `None`: it waits as long as it takes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
    },
    /// The runs that the call started come to their ends.
    Child,
    /// A time comes.
    Until { at: Timestamp },
    /// A service sends an event of this type.
    Event {
        service: String,
        #[serde(rename = "type")]
        kind: String,
    },
}

impl Wait {
    pub fn word(&self) -> WaitFor {
        match self {
            Self::Approval => WaitFor::Approval,
            Self::Client => WaitFor::Client,
            Self::Form { .. } => WaitFor::Form,
            Self::Child => WaitFor::Child,
            Self::Until { .. } => WaitFor::Until,
            Self::Event { .. } => WaitFor::Event,
        }
    }

    /// When the wait is over although nobody answered.
    pub fn ends_at(&self) -> Option<Timestamp> {
        match self {
            Self::Until { at } => Some(*at),
            Self::Form { until, .. } => *until,
            Self::Approval | Self::Client | Self::Child | Self::Event { .. } => None,
        }
    }
}

/// The result of a call whose time has come.
pub fn resumed_by_time(at: Timestamp) -> Value {
    json!({ "resumed_at": at, "cause": "time" })
}

/// The result of a call whose event has come. What the event says is not in it: who may read that is asked elsewhere.
///
/// # Arguments
/// * `at`: when the event was received.
pub fn resumed_by_event(at: Timestamp, event: InboundEventId, service: &str, kind: &str) -> Value {
    json!({ "resumed_at": at, "cause": "event", "event": { "event_id": event, "service": service, "type": kind } })
}

/// Questions that a human answers with values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Form {
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub fields: Vec<FormField>,
    /// The service that the user is asked to connect before they answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect: Option<String>,
}

/// One question of a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FormField {
    /// The member of the answer that holds the value.
    pub name: String,
    pub label: String,
    #[serde(rename = "type")]
    pub field_type: FieldType,
    #[serde(default)]
    pub required: bool,
    /// What can be chosen in a `select` or `multiselect`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// The value that is there before anybody typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub default: Option<Value>,
}

#[cfg(test)]
mod tests;
