//! The interface between the driver, which does I/O, and the wire protocols, which are pure.

use artel_domain::Usage;
use http::StatusCode;
use http::header::{HeaderName, HeaderValue};
use serde_json::Value;

use crate::{Completion, Delta, EmbeddingRequest, Embeddings, ModelError, Request};

/// One wire protocol: it encodes requests and decodes answers. It has no state and does no I/O.
pub(crate) trait Dialect: Send + Sync {
    /// Path segments after the base URL.
    fn path(&self) -> &'static [&'static str];
    /// The headers of every request besides its content type, including the key; `None` when the key has characters
    /// that a header cannot hold.
    fn headers(&self, key: Option<&str>) -> Option<Vec<(HeaderName, HeaderValue)>>;
    /// Encodes the JSON body, which always asks for a stream.
    ///
    /// # Errors
    /// Fails when the request cannot be written in this protocol.
    fn encode(&self, request: &Request) -> Result<Value, ModelError>;
    /// How a stream of this protocol is divided into JSON texts.
    fn framing(&self) -> Framing;
    /// A decoder for one streamed answer to this request.
    fn decoder(&self, request: &Request) -> Box<dyn Decoder>;
    /// Decodes an answer that came as one JSON value, from a server that does not stream. Appends its deltas to
    /// `deltas`.
    ///
    /// # Errors
    /// Fails when the answer is not complete or not of this protocol.
    fn decode_whole(&self, request: &Request, body: &[u8], deltas: &mut Vec<Delta>) -> Result<Completion, ModelError>;
    /// The embeddings of the protocol; `None` when it has none.
    fn embeddings(&self) -> Option<&dyn EmbeddingDialect> {
        None
    }
    /// The error for a response with an error status.
    fn error(&self, status: StatusCode, body: &[u8]) -> ModelError;
}

/// How a stream is divided into JSON texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// Server-sent events. A complete answer begins with `{` instead.
    Events,
    /// JSON values one after the other. A complete answer is a stream of one value.
    Values,
}

/// The embeddings of a protocol.
pub(crate) trait EmbeddingDialect: Send + Sync {
    /// Path segments after the base URL.
    fn path(&self) -> &'static [&'static str];
    /// The JSON body.
    fn encode(&self, request: &EmbeddingRequest) -> Result<Value, ModelError>;
    /// Decodes the answer, which is one JSON value.
    fn decode(&self, request: &EmbeddingRequest, body: &[u8]) -> Result<Embeddings, ModelError>;
}

/// Decodes one streamed answer, whose bytes may be cut anywhere. The order of calls is: `feed` for each piece, `close`,
/// `finish`.
pub(crate) trait Decoder: Send {
    /// Takes the next bytes and appends the deltas that they complete. It is not called again after an error or
    /// [`Progress::Complete`].
    fn feed(&mut self, bytes: &[u8], deltas: &mut Vec<Delta>) -> Result<Progress, ModelError>;
    /// The usage that was reported so far, for the record of a call that ends before its answer does.
    fn usage(&self) -> Option<Usage> {
        None
    }
    /// Whether texts hold stand-ins for halves of surrogate pairs, see [`crate::surrogates`].
    fn has_stand_ins(&self) -> bool;
    /// The stream has ended: decodes the bytes that are left.
    fn close(&mut self, deltas: &mut Vec<Delta>) -> Result<(), ModelError>;
    /// The complete answer.
    ///
    /// # Errors
    /// Fails when the answer is not complete.
    fn finish(self: Box<Self>, deltas: &mut Vec<Delta>) -> Result<Completion, ModelError>;
}

/// Whether an answer goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    More,
    Complete,
}

/// A header value that logs do not show; `None` when it has characters that a header cannot hold.
pub(crate) fn sensitive(value: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(value).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests;
