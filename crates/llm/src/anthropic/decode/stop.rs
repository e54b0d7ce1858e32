//! Why an answer ended.

use artel_domain::FinishReason;

use crate::ModelError;

/// Our word for the provider's. An answer that ends its turn with calls means the calls.
pub(super) fn finish_reason(word: Option<&str>, has_calls: bool) -> Result<FinishReason, ModelError> {
    Ok(match word {
        Some("max_tokens" | "model_context_window_exceeded") => FinishReason::Length,
        Some("refusal") => FinishReason::ContentFilter,
        // To go on, the blocks of the provider's own tools would have to go back as they came, and the form has no place for them.
        Some("pause_turn") => {
            return Err(ModelError::Protocol("it paused its turn (pause_turn), which cannot be continued here".to_owned()));
        }
        None | Some("end_turn" | "stop_sequence" | "tool_use") if has_calls => FinishReason::ToolCalls,
        None | Some("end_turn" | "stop_sequence" | "tool_use") => FinishReason::Stop,
        Some(other) => FinishReason::Other(other.to_owned()),
    })
}
