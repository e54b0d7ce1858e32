//! Ollama's own dialect, `/api/chat`. Its OpenAI-compatible layer loses errors in the middle of a stream, so it is not
//! used.
//!
//! What Ollama cannot do, and what is done instead:
//! * It has no `tool_choice`. `none` leaves the tools out, and a named tool is the only one offered. It cannot be told
//!   that a tool must be called, nor to make one call at a time.
//! * A `format` forbids the model to call tools. When a request has both, the tools are offered and the shape is
//!   described in the system message.
//! * It cuts an overlong dialogue silently. We ask it not to (`truncate`, `shift`), so that it says so.
//! * It reads images as base64 only.

mod decode;
mod embed;
mod encode;
mod error_body;
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
use crate::{Completion, Delta, ModelError, Request};

/// `/api/chat`.
#[derive(Debug, Clone)]
pub(crate) struct Ollama {
    /// Says how long a context to make room for.
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
