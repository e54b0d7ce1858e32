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

/// Who uses a model. The sums of an account can be divided by it. An absent member is not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UsedBy {
    /// The agent whose run asks.
    pub agent_id: Option<Uuid>,
    /// The person for whom the model is asked.
    pub user_id: Option<Uuid>,
}

/// One call, all its attempts and fallbacks included.
#[derive(Debug, Clone, PartialEq)]
pub struct CallRecord {
    /// The id of the call. [`crate::Opening::call_id`] is the same.
    pub id: Uuid,
    /// Chat or embeddings.
    pub operation: Operation,
    /// [`crate::Request::account`]
    pub account: String,
    /// [`crate::Request::used_by`]
    pub used_by: UsedBy,
    /// The name that the caller asked for: a model, or a name that the operator chose.
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
    /// The start of the call, by the clock of the product.
    pub started_at: Timestamp,
    /// From the start to the end of the call.
    pub latency: Duration,
    /// From the start to the first piece of the answer; absent when no piece came.
    pub time_to_first_token: Option<Duration>,
    /// How the call ended.
    pub outcome: CallOutcome,
    /// Why the answer ended; absent without a complete answer.
    pub finish: Option<FinishReason>,
    /// The number of deltas that the provider sent.
    pub deltas: u64,
    /// The length of their text in bytes.
    pub streamed_bytes: u64,
    /// The trace that the call is part of.
    pub trace: Option<Trace>,
}

/// The kind of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// A chat completion.
    Chat,
    /// Vectors of texts.
    Embeddings,
}

impl Operation {
    /// The stored word, which is also a label of metrics: `chat` or `embeddings`.
    ///
    /// FROZEN: the tables of model calls hold these words.
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
    /// The answer is complete.
    Ok,
    /// [`crate::ModelError::code`]
    Error(&'static str),
    /// The caller went away before the end.
    Cancelled,
}

impl CallOutcome {
    /// The stored word, which is also a label of metrics: `ok`, `error` or `cancelled`.
    ///
    /// FROZEN: the tables of model calls hold these words.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Error(_) => "error",
            Self::Cancelled => "cancelled",
        }
    }

    /// The code of the error; `None` when the call did not fail.
    pub fn error_code(self) -> Option<&'static str> {
        if let Self::Error(code) = self { Some(code) } else { None }
    }
}

/// An accountant that drops the records.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct NoAccount;

impl Accountant for NoAccount {
    fn record(&self, _: CallRecord) {}
}

#[cfg(test)]
mod tests {
    use super::{CallOutcome, Operation};

    #[test]
    fn the_stored_words_never_change() {
        assert_eq!([Operation::Chat, Operation::Embeddings].map(Operation::word), ["chat", "embeddings"]);
        let outcomes = [CallOutcome::Ok, CallOutcome::Error("timeout"), CallOutcome::Cancelled];
        assert_eq!(outcomes.map(CallOutcome::word), ["ok", "error", "cancelled"]);
    }
}
