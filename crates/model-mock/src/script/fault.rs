use serde::Deserialize;
use serde_json::Value;

/// The body of an answer that is not rendered from steps.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// An error in the protocol's shape; what an error status has when nothing else is said.
    Error(Failure),
    /// A web page, as proxies on the way like to send.
    Html,
    /// Bytes that are neither text nor JSON.
    Garbage,
    Empty,
    Text(String),
    Json(Value),
}

/// An error as providers word it. What is absent is chosen by the status.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Failure {
    pub message: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// OpenAI only.
    pub code: Option<String>,
    /// What a request that is not streamed gets when the error comes after the beginning.
    pub status: Option<u16>,
}

impl Failure {
    /// An error of a type, such as `overloaded_error`.
    pub fn new(kind: &str, message: &str) -> Self {
        Self { kind: Some(kind.to_owned()), message: Some(message.to_owned()), ..Self::default() }
    }
}

/// Where and how an answer goes wrong. An answer that is not streamed has no deltas: it goes wrong at its beginning.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// After that many deltas (texts, thoughts, pieces of calls).
    #[serde(default)]
    pub after_deltas: Option<usize>,
    /// After that many bytes of the body; wins over `after_deltas`.
    #[serde(default)]
    pub after_bytes: Option<usize>,
    pub how: How,
}

/// The ways in which an answer ends before its time.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// The connection is closed in the middle of the body.
    Cut,
    /// The connection is reset.
    Reset,
    /// Nothing more comes, and the connection stays open.
    Hang,
    /// The body ends properly, as far as HTTP is concerned.
    End,
    /// An error in the protocol's shape, then a proper end.
    Error(Failure),
}
