//! Parts that the complete object and the chunks have in common.

use artel_domain::Usage;
use artel_llm::Completion;
use serde::Serialize;

use super::finish_word;

/// Tokens under OpenAI's names.
#[derive(Debug, Serialize)]
pub(super) struct WireUsage {
    prompt_tokens: i64,
    completion_tokens: i64,
    total_tokens: i64,
    prompt_tokens_details: PromptDetails,
    completion_tokens_details: CompletionDetails,
}

#[derive(Debug, Serialize)]
struct PromptDetails {
    cached_tokens: i64,
    /// OpenRouter's extension: tokens that were written to a cache, which cost more.
    #[serde(skip_serializing_if = "is_zero")]
    cache_write_tokens: i64,
}

#[derive(Debug, Serialize)]
struct CompletionDetails {
    reasoning_tokens: i64,
}

impl From<Usage> for WireUsage {
    fn from(usage: Usage) -> Self {
        Self {
            prompt_tokens: usage.prompt_tokens,
            completion_tokens: usage.completion_tokens,
            total_tokens: usage.total(),
            prompt_tokens_details: PromptDetails {
                cached_tokens: usage.cached_tokens,
                cache_write_tokens: usage.cache_write_tokens,
            },
            completion_tokens_details: CompletionDetails { reasoning_tokens: usage.reasoning_tokens },
        }
    }
}

/// This product's own member of a choice: the provider's word for the reason of the end, when OpenAI has another word
/// or none.
#[derive(Debug, Serialize)]
pub(super) struct Extension<'a> {
    finish_word: &'a str,
}

impl<'a> Extension<'a> {
    pub(super) fn of(answer: &'a Completion) -> Option<Self> {
        let own = answer.finish_word.as_deref();
        own.filter(|word| *word != finish_word(answer) || is_foreign(word)).map(|finish_word| Self { finish_word })
    }
}

/// Whether the word is not one of OpenAI's. Then it stands in both members.
fn is_foreign(word: &str) -> bool {
    !matches!(word, "stop" | "length" | "tool_calls" | "content_filter" | "function_call")
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(count: &i64) -> bool {
    *count == 0
}
