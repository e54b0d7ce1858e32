//! Forms that calls of runs ask people to fill in.

use serde_json::{Value, json};

use crate::words::words;
use crate::{AgentId, CallId, Form, RunId, SessionId, TenantId, Timestamp, UserId};

words! {
    /// How far a form is.
    FormState {
        /// Somebody can answer it.
        Pending = "pending",
        /// Its values are there.
        Answered = "answered",
        /// Somebody said that they do not answer.
        Declined = "declined",
        /// Nobody answered in time.
        Expired = "expired",
        /// Its run ended, or went on, without an answer.
        Cancelled = "cancelled",
    }
}

/// A form as it is kept with the call that asked for it.
#[derive(Debug, Clone, PartialEq)]
pub struct AskedForm {
    /// The call's own id: a call asks for one form.
    pub id: CallId,
    pub tenant_id: TenantId,
    pub run_id: RunId,
    pub session_id: SessionId,
    pub agent_id: AgentId,
    pub form: Form,
    /// When the call goes on without an answer.
    pub until: Option<Timestamp>,
    pub state: FormState,
    /// What was filled in.
    pub values: Option<Value>,
    /// Why there are no values.
    pub reason: Option<String>,
    pub answered_by: Option<UserId>,
    pub asked_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

/// What the model gets as the result of a form that was answered.
pub fn submitted(values: &Value) -> Value {
    json!({ "submitted": true, "values": values })
}

/// What the model gets as the result of a form without an answer.
pub fn not_submitted(reason: &str) -> Value {
    json!({ "submitted": false, "reason": reason })
}
