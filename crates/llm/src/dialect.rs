//! The border between the driver, which does I/O, and the wire protocols, which are pure.

use artel_domain::Usage;
use http::StatusCode;
use http::header::{HeaderName, HeaderValue};
use serde_json::Value;

use crate::{Completion, Delta, EmbeddingRequest, Embeddings, ModelError, Request};

/// One wire protocol: how a request is written and an answer read. Holds no state and touches no network.
pub(crate) trait Dialect: Send + Sync {
    /// Path segments after the base URL.
    fn path(&self) -> &'static [&'static str];
    /// The headers of every request besides its content type, the key included; `None` when the key cannot stand in a
    /// header.
    fn headers(&self, key: Option<&str>) -> Option<Vec<(HeaderName, HeaderValue)>>;
    /// The JSON body, always asking for a stream. Fails when the request cannot be written in this protocol.
    fn encode(&self, request: &Request) -> Result<Value, ModelError>;
    /// How a stream of this protocol is cut into JSON texts.
    fn framing(&self) -> Framing;
    /// A reader for one streamed answer to this request.
    fn decoder(&self, request: &Request) -> Box<dyn Decoder>;
    /// Reads an answer that came as one JSON value, from servers that do not stream. Appends the deltas of the answer.
    fn decode_whole(&self, request: &Request, body: &[u8], deltas: &mut Vec<Delta>) -> Result<Completion, ModelError>;
    /// How vectors are asked for; `None` when the protocol has none.
    fn embeddings(&self) -> Option<&dyn EmbeddingDialect> {
        None
    }
    /// What a response with an error status means.
    fn error(&self, status: StatusCode, body: &[u8]) -> ModelError;
}

/// How a stream is cut into JSON texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// Server-sent events. An answer in one piece begins with `{` instead.
    Events,
    /// JSON values one after the other. An answer in one piece is a stream of one value.
    Values,
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

/// Reads one streamed answer. The bytes may be cut anywhere. The calls are: `feed` for each piece, `close`, `finish`.
pub(crate) trait Decoder: Send {
    /// Takes the next bytes and appends what may be shown. After an error or [`Progress::Complete`] it is not fed
    /// again.
    fn feed(&mut self, bytes: &[u8], deltas: &mut Vec<Delta>) -> Result<Progress, ModelError>;
    /// The usage reported so far, for the account of a call that ends before its answer does.
    fn usage(&self) -> Option<Usage> {
        None
    }
    /// Whether texts hold stand-ins for halves of characters, see [`crate::surrogates`].
    fn has_stand_ins(&self) -> bool;
    /// No more bytes will come: reads what is left of them.
    fn close(&mut self, deltas: &mut Vec<Delta>) -> Result<(), ModelError>;
    /// The whole answer. Fails when it is not complete.
    fn finish(self: Box<Self>, deltas: &mut Vec<Delta>) -> Result<Completion, ModelError>;
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

#[cfg(test)]
mod tests;
