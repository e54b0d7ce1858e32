use serde::Deserialize;

/// How the bytes of an answer look and are sent. The default is what the provider itself does.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a knob of its own, and any may be turned with any")]
pub struct Wire {
    /// How the body is cut into writes. Each write is a TCP segment (and an HTTP chunk) of its own.
    pub pieces: Option<Cuts>,
    /// A pause after each of them.
    pub piece_gap_ms: u64,
    pub line_end: LineEnd,
    /// `data: {…}` or `data:{…}`
    pub space: bool,
    /// A byte order mark before the stream.
    pub bom: bool,
    /// Whether the JSON of an event is on several `data:` lines.
    pub multi_line: bool,
    /// OpenAI's random padding in each chunk.
    pub obfuscation: bool,
    /// The parts of the stream that are left out.
    pub omit: Vec<Part>,
    /// The member with the reasoning in OpenAI's protocol: `reasoning_content`, or `reasoning` (OpenRouter).
    pub reasoning_member: String,
    /// The length that the head states, true or not. Absent: streams are chunked and complete answers have their
    /// length.
    pub content_length: Option<usize>,
    /// The body ends when the connection closes: there is neither a length nor chunks.
    pub until_close: bool,
}

impl Default for Wire {
    fn default() -> Self {
        Self {
            pieces: None,
            piece_gap_ms: 0,
            line_end: LineEnd::Lf,
            space: true,
            bom: false,
            multi_line: false,
            obfuscation: false,
            omit: Vec::new(),
            reasoning_member: "reasoning_content".to_owned(),
            content_length: None,
            until_close: false,
        }
    }
}

impl Wire {
    pub(crate) fn omits(&self, part: Part) -> bool {
        self.omit.contains(&part)
    }
}

/// Where the bytes of a body are cut.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "a size, a list of sizes, or {at = [offsets]}")]
pub enum Cuts {
    /// Into pieces of this size.
    Every(usize),
    /// Into pieces of these sizes, starting again with the first after the last.
    Sizes(Vec<usize>),
    /// At these offsets.
    At { at: Vec<usize> },
}

impl Cuts {
    /// The offsets of the cuts in a body of `length` bytes, in order, without the end.
    pub(crate) fn offsets(&self, length: usize) -> Vec<usize> {
        let sizes = match self {
            Self::At { at } => {
                let mut offsets: Vec<usize> = at.iter().copied().filter(|at| *at < length).collect();
                offsets.sort_unstable();
                return offsets;
            }
            Self::Every(size) => &[*size],
            Self::Sizes(sizes) => sizes.as_slice(),
        };
        if sizes.iter().sum::<usize>() == 0 {
            return Vec::new();
        }
        let ends = sizes.iter().cycle().scan(0, |end, size| {
            *end += size;
            Some(*end)
        });
        ends.take_while(|end| *end < length).collect()
    }
}

/// How the lines of a stream end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LineEnd {
    #[default]
    Lf,
    CrLf,
    Cr,
}

impl LineEnd {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Lf => "\n",
            Self::CrLf => "\r\n",
            Self::Cr => "\r",
        }
    }
}

/// A part of a stream that a faulty server leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// `[DONE]`; `message_stop`; Ollama's last line.
    Done,
    /// The chunk or event with the finish reason, and Ollama's `done_reason`.
    Finish,
    Usage,
    /// OpenAI's first chunk with the role.
    Role,
    /// The ids of tool calls, OpenAI and Ollama.
    CallIds,
    /// The `index` of tool calls, OpenAI and Ollama.
    CallIndexes,
    /// Anthropic's `event:` lines.
    EventNames,
    /// The blank line after the last event.
    LastBlankLine,
    /// All line ends at the end.
    LastNewline,
}
