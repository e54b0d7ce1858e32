//! The members of Chat Completions answers that this crate reads. All are optional, because servers differ; `null`
//! means absent.

use artel_domain::Usage;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::arguments::Written;
use crate::count::{Count, part, prompt_and_completion};
use crate::one_or_many::one_or_many;
use crate::{Reasoning, Rest};

/// A chunk of a stream, or a complete answer: the latter has `message` where the former has `delta`.
///
/// Members whose field begins with an underscore are listed only to be skipped: their values change with every answer,
/// or say nothing.
#[derive(Debug, Deserialize)]
pub(super) struct Chunk<'a> {
    pub(super) choices: Option<Vec<Choice>>,
    pub(super) usage: Option<WireUsage>,
    pub(super) error: Option<Value>,
    #[serde(default, rename = "id")]
    _id: IgnoredAny,
    #[serde(default, rename = "object")]
    _object: IgnoredAny,
    #[serde(default, rename = "created")]
    _created: IgnoredAny,
    #[serde(default, rename = "model")]
    _model: IgnoredAny,
    /// Padding that hides the length of the text.
    #[serde(default, rename = "obfuscation")]
    _obfuscation: IgnoredAny,
    /// OpenAI repeats these two in every chunk. They are listed because each unlisted member costs a dozen allocations.
    #[serde(borrow)]
    system_fingerprint: Option<&'a RawValue>,
    #[serde(borrow)]
    service_tier: Option<&'a RawValue>,
    #[serde(flatten)]
    rest: Rest,
}

impl Chunk<'_> {
    /// Adds the members without a typed form to those of earlier chunks. A later value replaces an earlier one.
    pub(super) fn add_rest(&mut self, rest: &mut Rest) {
        for (name, raw) in [("system_fingerprint", self.system_fingerprint), ("service_tier", self.service_tier)] {
            let Some(raw) = raw else { continue };
            if rest.get(name).and_then(Value::as_str).is_some_and(|held| is_text(raw, held)) {
                continue;
            }
            // The parser has already checked that it is JSON.
            if let Ok(value) = serde_json::from_str(raw.get()) {
                rest.insert(name.to_owned(), value);
            }
        }
        rest.extend(without_nulls(std::mem::take(&mut self.rest)));
    }
}

/// Whether the JSON is exactly this text, written without escapes.
fn is_text(raw: &RawValue, text: &str) -> bool {
    !text.contains('\\') && raw.get().strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) == Some(text)
}

#[derive(Debug, Deserialize)]
pub(super) struct Choice {
    pub(super) index: Option<u64>,
    delta: Option<Delta>,
    message: Option<Delta>,
    #[serde(default)]
    pub(super) finish_reason: FinishWord,
    /// OpenRouter's place for the error of a provider behind it.
    pub(super) error: Option<Value>,
    logprobs: Option<Value>,
    #[serde(flatten)]
    rest: Rest,
}

impl Choice {
    /// The message's piece. Some servers send `message` beside `delta`; `delta` is empty then.
    pub(super) fn take_delta(&mut self) -> Option<Delta> {
        self.delta.take().or(self.message.take())
    }

    /// Members of the choice without a typed form, such as `logprobs`.
    pub(super) fn take_rest(&mut self) -> Rest {
        let mut rest = without_nulls(std::mem::take(&mut self.rest));
        rest.extend(self.logprobs.take().map(|logprobs| ("logprobs".to_owned(), logprobs)));
        rest
    }
}

/// The provider's word for the reason of the end.
#[derive(Debug, Default)]
pub(super) enum FinishWord {
    /// Servers that never tell a reason have no such member, or one that says nothing: `""`, `[]`, a number.
    #[default]
    NoMember,
    /// The member is `null`: a later chunk tells the reason.
    Promised,
    Told(String),
}

impl<'de> Deserialize<'de> for FinishWord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Ok(if value.is_null() { Self::Promised } else { word(value).map_or(Self::NoMember, Self::Told) })
    }
}

/// A word, or the first one of a list.
fn word(value: Value) -> Option<String> {
    match value {
        Value::String(word) => Some(word).filter(|word| !word.is_empty()),
        Value::Array(items) => items.into_iter().find_map(word),
        _ => None,
    }
}

fn without_nulls(rest: Rest) -> Rest {
    if rest.is_empty() {
        return rest;
    }
    rest.into_iter().filter(|(_, value)| !value.is_null()).collect()
}

#[derive(Debug, Deserialize)]
pub(super) struct Delta {
    #[serde(default, rename = "role")]
    _role: IgnoredAny,
    pub(super) content: Option<Content>,
    /// OpenAI's models refuse in a separate member; there is no other text then.
    pub(super) refusal: Option<String>,
    #[serde(default, deserialize_with = "one_or_many")]
    tool_calls: Option<Vec<CallPiece>>,
    /// The only call of an answer, in the protocol before `tool_calls`.
    function_call: Option<FunctionPiece>,
    /// The model's reasoning, under the name that DeepSeek and many others use.
    reasoning_content: Option<String>,
    /// The same under the name of OpenRouter and newer versions of vLLM. Some servers send both with the same text.
    reasoning: Option<Value>,
    /// Reasoning to send back, signed or hidden. Proxies of other protocols add it (this product's, LiteLLM).
    thinking_blocks: Option<Value>,
    #[serde(flatten)]
    rest: Rest,
}

