//! The one typed form of what models read and write. Provider dialects translate to and from it; the journal keeps it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// One message of the dialogue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum Message {
    System {
        text: String,
    },
    User {
        text: String,
    },
    Assistant {
        text: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        calls: Vec<AssistantCall>,
        /// Provider blocks that must go back verbatim in the next turn (thinking with signatures).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        opaque: Option<Value>,
    },
    Tool {
        /// The provider's own call id, as in the assistant message that asked.
        call_id: String,
        name: String,
        content: String,
        is_error: bool,
    },
}

/// A tool call as the model wrote it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AssistantCall {
    pub id: String,
    /// The name that was offered to the model.
    pub name: String,
    /// The arguments as JSON text; not necessarily valid, a model wrote them.
    pub arguments: String,
    /// Members of the call without a form of their own (`extra_content`). A provider may need them back unchanged.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub rest: Map<String, Value>,
}

/// A tool as it is offered to a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolSpec {
    /// Fits `^[a-zA-Z0-9_-]{1,64}$` and is unique within the request.
    pub name: String,
    pub description: String,
    pub input_schema: Value,
    /// Further members that a client gave the tool (`strict`, `cache_control`), for providers that know them.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub rest: Map<String, Value>,
}

/// Tokens of one model call, or their sum over a run. `prompt_tokens` includes those read from a cache and those
/// written to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Usage {
    pub prompt_tokens: i64,
    pub completion_tokens: i64,
    #[serde(default)]
    pub cached_tokens: i64,
    #[serde(default)]
    pub reasoning_tokens: i64,
    /// Left out when there are none, so that journals and answers of providers without such a cache look as they
    /// always did.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cache_write_tokens: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(count: &i64) -> bool {
    *count == 0
}

impl Usage {
    /// Prompt and completion together, in tokens. Saturates instead of wrapping.
    pub fn total(self) -> i64 {
        self.prompt_tokens.saturating_add(self.completion_tokens)
    }

    /// The sum of two usages. Each count saturates instead of wrapping.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            prompt_tokens: self.prompt_tokens.saturating_add(other.prompt_tokens),
            completion_tokens: self.completion_tokens.saturating_add(other.completion_tokens),
            cached_tokens: self.cached_tokens.saturating_add(other.cached_tokens),
            reasoning_tokens: self.reasoning_tokens.saturating_add(other.reasoning_tokens),
            cache_write_tokens: self.cache_write_tokens.saturating_add(other.cache_write_tokens),
        }
    }
}

/// Why a model stopped, in our words; `Other` keeps the provider's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinishReason {
    Stop,
    Length,
    ToolCalls,
    ContentFilter,
    Other(String),
}

impl FinishReason {
    /// `stop`, `length`, `tool_calls`, `content_filter`, or the provider's own word.
    pub fn word(&self) -> &str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
            Self::ToolCalls => "tool_calls",
            Self::ContentFilter => "content_filter",
            Self::Other(word) => word,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_usages_never_wrap() {
        let most = Usage { prompt_tokens: i64::MAX, completion_tokens: i64::MAX, ..Usage::default() };
        assert_eq!(most.total(), i64::MAX);
        assert_eq!(most.plus(most), most);
    }

    #[test]
    fn a_call_without_further_members_is_written_as_before() {
        let call =
            AssistantCall { id: "a".into(), name: "now".into(), arguments: "{}".into(), ..AssistantCall::default() };
        let text = serde_json::to_string(&call).unwrap();
        assert_eq!(text, r#"{"id":"a","name":"now","arguments":"{}"}"#);
        assert_eq!(serde_json::from_str::<AssistantCall>(&text).unwrap(), call);
    }
}
