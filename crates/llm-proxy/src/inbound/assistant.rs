//! Reads earlier answers of the model, with the extension members that hold its reasoning.

use artel_domain::AssistantCall;
use artel_llm::{Message, Part, Reasoning, Rest};
use serde_json::Value;

use super::members::Members;
use super::{InvalidRequest, content};

pub(super) fn read_assistant(mut members: Members) -> Result<Message, InvalidRequest> {
    if members.has("function_call") {
        return Err(InvalidRequest::at("function_call", "is OpenAI's first way of calling tools; use 'tool_calls'"));
    }
    let mut content = content::optional(&mut members)?.unwrap_or_default();
    let calls = members.each("tool_calls", read_call)?.unwrap_or_default();
    let reasoning = read_reasoning(&mut members)?;
    // Only OpenAI's protocol has a member for a refusal, but every model must know that it refused. So the refusal
    // becomes text.
    if let Some(refusal) = members.text("refusal")?
        && content.is_empty()
    {
        content.push(Part::text(refusal));
    }
    // `audio` refers to an earlier spoken answer.
    if content.is_empty() && calls.is_empty() && reasoning.is_empty() && !members.has("audio") {
        return Err(InvalidRequest::at("content", "is required when there are no 'tool_calls'"));
    }
    Ok(Message::Assistant { content, calls, reasoning, rest: members.rest(), origin: None })
}

fn read_call(value: Value) -> Result<AssistantCall, InvalidRequest> {
    let mut members = Members::of(value)?;
    members.take("index");
    match members.text("type")?.as_deref() {
        None | Some("function") => {}
        Some(other) => return Err(InvalidRequest::at("type", format!("must be 'function', not '{other}'"))),
    }
    let id = members.required_text("id")?;
    let function = members.take("function").ok_or_else(|| InvalidRequest::at("function", "is required"))?;
    let (name, arguments, of_function) = read_function(function).map_err(|wrong| wrong.inside("function"))?;
    Ok(AssistantCall { id, name, arguments, rest: with_function(members.rest(), of_function) })
}

/// The members of a call without a typed form. Those of its function are put under `function`.
fn with_function(mut rest: Rest, of_function: Rest) -> Rest {
    if !of_function.is_empty() {
        rest.insert("function".to_owned(), of_function.into());
    }
    rest
}

fn read_function(value: Value) -> Result<(String, String, Rest), InvalidRequest> {
    let mut members = Members::of(value)?;
    let name = members.required_text("name")?;
    let arguments = match members.take("arguments") {
        // Some models and clients write a call without arguments like this.
        None => "{}".to_owned(),
        Some(Value::String(text)) if text.trim().is_empty() => "{}".to_owned(),
        Some(Value::String(text)) => text,
        Some(object @ Value::Object(_)) => object.to_string(),
        Some(_) => return Err(InvalidRequest::at("arguments", "must be a string that holds a JSON object")),
    };
    Ok((name, arguments, members.rest()))
}

/// Reads the reasoning. `thinking_blocks` is complete, so it wins over the plain text of `reasoning_content` (or
/// `reasoning`, as other providers name it).
fn read_reasoning(members: &mut Members) -> Result<Vec<Reasoning>, InvalidRequest> {
    let blocks = members.each("thinking_blocks", |block| {
        serde_json::from_value(block).map_err(|error| InvalidRequest::whole(format!("{error}")))
    })?;
    let mut texts = Vec::new();
    for name in ["reasoning_content", "reasoning"] {
        texts.extend(members.text(name)?);
    }
    Ok(match blocks.filter(|blocks| !blocks.is_empty()) {
        Some(blocks) => blocks,
        None => texts
            .into_iter()
            .find(|text| !text.is_empty())
            .map(|thinking| Reasoning::Thinking { thinking, signature: None })
            .into_iter()
            .collect(),
    })
}
