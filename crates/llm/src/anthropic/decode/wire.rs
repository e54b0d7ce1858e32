//! The members of Messages answers that we read. What is not listed, and event types that are not, are skipped.

use artel_domain::Usage;
use serde::Deserialize;
use serde_json::Value;

/// One event of a stream. Its `data` says the type again, so the `event:` line is not needed.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Event {
    MessageStart {
        message: Start,
    },
    ContentBlockStart {
        index: u64,
        content_block: Block,
    },
    ContentBlockDelta {
        index: u64,
        delta: Piece,
    },
    ContentBlockStop {
        index: u64,
    },
    MessageDelta {
        delta: Ending,
        usage: Option<WireUsage>,
    },
    MessageStop,
    Error,
    /// Pings, and whatever comes to be.
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Deserialize)]
pub(super) struct Start {
    pub(super) usage: Option<WireUsage>,
}

/// An answer in one piece.
#[derive(Debug, Deserialize)]
pub(super) struct Whole {
    pub(super) content: Vec<Block>,
    #[serde(flatten)]
    pub(super) ending: Ending,
    pub(super) usage: Option<WireUsage>,
}

/// A content block, whole or as it begins.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Block {
    Text {
        text: Option<String>,
        citations: Option<Vec<Value>>,
    },
    Thinking {
        thinking: Option<String>,
        signature: Option<String>,
    },
    RedactedThinking {
        data: String,
    },
    ToolUse {
        id: Option<String>,
        name: Option<String>,
        input: Option<Value>,
    },
    /// Tools that the provider runs itself, their results, and whatever comes to be.
    #[serde(other)]
    Other,
}

/// The next piece of a block.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Piece {
    TextDelta {
        text: String,
    },
    InputJsonDelta {
        partial_json: String,
    },
    ThinkingDelta {
        thinking: String,
    },
    SignatureDelta {
        signature: String,
    },
    CitationsDelta {
        citation: Value,
    },
    #[serde(other)]
    Other,
}

/// Why the answer ended.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Ending {
    pub(super) stop_reason: Option<String>,
    pub(super) stop_sequence: Option<String>,
    pub(super) stop_details: Option<Value>,
    pub(super) container: Option<Value>,
}

/// Tokens so far: each report replaces the members that it has.
#[derive(Debug, Default, Deserialize)]
pub(super) struct WireUsage {
    input_tokens: Option<i64>,
    output_tokens: Option<i64>,
    cache_read_input_tokens: Option<i64>,
    cache_creation_input_tokens: Option<i64>,
    output_tokens_details: Option<OutputDetails>,
    pub(super) service_tier: Option<String>,
}

#[derive(Debug, Deserialize)]
struct OutputDetails {
    thinking_tokens: Option<i64>,
}

impl WireUsage {
    /// The reports are cumulative: a later number stands for the earlier ones too.
    pub(super) fn replaced_by(self, later: Self) -> Self {
        Self {
            input_tokens: later.input_tokens.or(self.input_tokens),
            output_tokens: later.output_tokens.or(self.output_tokens),
            cache_read_input_tokens: later.cache_read_input_tokens.or(self.cache_read_input_tokens),
            cache_creation_input_tokens: later.cache_creation_input_tokens.or(self.cache_creation_input_tokens),
            output_tokens_details: later.output_tokens_details.or(self.output_tokens_details),
            service_tier: later.service_tier.or(self.service_tier),
        }
    }
}

/// `input_tokens` are only those behind the last cache breakpoint; a prompt is all that the model read.
impl From<&WireUsage> for Usage {
    fn from(wire: &WireUsage) -> Self {
        let read = wire.cache_read_input_tokens.unwrap_or(0);
        let written = wire.cache_creation_input_tokens.unwrap_or(0);
        Self {
            prompt_tokens: wire.input_tokens.unwrap_or(0).saturating_add(read).saturating_add(written),
            completion_tokens: wire.output_tokens.unwrap_or(0),
            cached_tokens: read,
            cache_write_tokens: written,
            reasoning_tokens: wire.output_tokens_details.as_ref().and_then(|details| details.thinking_tokens).unwrap_or(0),
        }
    }
}
