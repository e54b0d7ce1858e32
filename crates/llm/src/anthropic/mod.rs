//! The Messages dialect, as Anthropic speaks it, and llama.cpp and others after it.

mod decode;
mod encode;
mod refusal;

use std::sync::Arc;

use http::StatusCode;
use http::header::{HeaderName, HeaderValue};
use serde_json::Value;

use crate::dialect::{Decoder, Dialect, sensitive};
use crate::{Answer, Catalog, Delta, ModelError, Request};

const VERSION: (HeaderName, HeaderValue) = (HeaderName::from_static("anthropic-version"), HeaderValue::from_static("2023-06-01"));
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

    fn decoder(&self, request: &Request) -> Box<dyn Decoder> {
        Box::new(decode::StreamDecoder::new(calls_so_far(request)))
    }

    fn decode_whole(&self, request: &Request, body: &[u8], deltas: &mut Vec<Delta>) -> Result<Answer, ModelError> {
        decode::whole(calls_so_far(request), body, deltas)
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
