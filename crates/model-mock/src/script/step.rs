use serde::Deserialize;
use serde_json::Value;

use super::Failure;

/// One thing that happens in an answer, in order.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    Text(Words),
    /// The last message's text.
    Echo,
    /// Reasoning; Anthropic's signature goes with it.
    Thinking(Thinking),
    /// Reasoning that Anthropic shows to nobody; the others send nothing.
    RedactedThinking(String),
    Tool(Call),
    /// Calls whose pieces come by turns. Ollama puts them on one line.
    Parallel(Vec<Call>),
    /// A content block of Anthropic's as it stands, such as `server_tool_use`.
    Block(Block),
    /// Anthropic's `ping`; a comment with OpenAI, nothing with Ollama.
    Ping,
    /// A comment line of an event stream.
    Comment(String),
    /// An event that the protocol does not know.
    Event(String, Value),
    /// Bytes as they are.
    Raw(String),
    WaitMs(u64),
    /// An error after a good beginning, then a proper end.
    Error(Failure),
    Hang,
    Cut,
    Reset,
}

impl Step {
    /// A text, word by word.
    pub fn text(text: &str) -> Self {
        Self::Text(Words::Whole(text.to_owned()))
    }

    /// A text in exactly these deltas.
    pub fn deltas(deltas: &[&str]) -> Self {
        Self::Text(Words::Deltas(deltas.iter().map(|&delta| delta.to_owned()).collect()))
    }

    /// Thoughts with a signature; both may be empty.
    pub fn thinking(text: &str, signature: &str) -> Self {
        Self::Thinking(Thinking::Signed { text: text.to_owned(), signature: signature.to_owned(), pieces: None })
    }

    /// A call of a tool with these arguments.
    pub fn call(name: &str, arguments: Value) -> Self {
        Self::Tool(Call { name: Some(name.to_owned()), arguments: Some(arguments), ..Call::default() })
    }
}

/// A text and its deltas.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "a text, a list of deltas, or {text, pieces}")]
pub enum Words {
    /// Word by word.
    Whole(String),
    /// These deltas.
    Deltas(Vec<String>),
    /// That many deltas.
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
    /// Absent: the first tool offered.
    pub name: Option<String>,
    /// An object, or a text that is sent as it is, broken or empty. Absent: made to fit the tool's schema.
    pub arguments: Option<Value>,
    /// Absent: counted through the dialogue.
    pub id: Option<String>,
    /// In how many pieces the arguments come; 0: together with the name. Absent: one.
    pub pieces: Option<usize>,
}

/// A content block of Anthropic's.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// What `content_block_start` carries.
    pub start: Value,
    /// What the `content_block_delta`s carry.
    #[serde(default)]
    pub deltas: Vec<Value>,
    /// The block of an answer that is not streamed; `start`, when absent.
    #[serde(default)]
    pub whole: Option<Value>,
}

/// A text in at most so many parts of about the same length, whole characters each.
pub(crate) fn split(text: &str, pieces: usize) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let size = letters.len().div_ceil(pieces.max(1)).max(1);
    letters.chunks(size).map(String::from_iter).collect()
}
