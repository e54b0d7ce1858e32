//! The common form of a conversation. Surfaces and the engine build it; dialects encode it for a provider.

use std::borrow::Cow;

use artel_domain::AssistantCall;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Members of a wire object without a typed field here. They are sent unchanged to a provider of the same protocol.
pub type Rest = Map<String, Value>;

/// One message.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// Instructions to the model.
    System {
        /// The text, in parts.
        content: Vec<Part>,
        /// The role was `developer`, which newer models of OpenAI prefer.
        developer: bool,
        /// Members without a typed field.
        rest: Rest,
    },
    /// What the user says or shows.
    User {
        /// Texts and images.
        content: Vec<Part>,
        /// Members without a typed field.
        rest: Rest,
    },
    /// An earlier answer of the model.
    Assistant {
        /// The text of the answer.
        content: Vec<Part>,
        /// The tool calls that the answer asked for.
        calls: Vec<AssistantCall>,
        /// Sent back unchanged, before the content, to the provider that it came from.
        reasoning: Vec<Reasoning>,
        /// Members without a typed field.
        rest: Rest,
        /// The provider whose members `rest` and the calls hold; `None` when nobody knows. Other providers do not get
        /// them.
        origin: Option<String>,
    },
    /// The result of a call.
    Tool {
        /// The provider's own id of the call, as in the assistant message that asked.
        call_id: String,
        /// What the tool returned, or the text of its error.
        content: Vec<Part>,
        /// The call failed.
        is_error: bool,
        /// Members without a typed field.
        rest: Rest,
    },
}

/// A part of a message's content.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The content of the part.
    pub body: PartBody,
    /// Anthropic's `cache_control`, unchanged.
    pub cache_control: Option<Value>,
}

/// What a part holds.
#[derive(Debug, Clone, PartialEq)]
pub enum PartBody {
    /// Plain text.
    Text(String),
    /// An image.
    Image {
        /// The image, inline or as a URL.
        source: ImageSource,
        /// OpenAI's `detail`: `low`, `high` or `auto`.
        detail: Option<String>,
    },
    /// A part of OpenAI's protocol without a typed form here (audio, files). Only that protocol can carry it.
    Other(Value),
}

/// Where an image is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageSource {
    /// An image within the request.
    Inline {
        /// `image/png`, `image/jpeg`, …
        media_type: String,
        /// Base64 (RFC 4648, section 4), without line breaks.
        data: String,
    },
    /// An `http` or `https` address, which the provider loads.
    Url(String),
}

/// A block of a model's reasoning. The journal stores this form, and the provider gets it back.
///
/// FROZEN: journals hold this form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Reasoning {
    /// Readable reasoning. Its text may be empty when there is a signature.
    Thinking {
        /// The text.
        thinking: String,
        /// Anthropic's signature, without which it refuses the block.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        signature: Option<String>,
    },
    /// Encrypted reasoning, which only the provider can read.
    RedactedThinking {
        /// The encrypted text.
        data: String,
    },
}

/// Which tools the model may or must call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToolChoice {
    /// The model decides.
    Auto,
    /// No tool may be called.
    None,
    /// At least one tool must be called.
    Required,
    /// The tool of this name must be called.
    Named(String),
}

/// The required format of the answer's text.
#[derive(Debug, Clone, PartialEq)]
pub enum ResponseFormat {
    /// Any text.
    Text,
    /// One JSON object.
    JsonObject,
    /// One JSON value that fits `schema`. `name` names the schema for the provider; `strict` asks the provider to
    /// enforce it.
    JsonSchema { name: String, schema: Value, strict: Option<bool>, rest: Rest },
}

/// How much a model thinks before it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Thinking {
    /// Anthropic's `thinking: enabled`. The number is `budget_tokens`.
    Effort(String),
    /// Anthropic's `thinking: enabled` with `budget_tokens`.
    Budget(u32),
    /// Anthropic's `thinking: adaptive`: the model decides.
    Adaptive,
    /// The model must not think.
    Disabled,
}

impl Part {
    /// A text part without a cache breakpoint.
    pub fn text(text: impl Into<String>) -> Self {
        Self { body: PartBody::Text(text.into()), cache_control: None }
    }

    /// The text of a text part; `None` for other parts.
    pub fn as_text(&self) -> Option<&str> {
        if let PartBody::Text(text) = &self.body { Some(text) } else { None }
    }
}

impl Message {
    /// A system message of one text.
    pub fn system(text: impl Into<String>) -> Self {
        Self::System { content: vec![Part::text(text)], developer: false, rest: Rest::new() }
    }

    /// A user's message of one text.
    pub fn user(text: impl Into<String>) -> Self {
        Self::User { content: vec![Part::text(text)], rest: Rest::new() }
    }

    /// An assistant's message: a text, which may be empty, and its calls.
    pub fn assistant(text: impl Into<String>, calls: Vec<AssistantCall>) -> Self {
        let text = text.into();
        let content = if text.is_empty() { Vec::new() } else { vec![Part::text(text)] };
        Self::Assistant { content, calls, reasoning: Vec::new(), rest: Rest::new(), origin: None }
    }

    /// The result of a call as one text. `call_id` is the id of the call in the assistant's message.
    pub fn tool(call_id: impl Into<String>, text: impl Into<String>, is_error: bool) -> Self {
        Self::Tool { call_id: call_id.into(), content: vec![Part::text(text)], is_error, rest: Rest::new() }
    }

    /// The message as `provider` gets it: without members of another provider, which would refuse the request because
    /// of them.
    pub(crate) fn for_provider(&self, provider: &str) -> Cow<'_, Self> {
        match self {
            Self::Assistant { content, calls, reasoning, origin: Some(origin), .. } if origin != provider => {
                let bare = |call: &AssistantCall| AssistantCall { rest: Rest::new(), ..call.clone() };
                Cow::Owned(Self::Assistant {
                    content: content.clone(),
                    calls: calls.iter().map(bare).collect(),
                    reasoning: reasoning.clone(),
                    rest: Rest::new(),
                    origin: None,
                })
            }
            _ => Cow::Borrowed(self),
        }
    }

    /// The content, whatever the role.
    pub fn content(&self) -> &[Part] {
        match self {
            Self::System { content, .. }
            | Self::User { content, .. }
            | Self::Assistant { content, .. }
            | Self::Tool { content, .. } => content,
        }
    }

    /// The tool calls of an assistant's message; empty for all other messages.
    pub fn calls(&self) -> &[AssistantCall] {
        if let Self::Assistant { calls, .. } = self { calls } else { &[] }
    }

    /// The text of all its parts, joined.
    pub fn text(&self) -> String {
        self.content().iter().filter_map(Part::as_text).collect()
    }
}
