use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{Body, Call, Fault, How, Step, When, Wire};

/// One answer: its content, and how it is sent.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields, default)]
pub struct Reply {
    pub when: Option<When>,
    /// How many requests get this reply. Absent: one, or all when there is a `when`.
    pub times: Option<usize>,
    /// Absent: 200.
    pub status: Option<u16>,
    /// Additional or replaced headers.
    pub headers: BTreeMap<String, String>,
    /// A body in place of steps.
    pub body: Option<Body>,
    pub steps: Vec<Step>,
    /// Absent: 20 input tokens, 5 output tokens.
    pub usage: Option<Usage>,
    /// Absent: tool calls if there are any, or else a normal end.
    pub stop: Option<Stop>,
    /// The model's name in the answer. Absent: the requested name.
    pub model: Option<String>,
    /// The answer's id.
    pub id: Option<String>,
    pub timing: Timing,
    pub wire: Wire,
    pub fault: Option<Fault>,
}

impl Reply {
    /// A text, sent word by word.
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

    /// A call of the first tool that is offered.
    pub fn call_of_first_tool(arguments: Value) -> Self {
        Self::of([Step::Tool(Call { arguments: Some(arguments), ..Call::default() })])
    }

    /// A status with an error in the protocol's form.
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

    /// Fails after this many deltas.
    #[must_use]
    pub fn fault_after_deltas(self, deltas: usize, how: How) -> Self {
        Self { fault: Some(Fault { after_deltas: Some(deltas), after_bytes: None, how }), ..self }
    }

    /// Fails after this many bytes of the body.
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

/// A reply may be just its text. An untagged enum would accept that too, but its errors would not tell the fault.
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

/// Why an answer ends. Each protocol has its own words.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    Stop,
    Length,
    ToolCalls,
    ContentFilter,
    /// A stop sequence was met. Only Anthropic tells which.
    Sequence(String),
    /// A provider's word, sent unchanged in every protocol.
    Raw(String),
}

/// The usage that the answer reports, in tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    /// Input tokens without those read from a cache or written to one.
    #[serde(default)]
    pub input: u64,
    #[serde(default)]
    pub output: u64,
    #[serde(default)]
    pub cache_read: u64,
    #[serde(default)]
    pub cache_creation: u64,
    /// Part of `output`.
    #[serde(default)]
    pub reasoning: u64,
}

impl Default for Usage {
    fn default() -> Self {
        Self { input: 20, output: 5, cache_read: 0, cache_creation: 0, reasoning: 0 }
    }
}

impl Usage {
    /// All input tokens, including those of caches.
    pub fn prompt(&self) -> u64 {
        self.input + self.cache_read + self.cache_creation
    }
}

/// When the bytes are sent, in milliseconds. A complete answer takes as long as its stream.
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
    /// A time to the first token, and a time between two deltas, both in milliseconds.
    pub fn of(first_ms: u64, gap_ms: u64) -> Self {
        Self { first_ms, gap_ms, ..Self::default() }
    }
}
