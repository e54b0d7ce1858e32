//! Writes a model's answer the way OpenAI's API does: as one object, or as chunks of a stream. Pure.

mod chunks;
mod json;
mod parts;
mod whole;

pub(crate) use chunks::Chunks;
pub(crate) use whole::{ExtraMembers, write_completion};

use artel_domain::FinishReason;
use artel_llm::{Completion, Opening, Reasoning};

/// What every piece of one answer says about itself.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    /// `chatcmpl-…`
    pub(crate) id: String,
    /// Unix seconds.
    pub(crate) created: i64,
    /// The model as the client named it.
    pub(crate) model: String,
}

impl Head {
    /// The model is called as the client called it, unless another one had to answer.
    pub(crate) fn new(opening: &Opening, asked_for: &str, created: i64) -> Self {
        let model = if opening.fallbacks == 0 { asked_for.to_owned() } else { opening.model.to_string() };
        Self { id: format!("chatcmpl-{}", opening.call_id.simple()), created, model }
    }
}

/// OpenAI's word. A word without a counterpart is passed on, because `stop` would be wrong.
fn finish_word(answer: &Completion) -> &str {
    match &answer.finish {
        FinishReason::Stop => "stop",
        FinishReason::Length => "length",
        FinishReason::ToolCalls => "tool_calls",
        FinishReason::ContentFilter => "content_filter",
        FinishReason::Other(word) => word,
    }
}

/// The reasoning as blocks, when there is more to it than its text: what is signed or hidden must come back as it is.
fn to_hand_back(answer: &Completion) -> Option<&[Reasoning]> {
    let is_text = |block: &Reasoning| matches!(block, Reasoning::Thinking { signature: None, .. });
    (!answer.reasoning.iter().all(is_text)).then_some(&answer.reasoning)
}

#[cfg(test)]
mod tests;
