//! What comes of a call, and who hears of it.

use std::time::Duration;

use artel_domain::{ToolOutcome, Wait};
use serde_json::Value;

use crate::programs::BrokeOff;

/// What a tool answers. Artifacts will stand beside the value.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ToolOutput {
    /// What the model gets.
    pub value: Value,
}

impl From<Value> for ToolOutput {
    fn from(value: Value) -> Self {
        Self { value }
    }
}

/// A call without a result. The variant says who hears of it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ToolError {
    /// The model is told this text, and the run goes on. It says what was wrong and what would be right.
    #[error("{0}")]
    Tell(String),
    /// The model is told this text: nobody knows whether the call took effect. The call is never made again.
    #[error("{0}")]
    Unknown(String),
    /// The call has begun and has no result yet: it waits for something from outside, and the run sleeps when it has
    /// nothing else to do. What comes ends the call; the tool is not called again. A wait for an approval or a
    /// client is not a tool's to ask for.
    #[error("the call waits for something from outside ({})", .0.word().as_str())]
    Wait(Wait),
    /// The call cannot be begun now, because something of this installation is away for the moment: the store, for
    /// example. Nothing was sent. The model is told nothing, and the call is made again. The text is for the log.
    #[error("the call cannot be begun now: {0}")]
    NotNow(String),
    /// The run fails with this code and message.
    #[error("{code}: {message}")]
    Abort { code: &'static str, message: String },
}

impl From<String> for ToolError {
    fn from(text: String) -> Self {
        Self::Tell(text)
    }
}

impl From<BrokeOff> for ToolError {
    fn from(broke_off: BrokeOff) -> Self {
        Self::Tell(broke_off.to_string())
    }
}

impl From<&str> for ToolError {
    fn from(text: &str) -> Self {
        Self::Tell(text.to_owned())
    }
}

/// What is said of a call whose arguments could not be checked in time.
pub(crate) fn not_begun(limit: Duration) -> String {
    format!("the call was not begun within {} ms: too much else of this organisation is under way", limit.as_millis())
}

/// The outcome as a result.
pub(crate) fn result_of(outcome: ToolOutcome) -> Result<ToolOutput, ToolError> {
    match outcome {
        ToolOutcome::Succeeded { output } => Ok(output.into()),
        ToolOutcome::Failed { error } => Err(ToolError::Tell(error)),
        ToolOutcome::Unknown { error } => Err(ToolError::Unknown(error)),
    }
}

/// The text for a model about a call that may have taken effect.
pub(crate) fn unknown(why: &str) -> String {
    format!("{}; whether the call had an effect is not known, and it was not repeated", why.trim_end())
}
