//! The members of `/api/chat` answers that this crate reads. All are optional, because servers differ; `null` means
//! absent.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

use artel_domain::Usage;

use crate::Rest;
use crate::count::Count;

/// A line of a stream, or a complete answer.
#[derive(Debug, Deserialize)]
pub(super) struct Line {
    pub(super) message: Option<Message>,
    pub(super) done: Option<bool>,
    pub(super) done_reason: Option<String>,
    prompt_eval_count: Option<Count>,
    eval_count: Option<Count>,
    pub(super) logprobs: Option<Value>,
    pub(super) error: Option<Value>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Message {
    pub(super) content: Option<String>,
    pub(super) thinking: Option<String>,
    pub(super) tool_calls: Option<Vec<Call>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Call {
    pub(super) id: Option<String>,
    pub(super) function: Option<Function>,
    #[serde(default, rename = "type")]
    _type: IgnoredAny,
    /// Members without a typed form.
    #[serde(flatten)]
    pub(super) rest: Rest,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Function {
    pub(super) name: Option<String>,
    /// The JSON text of the arguments, so that numbers keep their digits.
    arguments: Option<Box<RawValue>>,
}

impl Line {
    /// Whether the line reports its usage.
    pub(super) fn has_usage(&self) -> bool {
        self.prompt_eval_count.is_some() || self.eval_count.is_some()
    }

    /// The usage that the line reports; `None` when it is unreadable. Ollama leaves out a count of 0, for example that
    /// of a prompt which was completely in its cache.
    pub(super) fn usage(&self) -> Option<Usage> {
        let tokens = |count: Option<Count>| count.map_or(Some(0), Count::tokens);
        let (prompt_tokens, completion_tokens) = (tokens(self.prompt_eval_count)?, tokens(self.eval_count)?);
        Some(Usage { prompt_tokens, completion_tokens, ..Usage::default() })
    }
}

impl Function {
    /// The JSON text of the arguments. Some servers send a string that holds it.
    pub(super) fn arguments_text(&self) -> String {
        let written = self.arguments.as_deref().map_or("null", RawValue::get);
        let text = serde_json::from_str::<String>(written).unwrap_or_else(|_| written.to_owned());
        if matches!(text.trim(), "" | "null") { "{}".to_owned() } else { text }
    }
}
