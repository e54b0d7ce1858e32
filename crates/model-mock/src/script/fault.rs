use serde::Deserialize;
use serde_json::Value;

/// The body of an answer that is not rendered from steps.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// An error in the protocol's form. An error status has it by default.
    Error(Failure),
    /// A web page, as proxies send it.
    Html,
    /// Bytes that are neither text nor JSON.
    Garbage,
    Empty,
    Text(String),
    Json(Value),
}

/// An error as the provider reports it. Absent members are chosen by the status.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Failure {
    pub message: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// OpenAI only.
    pub code: Option<String>,
    /// The status of an answer that is not streamed, for an error after the beginning of a stream.
    pub status: Option<u16>,
}

impl Failure {
    /// An error of a type, such as `overloaded_error`.
    pub fn new(kind: &str, message: &str) -> Self {
        Self { kind: Some(kind.to_owned()), message: Some(message.to_owned()), ..Self::default() }
    }
}

/// Where and how an answer fails. An answer that is not streamed has no deltas, so it fails at its beginning.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// After this many deltas (texts, reasoning, pieces of calls).
    #[serde(default)]
    pub after_deltas: Option<usize>,
    /// After this many bytes of the body. It has precedence over `after_deltas`.
    #[serde(default)]
    pub after_bytes: Option<usize>,
    pub how: How,
}

/// The ways in which an answer ends too early.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// The connection is closed in the middle of the body.
    Cut,
    /// The connection is reset.
    Reset,
    /// Nothing more is sent, and the connection stays open.
    Hang,
    /// The body ends properly for HTTP.
    End,
    /// An error in the protocol's form, then a proper end.
    Error(Failure),
}
