//! Renders Chat Completions answers.

use serde_json::{Map, Value, json};

use super::{CREATED, Tape, sse};
use crate::lowered::{Lowered, OneCall, Part};
use crate::script::{self, Wire};
use crate::{How, Stop, Usage};

struct Writer<'a> {
    answer: &'a Lowered<'a>,
    wire: &'a Wire,
    include_usage: bool,
}

pub(super) fn stream(answer: &Lowered<'_>, wire: &Wire, include_usage: bool, tape: &mut Tape) {
    let writer = Writer { answer, wire, include_usage };
    if !wire.omits(script::Part::Role) {
        let content = if matches!(answer.parts.first(), Some(Part::Calls(_))) { Value::Null } else { "".into() };
        tape.frame(&writer.delta(&json!({ "role": "assistant", "content": content, "refusal": null })));
    }
    for part in &answer.parts {
        writer.part(part, tape);
    }
    if !wire.omits(script::Part::Finish) {
        tape.frame(&writer.chunk(&json!([choice(&json!({}), Some(finish_reason(&answer.stop)))]), &Value::Null));
    }
    if include_usage && !wire.omits(script::Part::Usage) {
        tape.frame(&writer.chunk(&json!([]), &usage(&answer.usage)));
    }
    if !wire.omits(script::Part::Done) {
        tape.frame(&sse::text_event(None, "[DONE]", wire));
    }
}

impl Writer<'_> {
    fn part(&self, part: &Part<'_>, tape: &mut Tape) {
        match part {
            Part::Text(deltas) => {
                for delta in deltas {
                    tape.delta(&self.delta(&json!({ "content": delta })));
                }
            }
            Part::Thinking { deltas, .. } => {
                let member = self.wire.reasoning_member.as_str();
                for delta in deltas {
                    tape.delta(&self.delta(&json!({ member: delta })));
                }
            }
            Part::Calls(calls) => self.calls(calls, tape),
            Part::Ping => tape.frame(&sse::comment("ping", self.wire)),
            Part::Comment(text) => tape.frame(&sse::comment(text, self.wire)),
            Part::Event(name, data) => tape.frame(&sse::event(Some(name), data, self.wire)),
            Part::Raw(bytes) => tape.frame(bytes.as_bytes()),
            Part::Wait(time) => tape.wait(*time),
            Part::Error(failure) => {
                let body = super::error_body(crate::Protocol::OpenAi, failure.status.unwrap_or(500), failure);
                tape.frame(&sse::event(None, &body, self.wire));
                tape.halt(How::End);
            }
            Part::Halt(how) => tape.halt(how.clone()),
            Part::Redacted(_) | Part::Block(_) => {}
        }
    }

    /// Writes several calls: first their names, then their pieces alternating.
    fn calls(&self, calls: &[OneCall], tape: &mut Tape) {
        for call in calls {
            let arguments = if call.pieces.is_empty() { call.arguments.as_str() } else { "" };
            let head = self.call(
                call,
                json!({ "type": "function", "function": { "name": call.name, "arguments": arguments } }),
                true,
            );
            tape.delta(&self.delta(&json!({ "tool_calls": [head] })));
        }
        let rounds = calls.iter().map(|call| call.pieces.len()).max().unwrap_or(0);
        for (call, piece) in
            (0..rounds).flat_map(|round| calls.iter().filter_map(move |call| Some((call, call.pieces.get(round)?))))
        {
            let piece = self.call(call, json!({ "function": { "arguments": piece } }), false);
            tape.delta(&self.delta(&json!({ "tool_calls": [piece] })));
        }
    }

    fn call(&self, call: &OneCall, rest: Value, first: bool) -> Value {
        let mut piece = Map::new();
        if !self.wire.omits(script::Part::CallIndexes) {
            piece.insert("index".into(), call.index.into());
        }
        if first && !self.wire.omits(script::Part::CallIds) {
            piece.insert("id".into(), call.id.as_str().into());
        }
        if let Value::Object(rest) = rest {
            piece.extend(rest);
        }
        piece.into()
    }

    fn delta(&self, delta: &Value) -> Vec<u8> {
        self.chunk(&json!([choice(delta, None)]), &Value::Null)
    }

    fn chunk(&self, choices: &Value, usage: &Value) -> Vec<u8> {
        let mut chunk = json!({
            "id": self.answer.id,
            "object": "chat.completion.chunk",
            "created": CREATED,
            "model": self.answer.model,
            "service_tier": "default",
            "system_fingerprint": "fp_mock",
            "choices": choices,
        });
        if self.include_usage {
            chunk["usage"] = usage.clone();
        }
        if self.wire.obfuscation {
            chunk["obfuscation"] = "x7Kq2".into();
        }
        sse::event(None, &chunk, self.wire)
    }
}

fn choice(delta: &Value, finish_reason: Option<&str>) -> Value {
    json!({ "index": 0, "delta": delta, "logprobs": null, "finish_reason": finish_reason })
}

pub(super) fn whole(answer: &Lowered<'_>, wire: &Wire) -> Value {
    let mut content = String::new();
    let mut reasoning = String::new();
    let mut calls = Vec::new();
    for part in &answer.parts {
        match part {
            Part::Text(deltas) => content.extend(deltas.iter().map(String::as_str)),
            Part::Thinking { deltas, .. } => reasoning.extend(deltas.iter().map(String::as_str)),
            Part::Calls(several) => calls.extend(several.iter().map(|call| {
                let mut shown =
                    json!({ "id": call.id, "type": "function", "function": { "name": call.name, "arguments": call.arguments } });
                if wire.omits(script::Part::CallIds) {
                    shown.as_object_mut().map(|call| call.shift_remove("id"));
                }
                shown
            })),
            _ => {}
        }
    }
    let content = if content.is_empty() && !calls.is_empty() { Value::Null } else { content.into() };
    let mut message = json!({ "role": "assistant", "content": content, "refusal": null });
    if !reasoning.is_empty() {
        message[wire.reasoning_member.as_str()] = reasoning.into();
    }
    if !calls.is_empty() {
        message["tool_calls"] = calls.into();
    }
    let finish = if wire.omits(script::Part::Finish) { Value::Null } else { finish_reason(&answer.stop).into() };
    let mut body = json!({
        "id": answer.id,
        "object": "chat.completion",
        "created": CREATED,
        "model": answer.model,
        "choices": [{ "index": 0, "message": message, "logprobs": null, "finish_reason": finish }],
    });
    if !wire.omits(script::Part::Usage) {
        body["usage"] = usage(&answer.usage);
    }
    body["service_tier"] = "default".into();
    body["system_fingerprint"] = "fp_mock".into();
    body
}

fn finish_reason(stop: &Stop) -> &str {
    match stop {
        Stop::Stop | Stop::Sequence(_) => "stop",
        Stop::Length => "length",
        Stop::ToolCalls => "tool_calls",
        Stop::ContentFilter => "content_filter",
        Stop::Raw(word) => word,
    }
}

fn usage(usage: &Usage) -> Value {
    json!({
        "prompt_tokens": usage.prompt(),
        "completion_tokens": usage.output,
        "total_tokens": usage.prompt() + usage.output,
        "prompt_tokens_details": { "cached_tokens": usage.cache_read, "audio_tokens": 0 },
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    })
}
