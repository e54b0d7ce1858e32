//! The dialect of Ollama's own `/api/chat`. Ollama's OpenAI-compatible layer loses errors in the middle of a stream, so
//! it is not used.
//!
//! What Ollama does not have, and what is done instead:
//! * It has no `tool_choice`. For `none` no tools are offered, for a named tool only that tool. There is no way to
//!   demand that a tool is called, or that only one call is made at a time.
//! * A `format` forbids the model to call tools. When a request has both, the tools are offered and the system message
//!   describes the format.
//! * It silently truncates a dialogue that is too long. The members `truncate` and `shift` make it report an error
//!   instead.
//! * It reads images as base64 only.

mod decode;
mod embed;
mod encode;
mod ids;
mod members;
mod messages;
mod options;
mod tools;
mod value_text;
mod wire;

use std::sync::Arc;

use http::StatusCode;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use serde_json::Value;

use crate::catalog::Catalog;
use crate::dialect::{Decoder, Dialect, EmbeddingDialect, Framing, sensitive};
use crate::surrogates::Joining;
use crate::{Completion, Delta, ModelError, Request, error_body};

/// `/api/chat`.
#[derive(Debug, Clone)]
pub(crate) struct Ollama {
    /// Tells how long a context Ollama must allocate.
    catalog: Arc<Catalog>,
}

impl Ollama {
    pub(crate) fn new(catalog: Arc<Catalog>) -> Self {
        Self { catalog }
    }
}

impl Dialect for Ollama {
    fn path(&self) -> &'static [&'static str] {
        &["api", "chat"]
    }

    /// The operator's own server needs no key; ollama.com and gateways do.
    fn headers(&self, key: Option<&str>) -> Option<Vec<(HeaderName, HeaderValue)>> {
        let Some(key) = key else { return Some(Vec::new()) };
        Some(vec![(AUTHORIZATION, sensitive(&format!("Bearer {key}"))?)])
    }

    fn encode(&self, request: &Request) -> Result<Value, ModelError> {
        encode::body(request, self.catalog.find(&request.model).and_then(|info| info.num_ctx))
    }

    fn framing(&self) -> Framing {
        Framing::Values
    }

    fn decoder(&self, request: &Request) -> Box<dyn Decoder> {
        Box::new(Joining::new(Box::new(decode::StreamDecoder::new(request))))
    }

    fn decode_whole(&self, request: &Request, body: &[u8], deltas: &mut Vec<Delta>) -> Result<Completion, ModelError> {
        decode::whole(request, body, deltas)
    }

    fn embeddings(&self) -> Option<&dyn EmbeddingDialect> {
        Some(self)
    }

    fn error(&self, status: StatusCode, body: &[u8]) -> ModelError {
        error_body::of_response(status, body)
    }
}

#[cfg(test)]
mod tests;
