//! The shapes of the documents: what clients say, and schemas that derives cannot say.

use artel_domain::{Specialist, any_value, names};
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};

pub(crate) use artel_http::openapi::{Conflict, NotFound};

/// An event of a stream.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the schema of what `stream` writes")]
pub(crate) struct StreamedFrame {
    /// A frame as JSON, as a socket has it.
    data: String,
}

/// A decision about a held call.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the schema of what `incoming` reads")]
pub(crate) struct CallDecision {
    /// The call, or its approval.
    call_id: String,
    decision: DecisionWord,
    /// With `edit`.
    #[schema(value_type = Option<Object>)]
    modified_arguments: Option<Value>,
    /// The model reads it when the call is rejected.
    feedback: Option<String>,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "the schema of what `incoming` reads")]
enum DecisionWord {
    Approve,
    Edit,
    Reject,
}

/// A message of the socket, and in which session it is said.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the schema of what `stream_message` reads")]
pub(crate) struct PostedMessage {
    #[schema(schema_with = session_id)]
    session_id: String,
    message: SaidMessage,
}

/// What a client says. Frames of other types are in docs/codelab.md.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(dead_code, reason = "the schema of what `incoming` reads")]
enum SaidMessage {
    UserMessage {
        #[schema(schema_with = said_text)]
        content: String,
        /// Who is to answer.
        #[schema(schema_with = agent)]
        agent_type: Option<String>,
        /// The client's own name for the message: it is stored once under it.
        #[schema(min_length = 1, max_length = 200)]
        message_id: Option<String>,
    },
    ToolResult {
        call_id: String,
        #[schema(schema_with = any_value::any_value)]
        result: Option<Value>,
        /// A text, as a rule. Wins over the result.
        #[schema(schema_with = any_value::any_value)]
        error: Option<Value>,
    },
    SwitchAgent {
        #[schema(schema_with = needed_agent)]
        agent_type: String,
        reason: Option<String>,
    },
    HitlDecision(CallDecision),
    Cancel,
}

/// What people call a session.
pub(crate) fn title() -> Schema {
    title_of(Type::String.into())
}

/// The same where there may be no title.
pub(crate) fn maybe_title() -> Schema {
    title_of(nullable(Type::String))
}

fn title_of(kind: SchemaType) -> Schema {
    let schema = ObjectBuilder::new().schema_type(kind).pattern(Some(names::schema_pattern()));
    schema.min_length(Some(1)).max_length(Some(500)).build().into()
}

/// The id of a new session; empty or absent for a fresh one.
pub(crate) fn new_session_id() -> Schema {
    let schema = ObjectBuilder::new().schema_type(nullable(Type::String)).pattern(Some(PRINTABLE));
    schema.max_length(Some(200)).examples([json!("chat-1")]).build().into()
}

fn session_id() -> Schema {
    let schema = ObjectBuilder::new().schema_type(Type::String).pattern(Some(PRINTABLE));
    schema.min_length(Some(1)).max_length(Some(200)).examples([json!("chat-1")]).build().into()
}

/// Without control characters.
const PRINTABLE: &str = "^[^\\u0000-\\u001f\\u007f-\\u009f]*$";

fn said_text() -> Schema {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some("\\S"))
        .examples([json!("Create a README")])
        .build()
        .into()
}

/// The same where there may be none.
fn agent() -> Schema {
    agent_of(nullable(Type::String), true)
}

/// An agent by its name.
pub(crate) fn needed_agent() -> Schema {
    agent_of(Type::String.into(), false)
}

fn agent_of(kind: SchemaType, may_be_absent: bool) -> Schema {
    let names = Specialist::ALL.iter().map(|specialist| json!(specialist.as_str()));
    let names = names.chain(may_be_absent.then_some(Value::Null));
    ObjectBuilder::new().schema_type(kind).enum_values(Some(names)).build().into()
}

/// How an answer comes.
pub(crate) fn stream_mode() -> Schema {
    let words = ["auto", "tokens", "whole"].map(|word| json!(word));
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).build().into()
}

fn nullable(kind: Type) -> SchemaType {
    SchemaType::from_iter([kind, Type::Null])
}
