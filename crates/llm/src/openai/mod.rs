//! The Chat Completions dialect, as OpenAI, vLLM, llama.cpp and many others speak it.

mod assemble;
mod decode;
mod embed;
mod encode;
mod message_rest;
mod messages;
mod parts;
mod proxy_messages;
mod rest;
mod wire;

use http::StatusCode;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use serde_json::Value;

use crate::dialect::{Decoder, Dialect, EmbeddingDialect, Framing, sensitive};
use crate::surrogates::Joining;
use crate::{Completion, Delta, ModelError, Request, error_body};

/// Chat Completions.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct OpenAi {
    /// Requests go to OpenAI's own address, which refuses members that it does not know.
    pub(crate) is_official: bool,
}

impl Dialect for OpenAi {
    fn path(&self) -> &'static [&'static str] {
        &["chat", "completions"]
    }

    fn headers(&self, key: Option<&str>) -> Option<Vec<(HeaderName, HeaderValue)>> {
        let Some(key) = key else { return Some(Vec::new()) };
        Some(vec![(AUTHORIZATION, sensitive(&format!("Bearer {key}"))?)])
    }

    fn encode(&self, request: &Request) -> Result<Value, ModelError> {
        encode::body(request, self.is_official)
    }

    fn framing(&self) -> Framing {
        Framing::Events
    }

    fn decoder(&self, request: &Request) -> Box<dyn Decoder> {
        Box::new(Joining::new(Box::new(decode::StreamDecoder::new(calls_so_far(request)))))
    }

    fn decode_whole(&self, request: &Request, body: &[u8], deltas: &mut Vec<Delta>) -> Result<Completion, ModelError> {
        decode::whole(calls_so_far(request), body, deltas)
    }

    fn embeddings(&self) -> Option<&dyn EmbeddingDialect> {
        Some(self)
    }

    fn error(&self, status: StatusCode, body: &[u8]) -> ModelError {
        error_body::of_response(status, body)
    }
}

/// The number of the first generated call id, so that ids stay unique in the dialogue.
fn calls_so_far(request: &Request) -> usize {
    request.messages.iter().map(|message| message.calls().len()).sum()
}

#[cfg(test)]
mod tests;
