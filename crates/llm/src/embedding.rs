//! Embeddings: the common form of requests and answers.

mod vector;

use std::collections::BTreeMap;

use artel_domain::Usage;
use secrecy::SecretString;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

pub(crate) use vector::{floats, in_format};

use crate::params::{bad, text, whole};
use crate::{BadParam, Message, ModelName, Params, Request, Rest, Trace, UsedBy};

/// One request for embeddings.
#[derive(Debug, Clone)]
pub struct EmbeddingRequest {
    /// The full name of the model.
    pub model: ModelName,
    /// What to compute.
    pub params: EmbeddingParams,
    /// Whose account the call is recorded on: an opaque word (a tenant, a service).
    pub account: String,
    /// Who uses the model, for the sums of the account.
    pub used_by: UsedBy,
    /// Keys that replace the operator's, by provider name.
    pub keys: BTreeMap<String, SecretString>,
    /// The trace that the call is part of.
    pub trace: Option<Trace>,
}

/// The texts, and the form of the vectors.
#[derive(Debug, Clone, PartialEq)]
pub struct EmbeddingParams {
    /// The texts, or their tokens.
    pub input: EmbeddingInput,
    /// The number of dimensions; absent: the model's own.
    pub dimensions: Option<u32>,
    /// The JSON form of the vectors.
    pub format: VectorFormat,
    /// Members under their OpenAI names without a field above, for providers of that protocol.
    pub rest: Rest,
}

/// The input: one vector is computed for each item.
#[derive(Debug, Clone, PartialEq)]
pub enum EmbeddingInput {
    /// Plain texts.
    Texts(Vec<String>),
    /// Token lists of the model, when the client did the tokenization.
    Tokens(Vec<Vec<u32>>),
}

/// The JSON form of a vector.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum VectorFormat {
    /// An array of numbers.
    #[default]
    Float,
    /// The bytes of little-endian 32-bit floats.
    Base64,
}

/// The vectors, in the order of the input.
#[derive(Debug, Clone)]
pub struct Embeddings {
    /// Each vector is JSON in the requested format, with the provider's own digits.
    pub vectors: Vec<Box<RawValue>>,
    /// Absent when the provider reports none.
    pub usage: Option<Usage>,
}

impl EmbeddingRequest {
    /// The request as a chat call with the same texts, for the estimate of missing token counts.
    pub(crate) fn as_call(&self) -> Request {
        let texts = match &self.params.input {
            EmbeddingInput::Texts(texts) => texts.as_slice(),
            EmbeddingInput::Tokens(_) => &[],
        };
        Request {
            model: self.model.clone(),
            messages: texts.iter().map(Message::user).collect(),
            tools: Vec::new(),
            params: Params::default(),
            account: self.account.clone(),
            used_by: self.used_by,
            keys: self.keys.clone(),
            trace: self.trace,
        }
    }
}

impl EmbeddingInput {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Texts(texts) => texts.len(),
            Self::Tokens(lists) => lists.len(),
        }
    }
}

impl EmbeddingParams {
    /// Reads the members of a request under their OpenAI names; `model` is skipped.
    ///
    /// # Errors
    /// Fails for a member that is not valid.
    pub fn read(members: &Map<String, Value>) -> Result<Self, BadParam> {
        let given = |name: &str| members.get(name).filter(|value| !value.is_null());
        let known = ["model", "input", "dimensions", "encoding_format"];
        let rest = members.iter().filter(|(name, value)| !value.is_null() && !known.contains(&name.as_str()));
        Ok(Self {
            input: input(given("input").unwrap_or(&Value::Null))?,
            dimensions: given("dimensions").map(|value| whole("dimensions", value)).transpose()?,
            format: given("encoding_format").map(format).transpose()?.unwrap_or_default(),
            rest: rest.map(|(name, value)| (name.clone(), value.clone())).collect(),
        })
    }
}

/// Reads one text, several texts, one list of tokens, or several lists.
fn input(value: &Value) -> Result<EmbeddingInput, BadParam> {
    let wrong = || bad("input", "must be a text, or an array of texts or of lists of tokens");
    let one = [value.clone()];
    let all = match value {
        Value::String(_) => one.as_slice(),
        Value::Array(all) if all.first().is_some_and(Value::is_u64) => one.as_slice(),
        Value::Array(all) if !all.is_empty() => all,
        _ => return Err(wrong()),
    };
    if all[0].is_string() {
        let texts = all.iter().enumerate().map(|(at, one)| text(&format!("input[{at}]"), one).map(str::to_owned));
        return texts.collect::<Result<_, _>>().map(EmbeddingInput::Texts);
    }
    let tokens = |list: &Value| serde_json::from_value(list.clone()).map_err(|_| wrong());
    all.iter().map(tokens).collect::<Result<_, _>>().map(EmbeddingInput::Tokens)
}

fn format(value: &Value) -> Result<VectorFormat, BadParam> {
    match value.as_str() {
        Some("float") => Ok(VectorFormat::Float),
        Some("base64") => Ok(VectorFormat::Base64),
        _ => Err(bad("encoding_format", "must be `float` or `base64`")),
    }
}

impl Embeddings {
    /// The answer in OpenAI's form. `model` is the name that the client used.
    pub fn body<'a>(&'a self, model: &'a str) -> impl Serialize + 'a {
        let data =
            self.vectors.iter().enumerate().map(|(index, embedding)| Item { object: "embedding", index, embedding });
        let tokens = self.usage.map_or(0, |usage| usage.prompt_tokens);
        Body {
            object: "list",
            data: data.collect(),
            model,
            usage: BodyUsage { prompt_tokens: tokens, total_tokens: tokens },
        }
    }
}

#[derive(Serialize)]
struct Body<'a> {
    object: &'static str,
    data: Vec<Item<'a>>,
    model: &'a str,
    usage: BodyUsage,
}

#[derive(Serialize)]
struct Item<'a> {
    object: &'static str,
    index: usize,
    embedding: &'a RawValue,
}

#[derive(Serialize)]
struct BodyUsage {
    prompt_tokens: i64,
    total_tokens: i64,
}

#[cfg(test)]
mod tests;
