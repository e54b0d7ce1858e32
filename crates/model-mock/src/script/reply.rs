use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{Body, Call, Fault, How, Step, When, Wire};

/// One answer: what is said, and how it goes.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields, default)]
pub struct Reply {
    pub when: Option<When>,
    /// How many requests it is for. Absent: one, or with `when` all.
    pub times: Option<usize>,
    /// Absent: 200.
    pub status: Option<u16>,
    /// More headers, or other values.
    pub headers: BTreeMap<String, String>,
    /// Instead of steps.
    pub body: Option<Body>,
    pub steps: Vec<Step>,
    /// Absent: 20 in, 5 out.
    pub usage: Option<Usage>,
    /// Absent: calls of tools if there are any, otherwise a good end.
    pub stop: Option<Stop>,
    /// The model's name in the answer. Absent: as asked.
    pub model: Option<String>,
    /// The answer's id.
    pub id: Option<String>,
    pub timing: Timing,
    pub wire: Wire,
    pub fault: Option<Fault>,
}

impl Reply {
    /// A text, word by word.
    pub fn text(text: &str) -> Self {
        Self::of([Step::text(text)])
    }

    /// Several steps.
    pub fn of(steps: impl IntoIterator<Item = Step>) -> Self {
        Self { steps: steps.into_iter().collect(), ..Self::default() }
    }

    /// A call of a tool.
    pub fn call(name: &str, arguments: Value) -> Self {
        Self::of([Step::call(name, arguments)])
    }

    /// A call of the first tool offered.
    pub fn call_of_first_tool(arguments: Value) -> Self {
        Self::of([Step::Tool(Call { arguments: Some(arguments), ..Call::default() })])
    }

    /// A status with an error in the protocol's shape.
    pub fn status(status: u16) -> Self {
        Self { status: Some(status), ..Self::default() }
    }

    /// Takes the request and never answers.
    pub fn hang() -> Self {
        Self { fault: Some(Fault { after_deltas: None, after_bytes: None, how: How::Hang }), ..Self::default() }
    }

    #[must_use]
    pub fn then(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    #[must_use]
    pub fn when(self, when: When) -> Self {
        Self { when: Some(when), ..self }
    }

    #[must_use]
    pub fn times(self, times: usize) -> Self {
        Self { times: Some(times), ..self }
    }

    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_owned(), value.to_owned());
        self
    }

    #[must_use]
    pub fn body(self, body: Body) -> Self {
        Self { body: Some(body), ..self }
    }

    #[must_use]
    pub fn usage(self, usage: Usage) -> Self {
        Self { usage: Some(usage), ..self }
    }

    #[must_use]
    pub fn stop(self, stop: Stop) -> Self {
        Self { stop: Some(stop), ..self }
    }

    #[must_use]
    pub fn timing(self, timing: Timing) -> Self {
        Self { timing, ..self }
    }

    #[must_use]
    pub fn wire(self, wire: Wire) -> Self {
        Self { wire, ..self }
    }

    /// Goes wrong after so many deltas.
    #[must_use]
    pub fn fault_after_deltas(self, deltas: usize, how: How) -> Self {
        Self { fault: Some(Fault { after_deltas: Some(deltas), after_bytes: None, how }), ..self }
    }

    /// Goes wrong after so many bytes of the body.
    #[must_use]
    pub fn fault_after_bytes(self, bytes: usize, how: How) -> Self {
        Self { fault: Some(Fault { after_deltas: None, after_bytes: Some(bytes), how }), ..self }
    }
}

impl From<&str> for Reply {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl<'de> Deserialize<'de> for Reply {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextOrMap)
    }
}

/// A reply may be just its text. An untagged enum would do, but its errors would not say what is wrong.
struct TextOrMap;

impl<'de> Visitor<'de> for TextOrMap {
    type Value = Reply;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a reply: a text, or a table with `steps`, `status` or others")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Reply, E> {
        Ok(Reply::text(text))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Reply, A::Error> {
        Reply::deserialize(MapAccessDeserializer::new(map))
    }
}

/// Why an answer ends; each protocol has its own word.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    Stop,
    Length,
    ToolCalls,
    ContentFilter,
    /// A stop sequence was met; Anthropic says which.
    Sequence(String),
    /// The provider's own word, in every protocol as it is.
    Raw(String),
}

/// What the answer says that it used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    /// Without what came from a cache or was written to one.
    #[serde(default)]
    pub input: u64,
    #[serde(default)]
    pub output: u64,
    #[serde(default)]
    pub cache_read: u64,
    #[serde(default)]
    pub cache_creation: u64,
    /// A part of `output`.
    #[serde(default)]
    pub reasoning: u64,
}

impl Default for Usage {
    fn default() -> Self {
        Self { input: 20, output: 5, cache_read: 0, cache_creation: 0, reasoning: 0 }
    }
}

impl Usage {
    /// All that was read, from wherever.
    pub fn prompt(&self) -> u64 {
        self.input + self.cache_read + self.cache_creation
    }
}

/// When the bytes go. A whole answer takes as long as its stream would.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Timing {
    /// Before the head.
    pub head_ms: u64,
    /// After each line of the head.
    pub head_line_ms: u64,
    /// Before the first byte of the body: the time to the first token.
    pub first_ms: u64,
    /// Between two deltas.
    pub gap_ms: u64,
}

impl Timing {
    /// So long to the first token, so long between two.
    pub fn of(first_ms: u64, gap_ms: u64) -> Self {
        Self { first_ms, gap_ms, ..Self::default() }
    }
}
