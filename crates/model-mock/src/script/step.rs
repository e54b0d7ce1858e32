use serde::Deserialize;
use serde_json::Value;

use super::Failure;

/// One part of an answer, in order.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    Text(Words),
    /// The text of the last message.
    Echo,
    /// Reasoning. Anthropic's signature is sent with it.
    Thinking(Thinking),
    /// Anthropic's hidden reasoning. The other protocols send nothing.
    RedactedThinking(String),
    Tool(Call),
    /// Calls whose pieces alternate. Ollama sends them on one line.
    Parallel(Vec<Call>),
    /// A content block of Anthropic's, sent unchanged, such as `server_tool_use`.
    Block(Block),
    /// Anthropic's `ping`; a comment in OpenAI's protocol, nothing in Ollama's.
    Ping,
    /// A comment line of an event stream.
    Comment(String),
    /// An event that the protocol does not know.
    Event(String, Value),
    /// Bytes that are sent unchanged.
    Raw(String),
    WaitMs(u64),
    /// An error after a proper beginning, then a proper end.
    Error(Failure),
    Hang,
    Cut,
    Reset,
}

impl Step {
    /// A text, sent word by word.
    pub fn text(text: &str) -> Self {
        Self::Text(Words::Whole(text.to_owned()))
    }

    /// A text in exactly these deltas.
    pub fn deltas(deltas: &[&str]) -> Self {
        Self::Text(Words::Deltas(deltas.iter().map(|&delta| delta.to_owned()).collect()))
    }

    /// Reasoning with a signature. Both may be empty.
    pub fn thinking(text: &str, signature: &str) -> Self {
        Self::Thinking(Thinking::Signed { text: text.to_owned(), signature: signature.to_owned(), pieces: None })
    }

    /// A call of a tool with these arguments.
    pub fn call(name: &str, arguments: Value) -> Self {
        Self::Tool(Call { name: Some(name.to_owned()), arguments: Some(arguments), ..Call::default() })
    }
}

/// A text and how it is cut into deltas.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "a text, a list of deltas, or {text, pieces}")]
pub enum Words {
    /// Word by word.
    Whole(String),
    /// Exactly these deltas.
    Deltas(Vec<String>),
    /// This many deltas of about the same length.
    Pieces { text: String, pieces: usize },
}

impl Words {
    pub(crate) fn deltas(&self) -> Vec<String> {
        match self {
            Self::Whole(text) => text.split_inclusive(' ').map(str::to_owned).collect(),
            Self::Deltas(deltas) => deltas.clone(),
            Self::Pieces { text, pieces } => split(text, *pieces),
        }
    }
}

/// Reasoning.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "a text, or {text, signature, pieces}")]
pub enum Thinking {
    Plain(String),
    Signed {
        #[serde(default)]
        text: String,
        #[serde(default)]
        signature: String,
        #[serde(default)]
        pieces: Option<usize>,
    },
}

/// A call of a tool.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Call {
    /// Absent: the first tool that is offered.
    pub name: Option<String>,
    /// An object, or a text that is sent unchanged, broken or empty. Absent: generated from the tool's schema.
    pub arguments: Option<Value>,
    /// Absent: generated and numbered through the dialogue.
    pub id: Option<String>,
    /// The number of pieces of the arguments; 0 sends them together with the name. Absent: one.
    pub pieces: Option<usize>,
}

/// A content block of Anthropic's.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// The content of `content_block_start`.
    pub start: Value,
    /// The content of the `content_block_delta` events.
    #[serde(default)]
    pub deltas: Vec<Value>,
    /// The block of an answer that is not streamed. Absent: `start`.
    #[serde(default)]
    pub whole: Option<Value>,
}

/// Cuts a text into at most this many parts of about the same length, between characters.
pub(crate) fn split(text: &str, pieces: usize) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let size = letters.len().div_ceil(pieces.max(1)).max(1);
    letters.chunks(size).map(String::from_iter).collect()
}
