//! Encodes the dialogue as Chat Completions messages.

use artel_domain::AssistantCall;
use serde_json::{Map, Value, json};

use super::rest::{with_call_rest, with_rest};
use super::{parts, proxy_messages};
use crate::name::{OPENAI, PROXY};
use crate::pairing::check_results;
use crate::{Message, ModelError, Part, Reasoning, Request, Rest};

/// Members of assistants' messages that come from other providers of this protocol. OpenAI itself refuses them.
const UNKNOWN_TO_OPENAI: [&str; 4] = ["reasoning", "reasoning_content", "reasoning_details", "thinking_blocks"];

/// `is_official`: the request goes to OpenAI's own address, which refuses members that it does not know.
pub(super) fn write(request: &Request, is_official: bool) -> Result<Value, ModelError> {
    check_results(&request.messages)?;
    if request.model.provider() == PROXY {
        return Ok(proxy_messages::messages(request));
    }
    let is_openai = request.model.provider() == OPENAI;
    let (lead, others) = split_lead(&request.messages);
    let provider = request.model.origin();
    let mut writer = Writer { is_openai, is_official, written: Vec::new(), images: Vec::new() };
    writer.lead(lead);
    for message in others {
        writer.message(&message.for_provider(&provider));
    }
    writer.add_images();
    Ok(Value::Array(writer.written))
}

/// Splits the dialogue into the leading system messages and the rest.
fn split_lead(messages: &[Message]) -> (&[Message], &[Message]) {
    let count = messages.iter().take_while(|message| matches!(message, Message::System { .. })).count();
    messages.split_at(count)
}

struct Writer {
    /// The provider is `openai`, not another one that speaks its protocol.
    is_openai: bool,
    is_official: bool,
    written: Vec<Value>,
    /// Images of tool results. In this protocol a result cannot hold images.
    images: Vec<Value>,
}

impl Writer {
    /// Joins the leading system messages into one: the chat templates of many open models allow only one, at the start.
    fn lead(&mut self, lead: &[Message]) {
        let mut joined: Vec<Part> = Vec::new();
        let (mut any_developer, mut all_rest) = (false, Rest::new());
        for message in lead {
            let Message::System { content, developer, rest } = message else { continue };
            any_developer |= developer;
            all_rest.extend(rest.clone());
            let text = || content.iter().map(Part::as_text).collect::<Option<String>>();
            match (joined.last_mut(), text()) {
                (Some(Part { body: crate::PartBody::Text(so_far), .. }), Some(text)) => so_far.extend(["\n\n", &text]),
                (_, Some(text)) => joined.push(Part::text(text)),
                (_, None) => joined.extend(content.iter().cloned()),
            }
        }
        if !lead.is_empty() {
            self.system(&joined, any_developer, &all_rest);
        }
    }

    fn message(&mut self, message: &Message) {
        if !matches!(message, Message::Tool { .. }) {
            self.add_images();
        }
        match message {
            Message::System { content, developer, rest } => self.system(content, *developer, rest),
            Message::User { content, rest } => {
                self.push(json!({ "role": "user", "content": parts::content(content) }), rest);
            }
            Message::Assistant { content, calls, reasoning, rest, .. } => {
                self.assistant(content, calls, reasoning, rest);
            }
            Message::Tool { call_id, content, rest, .. } => self.result(call_id, content, rest),
        }
    }

    fn system(&mut self, content: &[Part], developer: bool, rest: &Rest) {
        let role = if developer && self.is_openai { "developer" } else { "system" };
        self.push(json!({ "role": role, "content": parts::content(content) }), rest);
    }

    fn assistant(&mut self, content: &[Part], calls: &[AssistantCall], reasoning: &[Reasoning], rest: &Rest) {
        let known = |(name, _): &(&String, &Value)| !(self.is_official && UNKNOWN_TO_OPENAI.contains(&name.as_str()));
        let rest = rest.iter().filter(known).map(|(name, value)| (name.clone(), value.clone())).collect();
        if calls.is_empty() {
            return self.push(json!({ "role": "assistant", "content": parts::content(content) }), &rest);
        }
        let said = if content.is_empty() { Value::Null } else { parts::content(content) };
        let calls: Vec<_> = calls.iter().map(|call| self.call(call)).collect();
        let mut message = json!({ "role": "assistant", "content": said, "tool_calls": calls });
        let thoughts = thoughts(reasoning);
        // OpenAI refuses members that it does not know. It never shows reasoning, so this reasoning is from another
        // provider.
        if !self.is_openai && !thoughts.is_empty() {
            message["reasoning_content"] = thoughts.into();
        }
        self.push(message, &rest);
    }

    fn call(&self, call: &AssistantCall) -> Value {
        let written = json!({ "name": call.name, "arguments": arguments(&call.arguments) });
        let call_rest = if self.is_official { &Rest::new() } else { &call.rest };
        with_call_rest(json!({ "id": call.id, "type": "function", "function": written }), call_rest)
    }

    fn result(&mut self, call_id: &str, content: &[Part], rest: &Rest) {
        let (texts, others): (Vec<Part>, Vec<Part>) =
            content.iter().cloned().partition(|part| part.as_text().is_some());
        let said = match (texts.is_empty(), others.is_empty()) {
            (true, false) => "(see the next message)".into(),
            _ => parts::content(&texts),
        };
        self.push(json!({ "role": "tool", "tool_call_id": call_id, "content": said }), rest);
        if !others.is_empty() {
            self.images.push(json!({ "type": "text", "text": format!("This is what call {call_id} returned:") }));
            self.images.extend(others.iter().map(parts::part));
        }
    }

    /// Adds the images of results. The results of one step must follow each other, so the images come after the last
    /// result.
    fn add_images(&mut self) {
        if !self.images.is_empty() {
            let content = std::mem::take(&mut self.images);
            self.written.push(json!({ "role": "user", "content": content }));
        }
    }

    fn push(&mut self, message: Value, rest: &Rest) {
        self.written.push(with_rest(message, rest));
    }
}

/// Readable reasoning, in the form that the providers that show it want back. Signed blocks belong to another protocol.
fn thoughts(reasoning: &[Reasoning]) -> String {
    let open = |block: &Reasoning| match block {
        Reasoning::Thinking { thinking, signature: None } => Some(thinking.clone()),
        _ => None,
    };
    reasoning.iter().filter_map(open).collect()
}

/// The arguments of an earlier call. llama.cpp and vLLM parse them, and fail the whole request when they are not an
/// object. Any other text of a model is put inside an object.
fn arguments(written: &str) -> String {
    if written.trim().is_empty() {
        return "{}".to_owned();
    }
    match serde_json::from_str::<Map<String, Value>>(written) {
        Ok(_) => written.to_owned(),
        Err(_) => json!({ "malformed_arguments": written }).to_string(),
    }
}
