//! The members of Chat Completions answers that we read. Everything is optional: servers differ, and `null` stands for absent.

use artel_domain::Usage;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::{Reasoning, Rest};

/// A chunk of a stream, or a whole answer: the latter has `message` where the former has `delta`.
/// Members with an underscore are named only to be passed over: every answer has them anew, or they say nothing.
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
    /// Padding against those who measure lengths.
    #[serde(default, rename = "obfuscation")]
    _obfuscation: IgnoredAny,
    /// What OpenAI repeats in every chunk. Named because members without a name cost a dozen allocations each.
    #[serde(borrow)]
    system_fingerprint: Option<&'a RawValue>,
    #[serde(borrow)]
    service_tier: Option<&'a RawValue>,
    #[serde(flatten)]
    rest: Rest,
}

impl Chunk<'_> {
    /// Adds what has no form here; what a later chunk says counts.
    pub(super) fn add_rest(&mut self, rest: &mut Rest) {
        for (name, raw) in [("system_fingerprint", self.system_fingerprint), ("service_tier", self.service_tier)] {
            let Some(raw) = raw else { continue };
            if rest.get(name).and_then(Value::as_str).is_some_and(|held| is_text(raw, held)) {
                continue;
            }
            // It has been read as JSON once already.
            if let Ok(value) = serde_json::from_str(raw.get()) {
                rest.insert(name.to_owned(), value);
            }
        }
        rest.extend(telling(std::mem::take(&mut self.rest)));
    }
}

/// Whether this is that text, written without escapes.
fn is_text(raw: &RawValue, text: &str) -> bool {
    !text.contains('\\') && raw.get().strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) == Some(text)
}

#[derive(Debug, Deserialize)]
pub(super) struct Choice {
    pub(super) index: Option<u64>,
    #[serde(alias = "message")]
    pub(super) delta: Option<Delta>,
    pub(super) finish_reason: Option<String>,
    logprobs: Option<Value>,
    #[serde(flatten)]
    rest: Rest,
}

impl Choice {
    /// What has no form, the delta's members under `delta`.
    pub(super) fn take_rest(&mut self) -> Rest {
        let mut rest = telling(std::mem::take(&mut self.rest));
        rest.extend(self.logprobs.take().map(|logprobs| ("logprobs".to_owned(), logprobs)));
        let of_delta = self.delta.as_mut().map(|delta| telling(std::mem::take(&mut delta.rest))).unwrap_or_default();
        if !of_delta.is_empty() {
            rest.insert("delta".to_owned(), Value::Object(of_delta));
        }
        rest
    }
}

fn telling(rest: Rest) -> Rest {
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
    /// OpenAI's models decline in a member of its own; it is all the text there is then.
    pub(super) refusal: Option<String>,
    pub(super) tool_calls: Option<Vec<CallPiece>>,
    /// What the model thinks: DeepSeek's name for it, and many others'.
    reasoning_content: Option<String>,
    /// OpenRouter's name and newer vLLM's. Some servers send both with the same text.
    reasoning: Option<Value>,
    /// Reasoning to hand back, signed or hidden: what proxies of other protocols add (ours, LiteLLM).
    thinking_blocks: Option<Value>,
    #[serde(flatten)]
    rest: Rest,
}

impl Delta {
    /// Blocks of a form that is not known here are left out.
    pub(super) fn take_blocks(&mut self) -> Vec<Reasoning> {
        self.thinking_blocks.take().and_then(|blocks| serde_json::from_value(blocks).ok()).unwrap_or_default()
    }

    pub(super) fn take_reasoning(&mut self) -> Option<String> {
        let other = self.reasoning.take().and_then(|reasoning| reasoning.as_str().map(str::to_owned));
        self.reasoning_content.take().filter(|text| !text.is_empty()).or(other).filter(|text| !text.is_empty())
    }
}

/// Text, or (Mistral) a list of parts.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Content {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Debug, Deserialize)]
pub(super) struct Part {
    text: Option<String>,
}

impl Content {
    pub(super) fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Parts(parts) => parts.into_iter().filter_map(|part| part.text).collect(),
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct CallPiece {
    pub(super) index: Option<u64>,
    pub(super) id: Option<String>,
    pub(super) function: Option<FunctionPiece>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct FunctionPiece {
    pub(super) name: Option<String>,
    pub(super) arguments: Option<Value>,
}

impl FunctionPiece {
    /// JSON text; some servers send the object itself.
    pub(super) fn arguments_text(&self) -> String {
        match &self.arguments {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(object) => object.to_string(),
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct WireUsage {
    prompt_tokens: Option<i64>,
    completion_tokens: Option<i64>,
    prompt_tokens_details: Option<PromptDetails>,
    completion_tokens_details: Option<CompletionDetails>,
    /// DeepSeek's name for what came out of its cache.
    prompt_cache_hit_tokens: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
struct PromptDetails {
    cached_tokens: Option<i64>,
    /// OpenRouter's.
    cache_write_tokens: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct CompletionDetails {
    reasoning_tokens: Option<i64>,
}

impl From<WireUsage> for Usage {
    fn from(wire: WireUsage) -> Self {
        let of_prompt = wire.prompt_tokens_details.unwrap_or_default();
        Self {
            prompt_tokens: wire.prompt_tokens.unwrap_or(0),
            completion_tokens: wire.completion_tokens.unwrap_or(0),
            cached_tokens: of_prompt.cached_tokens.or(wire.prompt_cache_hit_tokens).unwrap_or(0),
            reasoning_tokens: wire.completion_tokens_details.and_then(|details| details.reasoning_tokens).unwrap_or(0),
            cache_write_tokens: of_prompt.cache_write_tokens.unwrap_or(0),
        }
    }
}
