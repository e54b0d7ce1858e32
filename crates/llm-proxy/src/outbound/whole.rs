//! Writes an answer as one `chat.completion` object.

use std::collections::BTreeMap;

use artel_domain::AssistantCall;
use artel_llm::{Completion, Delta, Reasoning, Rest};
use serde::Serialize;
use serde_json::Value;

use super::json::{member, raw, value};
use super::parts::{Extension, WireUsage};
use super::{Head, blocks_to_send_back, finish_word};

/// What only the deltas hold: the part of the text that is a refusal, and members without a typed form.
#[derive(Debug, Default)]
pub(crate) struct ExtraMembers {
    reasoning: String,
    refusal: String,
    of_message: Rest,
    of_choice: Rest,
}

impl ExtraMembers {
    pub(crate) fn take(&mut self, deltas: &mut Vec<Delta>) {
        for delta in deltas.drain(..) {
            match delta {
                Delta::Reasoning(text) => self.reasoning.push_str(&text),
                Delta::Refusal(text) => self.refusal.push_str(&text),
                Delta::Rest(mut rest) => {
                    if let Some(Value::Object(of_delta)) = rest.shift_remove("delta") {
                        // The calls of the answer already have these members.
                        let of_message = of_delta.into_iter().filter(|(name, _)| name != "tool_calls");
                        of_message.for_each(|(name, content)| merge(&mut self.of_message, name, content));
                    }
                    rest.into_iter().for_each(|(name, content)| merge(&mut self.of_choice, name, content));
                }
                Delta::Opened(_) | Delta::Text(_) | Delta::Call { .. } | Delta::Arguments { .. } => {}
            }
        }
    }
}

/// Adds a member. The lists of `logprobs` and `annotations` come in pieces and are joined; other values are replaced.
fn merge(rest: &mut Rest, name: String, content: Value) {
    match (rest.get_mut(&name), content) {
        (Some(Value::Object(kept)), Value::Object(more)) => {
            more.into_iter().for_each(|(name, content)| merge(kept, name, content));
        }
        (Some(Value::Array(kept)), Value::Array(more)) => kept.extend(more),
        (_, content) => drop(rest.insert(name, content)),
    }
}

#[derive(Serialize)]
struct Choice<'a> {
    index: u8,
    message: WireMessage<'a>,
    logprobs: Option<&'a Value>,
    finish_reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    artel: Option<Extension<'a>>,
    #[serde(flatten)]
    rest: BTreeMap<&'a str, &'a Value>,
}

#[derive(Serialize)]
struct WireMessage<'a> {
    role: &'static str,
    content: Option<&'a str>,
    refusal: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_content: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking_blocks: Option<&'a [Reasoning]>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<WireCall<'a>>,
    #[serde(flatten)]
    rest: BTreeMap<&'a str, &'a Value>,
}

#[derive(Serialize)]
struct WireCall<'a> {
    id: &'a str,
    r#type: &'static str,
    function: Function<'a>,
    #[serde(flatten)]
    rest: BTreeMap<&'a str, &'a Value>,
}

#[derive(Serialize)]
struct Function<'a> {
    name: &'a str,
    arguments: &'a str,
    #[serde(flatten)]
    rest: Option<&'a Rest>,
}

/// Writes the complete answer.
pub(crate) fn write_completion(head: &Head, answer: &Completion, extra: &ExtraMembers) -> Vec<u8> {
    let mut out = Vec::with_capacity(512 + answer.text.len());
    raw(&mut out, "{\"id\":");
    value(&mut out, &head.id);
    raw(&mut out, ",\"object\":\"chat.completion\"");
    member(&mut out, "created", &head.created);
    member(&mut out, "model", &head.model);
    let choice = Choice {
        index: 0,
        message: message(answer, extra),
        logprobs: extra.of_choice.get("logprobs"),
        finish_reason: finish_word(answer),
        artel: Extension::of(answer),
        rest: extra
            .of_choice
            .iter()
            .map(|(name, content)| (name.as_str(), content))
            .filter(|(name, _)| *name != "logprobs")
            .collect(),
    };
    member(&mut out, "choices", &[choice]);
    if let Some(usage) = answer.usage {
        member(&mut out, "usage", &WireUsage::from(usage));
    }
    for (name, content) in &answer.rest {
        member(&mut out, name, content);
    }
    raw(&mut out, "}");
    out
}

fn message<'a>(answer: &'a Completion, extra: &'a ExtraMembers) -> WireMessage<'a> {
    let refused = !extra.refusal.is_empty();
    // The refusal is a part of the answer's text. The rest of the text came before it.
    let said =
        if refused { answer.text.strip_suffix(extra.refusal.as_str()).unwrap_or_default() } else { &answer.text };
    let silent = said.is_empty() && (refused || !answer.calls.is_empty());
    WireMessage {
        role: "assistant",
        content: (!silent).then_some(said),
        refusal: refused.then_some(extra.refusal.as_str()),
        reasoning_content: reasoning_text(answer, extra),
        thinking_blocks: blocks_to_send_back(answer),
        tool_calls: answer.calls.iter().map(call).collect(),
        rest: extra.of_message.iter().chain(&answer.message).map(|(name, content)| (name.as_str(), content)).collect(),
    }
}

fn call(call: &AssistantCall) -> WireCall<'_> {
    let of_function = call.rest.get("function").and_then(Value::as_object);
    WireCall {
        id: &call.id,
        r#type: "function",
        function: Function { name: &call.name, arguments: &call.arguments, rest: of_function },
        rest: call
            .rest
            .iter()
            .map(|(name, content)| (name.as_str(), content))
            .filter(|(name, _)| *name != "function")
            .collect(),
    }
}

fn reasoning_text(answer: &Completion, extra: &ExtraMembers) -> Option<String> {
    let thought = answer.reasoning.iter().filter_map(|block| match block {
        Reasoning::Thinking { thinking, .. } => Some(thinking.as_str()),
        Reasoning::RedactedThinking { .. } => None,
    });
    let thought: String = thought.collect();
    let text = if thought.is_empty() { extra.reasoning.clone() } else { thought };
    (!text.is_empty()).then_some(text)
}