impl Delta {
    /// The pieces of calls. Some servers send empty ones with every chunk.
    pub(super) fn take_calls(&mut self) -> Vec<CallPiece> {
        let mut calls = self.tool_calls.take().unwrap_or_default();
        calls.retain(|piece| !piece.is_empty());
        if calls.is_empty() {
            calls.extend(self.function_call.take().filter(|function| !function.is_empty()).map(CallPiece::the_only));
        }
        calls
    }

    /// The reasoning blocks. Blocks of an unknown form are left out.
    pub(super) fn take_blocks(&mut self) -> Vec<Reasoning> {
        self.thinking_blocks.take().and_then(|blocks| serde_json::from_value(blocks).ok()).unwrap_or_default()
    }

    pub(super) fn take_reasoning(&mut self) -> Option<String> {
        let other = self.reasoning.take().and_then(|reasoning| reasoning.as_str().map(str::to_owned));
        self.reasoning_content.take().filter(|text| !text.is_empty()).or(other).filter(|text| !text.is_empty())
    }

    /// Members of the message without a typed form (`reasoning_details`, `annotations`).
    pub(super) fn take_rest(&mut self) -> Rest {
        without_nulls(std::mem::take(&mut self.rest))
    }
}

/// Text, or (Mistral) a list of parts.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Content {
    Text(String),
    Parts(Vec<Part>),
}

/// A piece of text, or of the model's reasoning, which is text or parts again.
#[derive(Debug, Deserialize)]
pub(super) struct Part {
    text: Option<String>,
    thinking: Option<Content>,
}

impl Content {
    /// The text, without the reasoning.
    pub(super) fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Parts(parts) => parts.into_iter().filter_map(|part| part.text).collect(),
        }
    }

    /// Takes the reasoning out.
    pub(super) fn take_thinking(&mut self) -> String {
        let Self::Parts(parts) = self else { return String::new() };
        parts.iter_mut().filter_map(|part| part.thinking.take()).map(Self::into_text).collect()
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct CallPiece {
    pub(super) index: Option<u64>,
    pub(super) id: Option<String>,
    #[serde(default, rename = "type")]
    _type: IgnoredAny,
    pub(super) function: Option<FunctionPiece>,
    #[serde(flatten)]
    rest: Rest,
}

impl CallPiece {
    fn the_only(function: FunctionPiece) -> Self {
        // No server counts so far, and each piece has the same index.
        let index = Some(u64::MAX);
        Self { index, id: None, _type: IgnoredAny, function: Some(function), rest: Rest::new() }
    }

    fn is_empty(&self) -> bool {
        self.id.is_none() && self.function.is_none() && self.rest.is_empty()
    }

    /// Members of the call without a typed form (`extra_content`). Those of its function are under `function`.
    pub(super) fn take_rest(&mut self) -> Rest {
        let mut rest = without_nulls(std::mem::take(&mut self.rest));
        let function = self.function.as_mut().map(|function| without_nulls(std::mem::take(&mut function.rest)));
        if let Some(function) = function.filter(|members| !members.is_empty()) {
            rest.insert("function".to_owned(), function.into());
        }
        rest
    }
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct FunctionPiece {
    pub(super) name: Option<String>,
    arguments: Option<Written>,
    /// Other names of the arguments.
    parameters: Option<Written>,
    input: Option<Written>,
    #[serde(flatten)]
    rest: Rest,
}

impl FunctionPiece {
    pub(super) fn is_named(&self) -> bool {
        self.name.as_deref().is_some_and(|name| !name.is_empty())
    }

    fn is_empty(&self) -> bool {
        !self.is_named() && self.arguments_text().is_empty() && self.rest.is_empty()
    }

    /// The JSON text of the arguments, or the next piece of it.
    pub(super) fn arguments_text(&self) -> &str {
        Written::first([&self.arguments, &self.parameters, &self.input])
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct WireUsage {
    prompt_tokens: Option<Count>,
    completion_tokens: Option<Count>,
    total_tokens: Option<Count>,
    prompt_tokens_details: Option<PromptDetails>,
    completion_tokens_details: Option<CompletionDetails>,
    /// DeepSeek's name for tokens read from its cache.
    prompt_cache_hit_tokens: Option<Count>,
}

#[derive(Debug, Default, Deserialize)]
struct PromptDetails {
    cached_tokens: Option<Count>,
    /// OpenRouter's name for tokens written to a cache.
    cache_write_tokens: Option<Count>,
}

#[derive(Debug, Default, Deserialize)]
struct CompletionDetails {
    reasoning_tokens: Option<Count>,
}

impl WireUsage {
    /// The usage of a chat; `None` when the report does not determine both prompt and completion.
    pub(super) fn of_chat(self) -> Option<Usage> {
        let (prompt_tokens, completion_tokens) =
            prompt_and_completion(self.prompt_tokens, self.completion_tokens, self.total_tokens)?;
        let of_prompt = self.prompt_tokens_details.unwrap_or_default();
        Some(Usage {
            prompt_tokens,
            completion_tokens,
            cached_tokens: part(of_prompt.cached_tokens.or(self.prompt_cache_hit_tokens)).min(prompt_tokens),
            reasoning_tokens: part(self.completion_tokens_details.unwrap_or_default().reasoning_tokens),
            cache_write_tokens: part(of_prompt.cache_write_tokens).min(prompt_tokens),
        })
    }

    /// The usage of embeddings, which have no completion tokens.
    pub(super) fn of_embeddings(self) -> Option<Usage> {
        let prompt_tokens = self.prompt_tokens.or(self.total_tokens)?.tokens()?;
        Some(Usage { prompt_tokens, ..Usage::default() })
    }
}
