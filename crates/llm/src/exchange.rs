//! The request to a model and its answer, in the common form of all providers.

use std::collections::BTreeMap;
use std::time::Duration;

use artel_domain::{AssistantCall, FinishReason, ToolSpec, Usage};
use secrecy::SecretString;
use serde_json::Value;
use uuid::Uuid;

use crate::chat::{Message, Reasoning, ResponseFormat, Rest, Thinking, ToolChoice};
use crate::{ModelName, RateLimits, Trace, UsedBy, opaque};

/// One request to a model.
#[derive(Debug, Clone)]
pub struct Request {
    /// The full name of the model, or a name that the operator chose.
    pub model: ModelName,
    /// The dialogue, oldest message first.
    pub messages: Vec<Message>,
    /// The tools that the model may call.
    pub tools: Vec<ToolSpec>,
    /// How the model is to answer.
    pub params: Params,
    /// Whose account the call is recorded on: an opaque word (a tenant, a service).
    pub account: String,
    /// Who uses the model, for the sums of the account.
    pub used_by: UsedBy,
    /// Keys that replace the operator's, by provider name.
    pub keys: BTreeMap<String, SecretString>,
    /// The trace that the call is part of.
    pub trace: Option<Trace>,
}

/// How the model is to answer. An absent member is left to the provider.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Params {
    /// Which tools the model may or must call.
    pub tool_choice: Option<ToolChoice>,
    /// Whether one answer may have several calls.
    pub parallel_tool_calls: Option<bool>,
    /// The value of `max_completion_tokens` when both members were given.
    pub max_tokens: Option<u32>,
    /// The limit came under the newer name `max_completion_tokens`.
    pub max_completion_tokens: bool,
    /// The sampling temperature, from 0 to 2 as in OpenAI's protocol.
    pub temperature: Option<f64>,
    /// The nucleus sampling share, from 0 to 1.
    pub top_p: Option<f64>,
    /// Texts at which the answer ends.
    pub stop: Vec<String>,
    /// The required format of the answer's text.
    pub response_format: Option<ResponseFormat>,
    /// How much the model thinks.
    pub thinking: Option<Thinking>,
    /// Members under their OpenAI names without a field above. They are sent unchanged to a provider of that protocol.
    /// Members that would change the protocol (`stream`, `n`, `messages`, …) are dropped.
    pub rest: Rest,
}

/// A piece of an answer that may be shown before the answer is complete.
#[derive(Debug, Clone, PartialEq)]
pub enum Delta {
    /// The first delta of every answer.
    Opened(Box<Opening>),
    /// The next piece of the text.
    Text(String),
    /// The model's reasoning, where the provider shows it.
    Reasoning(String),
    /// A refusal. OpenAI's protocol has a separate member for it.
    Refusal(String),
    /// The call number `index` of the answer begins. Indexes count from 0 without gaps. Each call begins before its
    /// first [`Delta::Arguments`].
    Call {
        /// The index of the call in the answer.
        index: usize,
        /// The provider's id of the call, or a generated one.
        id: String,
        /// The name of the tool.
        name: String,
    },
    /// The next piece of the arguments of that call. All pieces joined are [`AssistantCall::arguments`].
    Arguments {
        /// The index of the call in the answer.
        index: usize,
        /// JSON text, cut anywhere.
        piece: String,
    },
    /// Members of a choice without a typed form (`logprobs`, …), for clients of the same protocol. Members of its delta
    /// (`annotations`, …) are in an object under `delta`.
    Rest(Rest),
}

impl Delta {
    /// The text of the delta, of any kind.
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

/// Which model answers. Sent once, before the first piece of an answer. No other attempt is made after it.
#[derive(Debug, Clone, PartialEq)]
pub struct Opening {
    /// The id of the call's record.
    pub call_id: Uuid,
    /// The model that answers. It differs from the requested one after a fallback.
    pub model: ModelName,
    /// Requests sent so far, to all models together.
    pub attempts: u32,
    /// How often the next model of the route was called instead.
    pub fallbacks: u32,
    /// The rate limits that the answering provider reports.
    pub limits: RateLimits,
    /// The time that this process has waited for providers. The rest of the latency is its own.
    pub upstream: Duration,
}

/// An answer, and what happened during its call.
#[derive(Debug, Clone, PartialEq)]
pub struct Served {
    /// The complete answer.
    pub answer: Completion,
    /// The opening, with the counts at the end of the call.
    pub opening: Opening,
    /// From the start to the end of the call.
    pub latency: Duration,
    /// In billionths of a US dollar; absent when the price is not known.
    pub cost_nanos: Option<i64>,
}

/// One complete answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
    /// All text and refusal deltas, joined.
    pub text: String,
    /// With [`FinishReason::Length`] or [`FinishReason::ContentFilter`] the last call may be incomplete: such calls
    /// must not be executed.
    pub calls: Vec<AssistantCall>,
    /// Why the answer ended.
    pub finish: FinishReason,
    /// The provider's own word for the reason, when it gave one.
    pub finish_word: Option<String>,
    /// Absent when the provider reports none.
    pub usage: Option<Usage>,
    /// Must be sent back unchanged with this message in the next request.
    pub reasoning: Vec<Reasoning>,
    /// Members of the message without a typed form (`reasoning_details`, …). They are sent back with it, too.
    pub message: Rest,
    /// Members of the answer without a typed form (`system_fingerprint`, `service_tier`, …).
    pub rest: Rest,
}

impl Completion {
    /// What must be sent back with this message, in the form that the journal stores; `None` when there is nothing.
    ///
    /// It holds the reasoning, and the members without a typed form of the message and of its calls. Members of more
    /// than 256 KiB are left out, and the log says so. `Message::from(artel_domain::Message)` reads it back into a
    /// [`Message`].
    ///
    /// # Arguments
    /// * `origin`: the provider that gave the answer. Only it gets the members back.
    /// * `calls`: how many of the calls are kept, from the first.
    pub fn opaque(&self, origin: &str, calls: usize) -> Option<Value> {
        let kept = self.calls.get(..calls).unwrap_or(&self.calls);
        opaque::write(&self.reasoning, &self.message, kept, origin)
    }
}
