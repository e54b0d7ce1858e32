//! The Messages dialect of Anthropic, which llama.cpp and others speak too.

mod decode;
mod encode;

use std::sync::Arc;

use http::StatusCode;
use http::header::{HeaderName, HeaderValue};
use serde_json::Value;

use crate::dialect::{Decoder, Dialect, Framing, sensitive};
use crate::surrogates::Joining;
use crate::{Catalog, Completion, Delta, ModelError, Request, error_body};

const VERSION: (HeaderName, HeaderValue) =
    (HeaderName::from_static("anthropic-version"), HeaderValue::from_static("2023-06-01"));
const KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Messages.
#[derive(Debug, Clone)]
pub(crate) struct Anthropic {
    /// Says how long a model's answers may be.
    catalog: Arc<Catalog>,
}

impl Anthropic {
    pub(crate) fn new(catalog: Arc<Catalog>) -> Self {
        Self { catalog }
    }
}

impl Dialect for Anthropic {
    fn path(&self) -> &'static [&'static str] {
        &["v1", "messages"]
    }

    fn headers(&self, key: Option<&str>) -> Option<Vec<(HeaderName, HeaderValue)>> {
        let Some(key) = key else { return Some(vec![VERSION]) };
        Some(vec![VERSION, (KEY, sensitive(key)?)])
    }

    fn encode(&self, request: &Request) -> Result<Value, ModelError> {
        let longest = self.catalog.find(&request.model).and_then(|info| info.max_output_tokens);
        encode::body(request, longest)
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

    fn error(&self, status: StatusCode, body: &[u8]) -> ModelError {
        error_body::of_response(status, body)
    }
}

/// The number of the first call id that is made here, so that ids stay unique in the dialogue.
fn calls_so_far(request: &Request) -> usize {
    request.messages.iter().map(|message| message.calls().len()).sum()
}

#[cfg(test)]
mod tests;
