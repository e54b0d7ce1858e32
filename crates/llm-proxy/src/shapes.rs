//! The shapes of the document: what `inbound` reads and `outbound` writes. Members that are not named here go on to
//! providers of OpenAI's protocol.

use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};

pub(crate) const CHAT: &str = "chat";
pub(crate) const EMBEDDINGS: &str = "embeddings";
pub(crate) const MODELS: &str = "models";
pub(crate) const HEALTH: &str = "health";

/// A request for an answer.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the schema of what `inbound` reads")]
pub(crate) struct ChatRequest {
    #[schema(schema_with = model)]
    model: String,
    #[schema(min_items = 1)]
    messages: Vec<ChatMessage>,
    /// Chunks as they come, not one body.
    stream: Option<bool>,
    stream_options: Option<StreamOptions>,
    tools: Option<Vec<ChatTool>>,
    #[schema(schema_with = tool_choice)]
    tool_choice: Option<Value>,
    parallel_tool_calls: Option<bool>,
    temperature: Option<f64>,
    top_p: Option<f64>,
    #[schema(minimum = 0, maximum = 4_294_967_295_u32)]
    max_tokens: Option<u32>,
    /// The same; it wins.
    #[schema(minimum = 0, maximum = 4_294_967_295_u32)]
    max_completion_tokens: Option<u32>,
    #[schema(schema_with = one_or_many)]
    stop: Option<Value>,
    #[schema(schema_with = response_format)]
    response_format: Option<Value>,
    reasoning_effort: Option<String>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "the schema of what `inbound` reads")]
struct StreamOptions {
    /// A last chunk with the tokens.
    include_usage: Option<bool>,
}

/// A message, by its role.
#[derive(ToSchema)]
#[serde(tag = "role", rename_all = "snake_case")]
#[expect(dead_code, reason = "the schema of what `inbound` reads")]
enum ChatMessage {
    System {
        #[schema(schema_with = content)]
        content: Value,
    },
    Developer {
        #[schema(schema_with = content)]
        content: Value,
    },
    User {
        #[schema(schema_with = content)]
        content: Value,
    },
    /// An earlier answer. Each of its calls needs a message of the role `tool` right behind it.
    Assistant {
        #[schema(schema_with = maybe_content)]
        content: Option<Value>,
        tool_calls: Option<Vec<ChatCall>>,
        /// What the model thought, to send back.
        reasoning_content: Option<String>,
    },
    /// The result of a call.
    Tool {
        #[schema(pattern = "\\S")]
        tool_call_id: String,
        #[schema(schema_with = content)]
        content: Value,
        /// An extension: the tool failed.
        is_error: Option<bool>,
    },
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "the schema of what `inbound` reads")]
struct ChatTool {
    #[schema(schema_with = function_word)]
    r#type: String,
    function: ChatFunction,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "the schema of what `inbound` reads")]
struct ChatFunction {
    /// No two tools have the same.
    #[schema(pattern = "^[A-Za-z0-9_-]{1,64}$")]
    name: String,
    description: Option<String>,
    /// JSON Schema.
    #[schema(value_type = Option<Object>)]
    parameters: Option<Value>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "the schema of what `inbound` reads and `outbound` writes")]
pub(crate) struct ChatCall {
    #[schema(pattern = "\\S")]
    id: String,
    #[schema(schema_with = function_word)]
    r#type: String,
    function: CalledFunction,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "the schema of what `inbound` reads and `outbound` writes")]
struct CalledFunction {
    #[schema(pattern = "\\S")]
    name: String,
    /// JSON text.
    arguments: String,
}

/// An answer.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the schema of what `outbound` writes")]
pub(crate) struct ChatCompletion {
    id: String,
    /// `chat.completion`
    object: String,
    created: i64,
    /// As the client named it.
    model: String,
    #[schema(min_items = 1, max_items = 1)]
    choices: Vec<Choice>,
    #[schema(required = false, nullable = false)]
    usage: Option<Usage>,
}

/// An event of a stream.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the schema of what `outbound` writes")]
pub(crate) struct StreamedChunk {
    /// A chunk of OpenAI's form as JSON, or `[DONE]`.
    data: String,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "the schema of what `outbound` writes")]
struct Choice {
    index: i64,
    message: AnswerMessage,
    /// `stop`, `length`, `tool_calls`, `content_filter`, or the provider's word.
    finish_reason: String,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "the schema of what `outbound` writes")]
