//! The members of `/api/chat` answers that this crate reads. All are optional, because servers differ; `null` means
//! absent.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use artel_domain::Usage;

use crate::Rest;
use crate::arguments::Written;
use crate::count::Count;
use crate::one_or_many::one_or_many;

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
    #[serde(default, deserialize_with = "one_or_many")]
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
    arguments: Option<Written>,
    /// Names of the arguments in other protocols.
    parameters: Option<Written>,
    input: Option<Written>,
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

impl Call {
    /// Whether there is nothing in it. Some servers send such a call in place of an empty list.
    pub(super) fn is_empty(&self) -> bool {
        self.id.is_none() && self.function.is_none() && self.rest.is_empty()
    }
}

impl Function {
    /// The JSON text of the arguments.
    pub(super) fn arguments_text(&self) -> String {
        let text = Written::first([&self.arguments, &self.parameters, &self.input]);
        if matches!(text.trim(), "" | "null") { "{}".to_owned() } else { text.to_owned() }
    }
}
