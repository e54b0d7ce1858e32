//! The one form of a conversation: surfaces and the engine build it, dialects write it for their provider.

use artel_domain::AssistantCall;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Members of a wire object without a field here. They go unchanged to a provider of the same protocol.
pub type Rest = Map<String, Value>;

/// One message.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    System {
        content: Vec<Part>,
        /// The role was `developer`, which newer models of OpenAI prefer.
        developer: bool,
        rest: Rest,
    },
    User {
        content: Vec<Part>,
        rest: Rest,
    },
    Assistant {
        content: Vec<Part>,
        calls: Vec<AssistantCall>,
        /// Goes back verbatim, before the content, to the provider that it came from.
        reasoning: Vec<Reasoning>,
        rest: Rest,
    },
    /// The result of a call.
    Tool {
        /// The provider's own id of the call, as in the assistant message that asked.
        call_id: String,
        content: Vec<Part>,
        is_error: bool,
        rest: Rest,
    },
}

/// A piece of a message's content.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    pub body: PartBody,
    /// Anthropic's `cache_control`, unchanged.
    pub cache_control: Option<Value>,
}

/// What a part holds.
#[derive(Debug, Clone, PartialEq)]
pub enum PartBody {
    Text(String),
    Image {
        source: ImageSource,
        /// OpenAI's `detail`.
        detail: Option<String>,
    },
    /// A part of OpenAI's protocol that has no form here (audio, files): only that protocol can carry it.
    Other(Value),
}

/// Where an image is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageSource {
    /// `data` is base64.
    Inline {
        media_type: String,
        data: String,
    },
    Url(String),
}

/// A block of a model's reasoning, in the form in which the journal keeps it and the provider gets it back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Reasoning {
    /// Its text may be empty while its signature is not.
    Thinking {
        thinking: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        signature: Option<String>,
    },
    RedactedThinking {
        data: String,
    },
}

/// Which tools the model may or must call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToolChoice {
    Auto,
    None,
    /// At least one, whichever.
    Required,
    Named(String),
}

/// The shape that the answer's text must have.
#[derive(Debug, Clone, PartialEq)]
pub enum ResponseFormat {
    Text,
    JsonObject,
    JsonSchema { name: String, schema: Value, strict: Option<bool>, rest: Rest },
}

/// How much a model is to think before it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Thinking {
    /// OpenAI's `reasoning_effort`: none, minimal, low, medium, high.
    RetryLimits(String),
    /// Anthropic's `thinking: enabled` with `budget_tokens`.
    Budget(u32),
    Adaptive,
    Disabled,
}

impl Part {
    pub fn text(text: impl Into<String>) -> Self {
        Self { body: PartBody::Text(text.into()), cache_control: None }
    }

    pub fn as_text(&self) -> Option<&str> {
        if let PartBody::Text(text) = &self.body { Some(text) } else { None }
    }
}

impl Message {
    pub fn system(text: impl Into<String>) -> Self {
        Self::System { content: vec![Part::text(text)], developer: false, rest: Rest::new() }
    }

    pub fn user(text: impl Into<String>) -> Self {
        Self::User { content: vec![Part::text(text)], rest: Rest::new() }
    }

    pub fn assistant(text: impl Into<String>, calls: Vec<AssistantCall>) -> Self {
        let text = text.into();
        let content = if text.is_empty() { Vec::new() } else { vec![Part::text(text)] };
        Self::Assistant { content, calls, reasoning: Vec::new(), rest: Rest::new() }
    }

    pub fn tool(call_id: impl Into<String>, text: impl Into<String>, is_error: bool) -> Self {
        Self::Tool { call_id: call_id.into(), content: vec![Part::text(text)], is_error, rest: Rest::new() }
    }

    pub fn content(&self) -> &[Part] {
        match self {
            Self::System { content, .. }
            | Self::User { content, .. }
            | Self::Assistant { content, .. }
            | Self::Tool { content, .. } => content,
        }
    }

    /// The calls that it asks for; only an assistant's message has any.
    pub fn calls(&self) -> &[AssistantCall] {
        if let Self::Assistant { calls, .. } = self { calls } else { &[] }
    }

    /// The text of all its parts, joined.
    pub fn text(&self) -> String {
        self.content().iter().filter_map(Part::as_text).collect()
    }
}
