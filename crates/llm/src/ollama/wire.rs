//! The members of `/api/chat` answers that we read. Everything is optional: servers differ, and `null` stands for absent.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use artel_domain::Usage;

/// A line of a stream, or a whole answer.
#[derive(Debug, Deserialize)]
pub(super) struct Line {
    pub(super) message: Option<Message>,
    pub(super) done: Option<bool>,
    pub(super) done_reason: Option<String>,
    prompt_eval_count: Option<i64>,
    eval_count: Option<i64>,
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
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Function {
    pub(super) name: Option<String>,
    /// As it was written: numbers keep their digits.
    arguments: Option<Box<RawValue>>,
}

impl Line {
    /// A count of nothing is left out: the prompt's when all of it was still in memory.
    pub(super) fn usage(&self) -> Option<Usage> {
        let counted = self.prompt_eval_count.is_some() || self.eval_count.is_some();
        let (prompt_tokens, completion_tokens) = (self.prompt_eval_count.unwrap_or(0), self.eval_count.unwrap_or(0));
        counted.then(|| Usage { prompt_tokens, completion_tokens, ..Usage::default() })
    }
}

impl Function {
    /// JSON text; some servers send a string that holds it.
    pub(super) fn arguments_text(&self) -> String {
        let written = self.arguments.as_deref().map_or("null", RawValue::get);
        let text = serde_json::from_str::<String>(written).unwrap_or_else(|_| written.to_owned());
        if matches!(text.trim(), "" | "null") { "{}".to_owned() } else { text }
    }
}
