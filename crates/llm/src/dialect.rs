//! The seam between the driver, which does I/O, and the wire protocols, which are pure.

use artel_domain::Usage;
use http::StatusCode;
use http::header::{HeaderName, HeaderValue};
use serde_json::Value;

use crate::{Answer, Delta, EmbeddingRequest, Embeddings, ModelError, Request};

/// One wire protocol: how a request is written and an answer read. Holds no state and touches no network.
pub(crate) trait Dialect: Send + Sync {
    /// Path segments after the base URL.
    fn path(&self) -> &'static [&'static str];
    /// What every request carries besides its content type, the key included; `None` when the key cannot stand in a header.
    fn headers(&self, key: Option<&str>) -> Option<Vec<(HeaderName, HeaderValue)>>;
    /// The JSON body, always asking for a stream. Fails when the request cannot be written in this protocol.
    fn encode(&self, request: &Request) -> Result<Value, ModelError>;
    /// A reader for one streamed answer to this request.
    fn decoder(&self, request: &Request) -> Box<dyn Decoder>;
    /// Reads an answer that came in one piece, from servers that do not stream; appends the deltas it would have been streamed as.
    fn decode_whole(&self, request: &Request, body: &[u8], deltas: &mut Vec<Delta>) -> Result<Answer, ModelError>;
    /// How vectors are asked for; `None` when the protocol has none.
    fn embeddings(&self) -> Option<&dyn EmbeddingDialect> {
        None
    }
    /// What an answer with an error status means.
    fn refusal(&self, status: StatusCode, body: &[u8]) -> ModelError;
}

/// How a protocol asks for vectors, where it can.
pub(crate) trait EmbeddingDialect: Send + Sync {
    /// Path segments after the base URL.
    fn path(&self) -> &'static [&'static str];
    /// The JSON body.
    fn encode(&self, request: &EmbeddingRequest) -> Result<Value, ModelError>;
    /// Reads the answer, which comes in one piece.
    fn decode(&self, request: &EmbeddingRequest, body: &[u8]) -> Result<Embeddings, ModelError>;
}

/// Reads one streamed answer. The bytes may be cut anywhere.
pub(crate) trait Decoder: Send {
    /// Takes the next bytes, appends what may be shown. After an error or [`Progress::Complete`] it is not fed again.
    fn feed(&mut self, bytes: &[u8], deltas: &mut Vec<Delta>) -> Result<Progress, ModelError>;
    /// What the provider has told of the usage so far, for the account of a call that ends before its answer does.
    fn usage(&self) -> Option<Usage> {
        None
    }
    /// No more bytes will come. Fails when the answer is not complete.
    fn finish(self: Box<Self>, deltas: &mut Vec<Delta>) -> Result<Answer, ModelError>;
}

/// Whether more of an answer is to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    More,
    Complete,
}

/// A header value that is not shown in logs; `None` when it holds characters that no header may hold.
pub(crate) fn sensitive(value: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(value).ok()?;
    value.set_sensitive(true);
    Some(value)
}
