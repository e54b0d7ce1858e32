//! What goes to a model and what comes back, whoever the provider is.

use artel_domain::{AssistantCall, FinishReason, Message, ToolSpec, Usage};
use serde_json::{Map, Value};

use crate::ModelName;

/// One question to a model.
#[derive(Debug, Clone)]
pub struct Request {
    pub model: ModelName,
    pub messages: Vec<Message>,
    pub tools: Vec<ToolSpec>,
    /// The agent's parameters under their OpenAI names (`temperature`, `max_tokens`, …). Unknown ones go to the provider as they are;
    /// those that would change the protocol (`stream`, `n`, `messages`, …) are dropped.
    pub params: Map<String, Value>,
}

/// A piece of an answer that may be shown before the answer is complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delta {
    Text(String),
}

/// One complete answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// All text deltas, joined.
    pub text: String,
    /// With [`FinishReason::Length`] or [`FinishReason::ContentFilter`] the last call may be cut short: such calls must not be made.
    pub calls: Vec<AssistantCall>,
    pub finish: FinishReason,
    /// Absent when the provider reports none.
    pub usage: Option<Usage>,
    /// Provider blocks that must go back verbatim with this message in the next request.
    pub opaque: Option<Value>,
}
