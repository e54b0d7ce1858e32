//! Why an answer ended: the words of all providers in one table.

use artel_domain::FinishReason;

use crate::ModelError;

/// Translates the provider's word. An answer with calls that ends normally ends with `ToolCalls`.
///
/// # Errors
/// Fails for a word that means a failed answer, and for a turn that this crate cannot continue.
pub(crate) fn reason(word: Option<&str>, has_calls: bool) -> Result<FinishReason, ModelError> {
    let Some(word) = word else { return Ok(normal(has_calls)) };
    Ok(match word.to_ascii_lowercase().as_str() {
        "tool_calls" | "tool_use" | "function_call" if !has_calls => {
            return Err(ModelError::Unusable(format!("it ended its answer with `{word}`, but no tool call was read")));
        }
        "stop" | "end_turn" | "stop_sequence" | "tool_calls" | "tool_use" | "function_call" => normal(has_calls),
        "length" | "max_tokens" | "max_output_tokens" | "model_length" | "model_context_window_exceeded" => {
            FinishReason::Length
        }
        "content_filter" | "refusal" | "safety" | "sensitive" | "recitation" | "blocklist" | "prohibited_content"
        | "spii" | "image_safety" => FinishReason::ContentFilter,
        "network_error"
        | "insufficient_system_resource"
        | "error"
        | "server_error"
        | "internal_error"
        | "overloaded"
        | "timeout"
        | "abort"
        | "aborted"
        | "cancelled" => {
            return Err(ModelError::Unavailable(format!("it ended its answer with `{word}`")));
        }
        "malformed_function_call"
        | "malformed_response"
        | "unexpected_tool_call"
        | "too_many_tool_calls"
        | "missing_thought_signature"
        | "invalid_tool_call" => {
            return Err(ModelError::Unusable(format!("it ended its answer with `{word}`")));
        }
        // The blocks of tools that the provider executes would have to be sent back unchanged, and this crate has no
        // form for them.
        "pause_turn" => {
            return Err(ModelError::Unusable(
                "it paused its turn (pause_turn), which cannot be continued here".to_owned(),
            ));
        }
        _ => FinishReason::Other(word.to_owned()),
    })
}

fn normal(has_calls: bool) -> FinishReason {
    if has_calls { FinishReason::ToolCalls } else { FinishReason::Stop }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_means_failure_is_an_error() {
        for (word, code) in [
            ("network_error", "model_unavailable"),
            ("insufficient_system_resource", "model_unavailable"),
            ("error", "model_unavailable"),
            ("malformed_function_call", "model_protocol_error"),
            ("MALFORMED_FUNCTION_CALL", "model_protocol_error"),
            ("pause_turn", "model_protocol_error"),
            ("tool_calls", "model_protocol_error"),
            ("tool_use", "model_protocol_error"),
            ("function_call", "model_protocol_error"),
        ] {
            let error = reason(Some(word), false).unwrap_err();
            assert_eq!(error.code(), code, "{word}");
            assert_eq!(error.is_provider_failure(), code == "model_unavailable", "{word}");
            assert!(error.to_string().contains(word), "{error}");
        }
    }

    #[test]
    fn words_of_all_providers_are_known_and_unknown_words_are_kept() {
        assert_eq!(reason(None, false), Ok(FinishReason::Stop));
        assert_eq!(reason(Some("stop"), true), Ok(FinishReason::ToolCalls));
        for word in ["length", "max_tokens", "MAX_TOKENS", "model_length"] {
            assert_eq!(reason(Some(word), true), Ok(FinishReason::Length), "{word}");
        }
        assert_eq!(reason(Some("sensitive"), false), Ok(FinishReason::ContentFilter));
        assert_eq!(reason(Some("load"), false), Ok(FinishReason::Other("load".to_owned())));
    }
}
