//! The record of a call. There is exactly one for each call, whether it was answered, failed or cancelled.

use std::time::Duration;

use artel_domain::{FinishReason, Timestamp, Usage};
use uuid::Uuid;

use crate::{ModelName, Trace};

/// Gets one record of every call, when it is over.
pub trait Accountant: Send + Sync {
    /// Takes the record of a call. Runs on the caller's task, so it must not block.
    fn record(&self, call: CallRecord);
}

/// One call, all its attempts and fallbacks included.
#[derive(Debug, Clone, PartialEq)]
pub struct CallRecord {
    pub id: Uuid,
    pub operation: Operation,
    /// [`crate::Request::account`]
    pub account: String,
    pub requested: ModelName,
    /// The model that answered, or was asked last.
    pub served: ModelName,
    /// Requests that were sent, to all models together.
    pub attempts: u32,
    /// How often the next model was asked instead.
    pub fallbacks: u32,
    /// Absent when nothing was ever sent.
    pub usage: Option<Usage>,
    /// The provider did not report all of the usage. What is missing is counted from the text, at four characters a
    /// token.
    pub is_estimated: bool,
    /// In billionths of a US dollar; absent when the price is not known.
    pub cost_nanos: Option<i64>,
    pub started_at: Timestamp,
    pub latency: Duration,
    pub time_to_first_token: Option<Duration>,
    pub outcome: CallOutcome,
    pub finish: Option<FinishReason>,
    /// Pieces of the answer that came.
    pub deltas: u64,
    /// Their text, in bytes.
    pub streamed_bytes: u64,
    pub trace: Option<Trace>,
}

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    Chat,
    Embeddings,
}

impl Operation {
    /// `chat` or `embeddings`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Embeddings => "embeddings",
        }
    }
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallOutcome {
    Ok,
    /// [`crate::ModelError::code`]
    Error(&'static str),
    /// The caller went away before the end.
    Cancelled,
}

impl CallOutcome {
    /// `ok`, `error` or `cancelled`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Error(_) => "error",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn error_code(self) -> Option<&'static str> {
        if let Self::Error(code) = self { Some(code) } else { None }
    }
}

/// Drops the records.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct NoAccount;

impl Accountant for NoAccount {
    fn record(&self, _: CallRecord) {}
}
