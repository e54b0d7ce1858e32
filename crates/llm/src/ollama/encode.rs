//! Encodes a [`Request`] as the body of `/api/chat`.

use serde_json::{Map, Value};

use super::members::given;
use super::{messages, options, tools};
use crate::{ModelError, Request, ResponseFormat, Thinking};

/// Members of Ollama's that have no typed field here. Ollama does not know the other members of `rest`.
const OLLAMA_MEMBERS: [&str; 5] = ["format", "keep_alive", "logprobs", "top_logprobs", "think"];
/// These members have typed fields. They stand in `rest` only when their value is of a kind that only OpenAI's protocol
/// has. Such a request is refused: without the member the answer would silently differ from what was asked for.
const OPENAI_ONLY: [&str; 2] = ["response_format", "tool_choice"];
/// Without these two members Ollama silently drops the beginning of a dialogue that is too long.
const NEVER_CUT: [&str; 2] = ["truncate", "shift"];

pub(super) fn body(request: &Request, num_ctx: Option<u32>) -> Result<Value, ModelError> {
    let params = &request.params;
    if let Some(name) = OPENAI_ONLY.iter().find(|name| given(&params.rest, name).is_some()) {
        return Err(ModelError::BadRequest(format!("Ollama has nothing that this kind of `{name}` could mean")));
    }
    let tools = tools::offered(request)?;
    let format = params.response_format.as_ref().and_then(format);
    let (format, described) = if tools.is_empty() { (format, None) } else { (None, format) };

    let mut body = Map::new();
    body.insert("model".into(), request.model.model().into());
    body.insert("messages".into(), messages::all(&request.messages, described.as_ref(), request.model.provider())?);
    if !tools.is_empty() {
        body.insert("tools".into(), tools.into());
    }
    body.insert("stream".into(), true.into());
    body.extend(OLLAMA_MEMBERS.iter().filter_map(|name| given(&params.rest, name)));
    body.extend(format.map(|format| ("format".to_owned(), format)));
    body.extend(params.thinking.as_ref().and_then(think).map(|think| ("think".to_owned(), think)));
    body.extend(
        NEVER_CUT.iter().map(|name| given(&params.rest, name).unwrap_or_else(|| ((*name).to_owned(), false.into()))),
    );
    let options = options::of(params, num_ctx);
    if !options.is_empty() {
        body.insert("options".into(), Value::Object(options));
    }
    Ok(Value::Object(body))
}

fn format(wanted: &ResponseFormat) -> Option<Value> {
    match wanted {
        ResponseFormat::Text => None,
        ResponseFormat::JsonObject => Some("json".into()),
        ResponseFormat::JsonSchema { schema, .. } => Some(schema.clone()),
    }
}

/// The `think` member. Ollama knows on, off and three efforts, but no budget in tokens. Absent: the default of the
/// model.
fn think(wanted: &Thinking) -> Option<Value> {
    Some(match wanted {
        Thinking::Adaptive => return None,
        Thinking::Disabled => false.into(),
        Thinking::Budget(_) => true.into(),
        Thinking::Effort(effort) => match effort.as_str() {
            "none" => false.into(),
            "minimal" => "low".into(),
            "xhigh" => "high".into(),
            effort => effort.into(),
        },
    })
}
