//! Renders answers of Ollama's own chat.

use serde_json::{Map, Value, json};

use super::{CREATED_TEXT, Tape, sse};
use crate::lowered::{Lowered, OneCall, Part};
use crate::script::{self, Wire};
use crate::{How, Stop, Usage};

pub(super) fn stream(answer: &Lowered<'_>, wire: &Wire, tape: &mut Tape) {
    let line = |message: &Value| {
        let line = json!({ "model": answer.model, "created_at": CREATED_TEXT, "message": message, "done": false });
        sse::line(&line, wire)
    };
    for part in &answer.parts {
        match part {
            Part::Text(deltas) => {
                for delta in deltas {
                    tape.delta(&line(&json!({ "role": "assistant", "content": delta })));
                }
            }
            Part::Thinking { deltas, .. } => {
                for delta in deltas {
                    tape.delta(&line(&json!({ "role": "assistant", "content": "", "thinking": delta })));
                }
            }
            Part::Calls(several) => {
                tape.delta(&line(&json!({ "role": "assistant", "content": "", "tool_calls": calls(several, wire) })));
            }
            Part::Event(_, data) => tape.frame(&sse::line(data, wire)),
            Part::Raw(bytes) => tape.frame(bytes.as_bytes()),
            Part::Wait(time) => tape.wait(*time),
            Part::Error(failure) => {
                tape.frame(&sse::line(
                    &super::error_body(crate::Protocol::Ollama, failure.status.unwrap_or(500), failure),
                    wire,
                ));
                tape.halt(How::End);
            }
            Part::Halt(how) => tape.halt(how.clone()),
            Part::Redacted(_) | Part::Block(_) | Part::Ping | Part::Comment(_) => {}
        }
    }
    if !wire.omits(script::Part::Done) {
        tape.frame(&sse::line(&last(answer, &json!({ "role": "assistant", "content": "" }), wire), wire));
    }
}

pub(super) fn whole(answer: &Lowered<'_>, wire: &Wire) -> Value {
    let mut content = String::new();
    let mut thinking = String::new();
    let mut all_calls = Vec::new();
    for part in &answer.parts {
        match part {
            Part::Text(deltas) => content.extend(deltas.iter().map(String::as_str)),
            Part::Thinking { deltas, .. } => thinking.extend(deltas.iter().map(String::as_str)),
            Part::Calls(several) => all_calls.extend(calls(several, wire)),
            _ => {}
        }
    }
    let mut message = json!({ "role": "assistant", "content": content });
    if !thinking.is_empty() {
        message["thinking"] = thinking.into();
    }
    if !all_calls.is_empty() {
        message["tool_calls"] = all_calls.into();
    }
    last(answer, &message, wire)
}

/// Calls. Only newer servers send ids, so the mock sends one when the script gives it.
fn calls(calls: &[OneCall], wire: &Wire) -> Vec<Value> {
    let shown = |call: &OneCall| {
        let mut shown = Map::new();
        if call.own_id && !wire.omits(script::Part::CallIds) {
            shown.insert("id".into(), call.id.as_str().into());
        }
        let mut function = Map::new();
        if !wire.omits(script::Part::CallIndexes) {
            function.insert("index".into(), call.index.into());
        }
        function.insert("name".into(), call.name.as_str().into());
        function.insert("arguments".into(), call.value());
        shown.insert("function".into(), function.into());
        Value::Object(shown)
    };
    calls.iter().map(shown).collect()
}

/// The last line of a stream, or the complete answer.
fn last(answer: &Lowered<'_>, message: &Value, wire: &Wire) -> Value {
    let mut line = json!({ "model": answer.model, "created_at": CREATED_TEXT, "message": message });
    if !wire.omits(script::Part::Finish) {
        line["done_reason"] = done_reason(&answer.stop).into();
    }
    line["done"] = true.into();
    if !wire.omits(script::Part::Usage) {
        durations_and_counts(&mut line, &answer.usage);
    }
    line
}

/// Adds durations and counts. A count of 0 is left out, as the real server does when the whole prompt was in its cache.
fn durations_and_counts(line: &mut Value, usage: &Usage) {
    line["total_duration"] = 5_000_000.into();
    line["load_duration"] = 1_000_000.into();
    if usage.prompt() > 0 {
        line["prompt_eval_count"] = usage.prompt().into();
    }
    line["prompt_eval_duration"] = 1_000_000.into();
    if usage.output > 0 {
        line["eval_count"] = usage.output.into();
    }
    line["eval_duration"] = 3_000_000.into();
}

fn done_reason(stop: &Stop) -> &str {
    match stop {
        Stop::Stop | Stop::Sequence(_) | Stop::ToolCalls | Stop::ContentFilter => "stop",
        Stop::Length => "length",
        Stop::Raw(word) => word,
    }
}
