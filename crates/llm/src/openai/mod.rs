//! The Chat Completions dialect, as OpenAI, vLLM, llama.cpp and many others speak it.

mod assemble;
mod decode;
mod embed;
mod encode;
mod messages;
mod ours;
mod parts;
mod refusal;
mod wire;

use http::StatusCode;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use serde_json::Value;

use crate::dialect::{Decoder, Dialect, EmbeddingDialect, sensitive};
use crate::{Answer, Delta, ModelError, Request};

/// The provider that knows all of this protocol and refuses what is not in it.
const PROVIDER: &str = "openai";

/// Chat Completions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OpenAi;

impl Dialect for OpenAi {
    fn path(&self) -> &'static [&'static str] {
        &["chat", "completions"]
    }

    fn headers(&self, key: Option<&str>) -> Option<Vec<(HeaderName, HeaderValue)>> {
        let Some(key) = key else { return Some(Vec::new()) };
        Some(vec![(AUTHORIZATION, sensitive(&format!("Bearer {key}"))?)])
    }

    fn encode(&self, request: &Request) -> Result<Value, ModelError> {
        encode::body(request)
    }

    fn decoder(&self, request: &Request) -> Box<dyn Decoder> {
        Box::new(decode::StreamDecoder::new(calls_so_far(request)))
    }

    fn decode_whole(&self, request: &Request, body: &[u8], deltas: &mut Vec<Delta>) -> Result<Answer, ModelError> {
        decode::whole(calls_so_far(request), body, deltas)
    }

    fn embeddings(&self) -> Option<&dyn EmbeddingDialect> {
        Some(self)
    }

    fn refusal(&self, status: StatusCode, body: &[u8]) -> ModelError {
        refusal::of_response(status, body)
    }
}

/// Made-up call ids count on from here, so that they stay unique in the dialogue.
fn calls_so_far(request: &Request) -> usize {
    request.messages.iter().map(|message| message.calls().len()).sum()
}

#[cfg(test)]
mod tests;
