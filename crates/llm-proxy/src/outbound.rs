//! Writes a model's answer in the form of OpenAI's API: as one object, or as chunks of a stream. It is pure.

mod chunks;
mod json;
mod parts;
mod whole;

pub(crate) use chunks::Chunks;
pub(crate) use whole::{ExtraMembers, write_completion};

use artel_domain::FinishReason;
use artel_llm::{Completion, Opening, Reasoning};

/// The members that are the same in every part of one answer.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    /// `chatcmpl-…`
    pub(crate) id: String,
    /// Seconds since 1970.
    pub(crate) created: i64,
    /// The model as the client named it, or the model that answered in its place.
    pub(crate) model: String,
}

impl Head {
    /// The head of an answer. The model keeps the name that the client used, unless another model answered.
    pub(crate) fn new(opening: &Opening, asked_for: &str, created: i64) -> Self {
        let model = if opening.fallbacks == 0 { asked_for.to_owned() } else { opening.model.to_string() };
        Self { id: format!("chatcmpl-{}", opening.call_id.simple()), created, model }
    }
}

/// OpenAI's word for the reason of the end. A reason without a counterpart is passed on, because `stop` would be wrong.
fn finish_word(answer: &Completion) -> &str {
    match &answer.finish {
        FinishReason::Stop => "stop",
        FinishReason::Length => "length",
        FinishReason::ToolCalls => "tool_calls",
        FinishReason::ContentFilter => "content_filter",
        FinishReason::Other(word) => word,
    }
}

/// The reasoning blocks, if some are signed or hidden: these must be sent back unchanged.
fn blocks_to_send_back(answer: &Completion) -> Option<&[Reasoning]> {
    let is_text = |block: &Reasoning| matches!(block, Reasoning::Thinking { signature: None, .. });
    (!answer.reasoning.iter().all(is_text)).then_some(&answer.reasoning)
}

#[cfg(test)]
mod tests;