struct AnswerMessage {
    /// `assistant`
    role: String,
    content: Option<String>,
    refusal: Option<String>,
    #[schema(required = false, nullable = false)]
    reasoning_content: Option<String>,
    #[schema(required = false)]
    tool_calls: Vec<ChatCall>,
}

#[derive(ToSchema)]
#[expect(dead_code, clippy::struct_field_names, reason = "the schema of what `outbound` writes")]
struct Usage {
    prompt_tokens: i64,
    #[schema(required = false)]
    completion_tokens: i64,
    total_tokens: i64,
}

/// A request for vectors.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the schema of what `inbound` reads")]
pub(crate) struct EmbeddingsRequest {
    #[schema(schema_with = model)]
    model: String,
    #[schema(schema_with = texts)]
    input: Value,
    #[schema(minimum = 1, maximum = 4096)]
    dimensions: Option<u32>,
    #[schema(schema_with = vector_format)]
    encoding_format: Option<String>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "the schema of what `embeddings` writes")]
pub(crate) struct EmbeddingList {
    /// `list`
    object: String,
    data: Vec<Embedding>,
    model: String,
    #[schema(required = false, nullable = false)]
    usage: Option<Usage>,
}

#[derive(ToSchema)]
#[expect(dead_code, clippy::struct_field_names, reason = "the schema of what `embeddings` writes")]
struct Embedding {
    /// `embedding`
    object: String,
    index: i64,
    /// Numbers, or base64 of little-endian 32-bit floats.
    #[schema(schema_with = anything)]
    embedding: Value,
}

/// A model with all that is known of it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the schema of what `list_llm_models` answers")]
pub(crate) struct KnownModel {
    /// `provider:model`
    id: String,
    name: String,
    provider: String,
    context_length: Option<u32>,
    is_available: bool,
}

/// Every error.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the schema of what `fault` writes")]
pub(crate) struct ErrorBody {
    error: ErrorMembers,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "the schema of what `fault` writes")]
pub(crate) struct ErrorMembers {
    message: String,
    r#type: String,
    /// Where in the request.
    param: Option<String>,
    /// A word for programs.
    code: Option<String>,
    /// The log has the request under this id.
    trace_id: String,
}

fn model() -> Schema {
    let schema = ObjectBuilder::new().schema_type(Type::String).pattern(Some("\\S"));
    let schema = schema.description(Some("`provider:model`, or a name that the model table or the operator knows."));
    schema.examples([json!("demo:echo"), json!("openai:gpt-4o-mini")]).build().into()
}

fn content() -> Schema {
    content_of(&[Type::String, Type::Array])
}

fn maybe_content() -> Schema {
    content_of(&[Type::String, Type::Array, Type::Null])
}

fn content_of(kinds: &[Type]) -> Schema {
    let schema = ObjectBuilder::new().schema_type(kinds.iter().cloned().collect::<SchemaType>());
    let parts = "A text, or parts: `{\"type\": \"text\", \"text\": …}`, `{\"type\": \"image_url\", \"image_url\": …}`.";
    schema.description(Some(parts)).examples([json!("Hello")]).build().into()
}

fn tool_choice() -> Schema {
    let schema = ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::String, Type::Object, Type::Null]));
    schema
        .description(Some("`auto`, `none`, `required`, or an object that names a function. Needs `tools`."))
        .build()
        .into()
}

fn one_or_many() -> Schema {
    let schema = ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::String, Type::Array, Type::Null]));
    schema.description(Some("A text, or several.")).build().into()
}

fn response_format() -> Schema {
    let schema = ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::Object, Type::Null]));
    schema.description(Some("`{\"type\": \"text\"}`, `json_object`, or `json_schema` with a schema.")).build().into()
}

fn function_word() -> Schema {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some([json!("function")])).build().into()
}

fn texts() -> Schema {
    let schema = ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::String, Type::Array]));
    schema.description(Some("A text, several, or lists of tokens.")).examples([json!(["Hello"])]).build().into()
}

fn vector_format() -> Schema {
    let words = [json!("float"), json!("base64"), Value::Null];
    let schema = ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::String, Type::Null]));
    schema.enum_values(Some(words)).build().into()
}

fn anything() -> Schema {
    ObjectBuilder::new().schema_type(SchemaType::AnyValue).build().into()
}
