use serde::Deserialize;

/// How an answer's bytes look and travel. The default is what the provider itself does.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a knob of its own, and any may be turned with any")]
pub struct Wire {
    /// Body bytes written apart, each a TCP segment (and a chunk of HTTP) of its own.
    pub pieces: Option<Cuts>,
    /// A rest after each of them.
    pub piece_gap_ms: u64,
    pub line_end: LineEnd,
    /// `data: {…}` or `data:{…}`
    pub space: bool,
    /// A byte order mark before everything.
    pub bom: bool,
    /// The JSON of an event on several `data:` lines.
    pub multi_line: bool,
    /// OpenAI's random padding in each chunk.
    pub obfuscation: bool,
    /// Which parts of the stream are missing.
    pub omit: Vec<Part>,
    /// Where reasoning stands in OpenAI's protocol: `reasoning_content`, or `reasoning` (OpenRouter).
    pub reasoning_member: String,
    /// The length that the head claims, true or not. Otherwise streams are chunked and whole answers have their
    /// length.
    pub content_length: Option<usize>,
    /// The body ends with the connection: neither a length nor chunks.
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
    /// Into pieces of these sizes, and from the beginning of the list again.
    Sizes(Vec<usize>),
    /// At these offsets.
    At { at: Vec<usize> },
}

impl Cuts {
    /// The offsets within a body of `length` bytes, in order; the end is none of them.
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

/// How lines of a stream end.
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

/// A part of a stream that a bad server forgets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// `[DONE]`; `message_stop`; Ollama's last line.
    Done,
    /// The chunk or event that says why it ended, and Ollama's `done_reason`.
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
    /// Every line end at the end.
    LastNewline,
}
