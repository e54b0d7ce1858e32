//! The members of Messages answers that this crate reads. All are optional. Members and types that are not listed here
//! are skipped.

use artel_domain::Usage;
use serde::Deserialize;
use serde_json::Value;

use crate::arguments::Written;
use crate::count::{Count, larger_count, part};
use crate::one_or_many::one_or_many;

/// One event of a stream. Its `data` repeats the type, so the `event:` line is not needed.
#[derive(Debug, Deserialize)]
pub(super) struct Event {
    #[serde(default, rename = "type")]
    pub(super) kind: EventKind,
    pub(super) message: Option<Start>,
    pub(super) index: Option<u64>,
    pub(super) content_block: Option<Block>,
    pub(super) delta: Option<EventDelta>,
    pub(super) usage: Option<WireUsage>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum EventKind {
    MessageStart,
    ContentBlockStart,
    ContentBlockDelta,
    ContentBlockStop,
    MessageDelta,
    MessageStop,
    Error,
    /// Pings, and event types that this crate does not know.
    #[default]
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
    #[serde(default, deserialize_with = "one_or_many")]
    pub(super) content: Option<Vec<Block>>,
    stop_reason: Option<String>,
    stop_sequence: Option<String>,
    stop_details: Option<Value>,
    container: Option<Value>,
    pub(super) usage: Option<WireUsage>,
    pub(super) error: Option<Value>,
}

impl Whole {
    pub(super) fn into_ending(self) -> Ending {
        let Self { stop_reason, stop_sequence, stop_details, container, .. } = self;
        Ending { stop_reason, stop_sequence, stop_details, container }
    }
}

/// A content block: complete, or as `content_block_start` announces it. Its members depend on its type.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Block {
    #[serde(default, rename = "type")]
    pub(super) kind: BlockKind,
    pub(super) text: Option<String>,
    pub(super) citations: Option<Vec<Value>>,
    pub(super) thinking: Option<String>,
    pub(super) signature: Option<String>,
    pub(super) data: Option<String>,
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    input: Option<Written>,
    /// Names of the input in other protocols.
    arguments: Option<Written>,
    parameters: Option<Written>,
}

impl Block {
    /// The JSON text of a call's input; empty when it comes in pieces later.
    pub(super) fn input(&self) -> &str {
        match Written::first([&self.input]) {
            "" | "{}" => Written::first([&self.arguments, &self.parameters]),
            input => input,
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum BlockKind {
    Text,
    Thinking,
    RedactedThinking,
    ToolUse,
    /// Tools that the provider executes, their results, and block types that this crate does not know.
    #[default]
    #[serde(other)]
    Other,
}

/// The `delta` of an event: the next piece of a block, or why the answer ended.
#[derive(Debug, Default, Deserialize)]
pub(super) struct EventDelta {
    pub(super) text: Option<String>,
    partial_json: Option<Written>,
    /// Another name of `partial_json`.
    input: Option<Written>,
    pub(super) thinking: Option<String>,
    pub(super) signature: Option<String>,
    pub(super) citation: Option<Value>,
    stop_reason: Option<String>,
    stop_sequence: Option<String>,
    stop_details: Option<Value>,
    container: Option<Value>,
}

impl EventDelta {
    /// The next piece of a call's input.
    pub(super) fn input(&self) -> &str {
        Written::first([&self.partial_json, &self.input])
    }

    pub(super) fn has_input(&self) -> bool {
        self.partial_json.is_some() || self.input.is_some()
    }

    pub(super) fn into_ending(self) -> Ending {
        let Self { stop_reason, stop_sequence, stop_details, container, .. } = self;
        Ending { stop_reason, stop_sequence, stop_details, container }
    }
}

/// Why the answer ended.
#[derive(Debug, Default)]
pub(super) struct Ending {
    pub(super) stop_reason: Option<String>,
    pub(super) stop_sequence: Option<String>,
    pub(super) stop_details: Option<Value>,
    pub(super) container: Option<Value>,
}

/// Token counts so far.
#[derive(Debug, Default, Deserialize)]
pub(super) struct WireUsage {
    input_tokens: Option<Count>,
    output_tokens: Option<Count>,
    cache_read_input_tokens: Option<Count>,
    cache_creation_input_tokens: Option<Count>,
    output_tokens_details: Option<OutputDetails>,
    pub(super) service_tier: Option<String>,
}

#[derive(Debug, Deserialize)]
struct OutputDetails {
    thinking_tokens: Option<Count>,
}

impl WireUsage {
    /// The reports are cumulative, so the larger count is the later one. Some servers end with a report of zeros.
    pub(super) fn continued_by(self, later: Self) -> Self {
        let thought = larger_count(self.thought(), later.thought());
        Self {
            input_tokens: larger_count(self.input_tokens, later.input_tokens),
            output_tokens: larger_count(self.output_tokens, later.output_tokens),
            cache_read_input_tokens: larger_count(self.cache_read_input_tokens, later.cache_read_input_tokens),
            cache_creation_input_tokens: larger_count(
                self.cache_creation_input_tokens,
                later.cache_creation_input_tokens,
            ),
            output_tokens_details: thought.map(|count| OutputDetails { thinking_tokens: Some(count) }),
            service_tier: later.service_tier.or(self.service_tier),
        }
    }

    fn thought(&self) -> Option<Count> {
        self.output_tokens_details.as_ref().and_then(|details| details.thinking_tokens)
    }

    /// Whether this report says how much the model wrote.
    pub(super) fn has_output(&self) -> bool {
        self.output_tokens.and_then(Count::tokens).is_some()
    }

    /// The usage as far as it is known; an unknown count is 0.
    pub(super) fn so_far(&self) -> Usage {
        self.with(part(self.input_tokens), part(self.output_tokens))
    }

    /// The usage of the whole call; `None` when a count is missing or unreadable.
    pub(super) fn complete(&self) -> Option<Usage> {
        let all = [self.cache_read_input_tokens, self.cache_creation_input_tokens];
        // An unreadable count of cached tokens could be any number.
        let are_readable = all.into_iter().flatten().all(|count| count.tokens().is_some());
        let (input, output) = (self.input_tokens?.tokens()?, self.output_tokens?.tokens()?);
        are_readable.then(|| self.with(input, output))
    }

    /// `input_tokens` counts only the tokens after the last cache breakpoint. Our prompt count is its sum with the
    /// tokens read from the cache and written to it (Anthropic, "Prompt caching", "Tracking cache performance").
    fn with(&self, input_tokens: i64, output_tokens: i64) -> Usage {
        let read = part(self.cache_read_input_tokens);
        let written = part(self.cache_creation_input_tokens);
        Usage {
            prompt_tokens: input_tokens.saturating_add(read).saturating_add(written),
            completion_tokens: output_tokens,
            cached_tokens: read,
            cache_write_tokens: written,
            reasoning_tokens: part(self.thought()),
        }
    }
}
