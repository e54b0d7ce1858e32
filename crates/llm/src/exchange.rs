//! What goes to a model and what comes back, for every provider.

use std::collections::BTreeMap;
use std::time::Duration;

use artel_domain::{AssistantCall, FinishReason, ToolSpec, Usage};
use secrecy::SecretString;
use serde_json::Value;
use uuid::Uuid;

use crate::chat::{Message, Reasoning, ResponseFormat, Rest, Thinking, ToolChoice};
use crate::{ModelName, RateLimits, Trace, opaque};

/// One request to a model.
#[derive(Debug, Clone)]
pub struct Request {
    pub model: ModelName,
    pub messages: Vec<Message>,
    pub tools: Vec<ToolSpec>,
    pub params: Params,
    /// Whose account the call is recorded on: an opaque word (a tenant, a service).
    pub account: String,
    /// Keys that replace the operator's, by provider name.
    pub keys: BTreeMap<String, SecretString>,
    /// The trace that the call is part of.
    pub trace: Option<Trace>,
}

/// How the model is to answer. An absent member is left to the provider.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Params {
    pub tool_choice: Option<ToolChoice>,
    pub parallel_tool_calls: Option<bool>,
    /// `max_completion_tokens` when both were given.
    pub max_tokens: Option<u32>,
    /// The limit came under the newer name, `max_completion_tokens`.
    pub max_completion_tokens: bool,
    pub temperature: Option<f64>,
    pub top_p: Option<f64>,
    pub stop: Vec<String>,
    pub response_format: Option<ResponseFormat>,
    pub thinking: Option<Thinking>,
    /// Members under their OpenAI names that have no field above. They go unchanged to a provider of that protocol.
    /// Members that would change the protocol (`stream`, `n`, `messages`, …) are dropped.
    pub rest: Rest,
}

/// A piece of an answer that may be shown before the answer is complete.
#[derive(Debug, Clone, PartialEq)]
pub enum Delta {
    /// Before the first of the others.
    Opened(Box<Opening>),
    Text(String),
    /// The model's reasoning, where the provider shows it.
    Reasoning(String),
    /// A refusal, for which OpenAI has a member of its own.
    Refusal(String),
    /// The n-th call of the answer begins: dense from 0, each before its first [`Delta::Arguments`].
    Call {
        index: usize,
        id: String,
        name: String,
    },
    /// The next piece of that call's arguments. All pieces joined are [`AssistantCall::arguments`].
    Arguments {
        index: usize,
        piece: String,
    },
    /// Members of a choice without a form here (`logprobs`, …), for clients of the same protocol. Those of its delta
    /// (`annotations`, …) are in an object under `delta`.
    Rest(Rest),
}

impl Delta {
    /// The text that the model wrote, of whatever kind.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Reasoning(text) | Self::Refusal(text) | Self::Arguments { piece: text, .. } => {
                text
            }
            Self::Call { name, .. } => name,
            Self::Opened(_) | Self::Rest(_) => "",
        }
    }
}

/// Which model answers. Sent once, before the first piece of an answer. After it no other attempt is made.
#[derive(Debug, Clone, PartialEq)]
pub struct Opening {
    /// The call's id in the account.
    pub call_id: Uuid,
    /// Differs from the one asked for after a fallback.
    pub model: ModelName,
    /// Requests sent so far, to all models together.
    pub attempts: u32,
    pub fallbacks: u32,
    /// Of the provider that answers.
    pub limits: RateLimits,
    /// How long this process waited for providers so far. The rest of the latency is its own.
    pub upstream: Duration,
}

/// An answer, and the course of its call.
#[derive(Debug, Clone, PartialEq)]
pub struct Served {
    pub answer: Completion,
    /// As at the end of the call.
    pub opening: Opening,
    pub latency: Duration,
    /// In billionths of a US dollar; absent when the price is not known.
    pub cost_nanos: Option<i64>,
}

/// One complete answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
    /// All text and refusal deltas, joined.
    pub text: String,
    /// With [`FinishReason::Length`] or [`FinishReason::ContentFilter`] the last call may be cut short: such calls
    /// must not be made.
    pub calls: Vec<AssistantCall>,
    pub finish: FinishReason,
    /// The provider's own word for it, when it gave one.
    pub finish_word: Option<String>,
    /// Absent when the provider reports none.
    pub usage: Option<Usage>,
    /// Must go back verbatim with this message in the next request.
    pub reasoning: Vec<Reasoning>,
    /// Members of the message without a form here (`reasoning_details`, …). They go back with it, too.
    pub message: Rest,
    /// Members of the answer without a form here (`system_fingerprint`, `service_tier`, …).
    pub rest: Rest,
}

impl Completion {
    /// What must go back with this message, as the journal keeps it; `None` when there is nothing.
    ///
    /// These are the reasoning, and the members without a form of the message and of its calls.
    /// [`Message`] reads it: `Message::from(artel_domain::Message)`.
    pub fn opaque(&self) -> Option<Value> {
        opaque::write(&self.reasoning, &self.message, &self.calls)
    }
}
