//! Renders Messages answers.

use serde_json::{Value, json};

use super::{Tape, sse};
use crate::lowered::{Lowered, OneCall, Part};
use crate::script::{self, Wire};
use crate::{Block, How, Stop, Usage};

struct Writer<'a> {
    wire: &'a Wire,
    /// The index of the next block.
    index: usize,
}

pub(super) fn stream(answer: &Lowered<'_>, wire: &Wire, tape: &mut Tape) {
    let mut writer = Writer { wire, index: 0 };
    let mut message = message(answer, &json!([]), None, None);
    if !wire.omits(script::Part::Usage) {
        message["usage"] = usage(&Usage { output: 1, ..answer.usage });
    }
    tape.frame(&writer.event(json!({ "type": "message_start", "message": message })));
    for part in &answer.parts {
        writer.part(part, tape);
    }
    if !wire.omits(script::Part::Finish) {
        let (reason, sequence) = stop_reason(&answer.stop);
        let mut delta =
            json!({ "type": "message_delta", "delta": { "stop_reason": reason, "stop_sequence": sequence } });
        if !wire.omits(script::Part::Usage) {
            delta["usage"] = usage(&answer.usage);
        }
        tape.frame(&writer.event(delta));
    }
    if !wire.omits(script::Part::Done) {
        tape.frame(&writer.event(json!({ "type": "message_stop" })));
    }
}

impl Writer<'_> {
    fn part(&mut self, part: &Part<'_>, tape: &mut Tape) {
        match part {
            Part::Text(deltas) => {
                let deltas = deltas.iter().map(|delta| json!({ "type": "text_delta", "text": delta }));
                self.block(&json!({ "type": "text", "text": "" }), deltas, None, tape);
            }
            Part::Thinking { deltas, signature } => {
                let deltas = deltas.iter().map(|delta| json!({ "type": "thinking_delta", "thinking": delta }));
                let signature =
                    (!signature.is_empty()).then(|| json!({ "type": "signature_delta", "signature": signature }));
                self.block(&json!({ "type": "thinking", "thinking": "", "signature": "" }), deltas, signature, tape);
            }
            Part::Redacted(data) => self.block(&json!({ "type": "redacted_thinking", "data": data }), [], None, tape),
            Part::Calls(calls) => self.calls(calls, tape),
            Part::Block(Block { start, deltas, .. }) => self.block(start, deltas.iter().cloned(), None, tape),
            Part::Ping => tape.frame(&self.event(json!({ "type": "ping" }))),
            Part::Comment(text) => tape.frame(&sse::comment(text, self.wire)),
            Part::Event(name, data) => tape.frame(&sse::event(Some(name), data, self.wire)),
            Part::Raw(bytes) => tape.frame(bytes.as_bytes()),
            Part::Wait(time) => tape.wait(*time),
            Part::Error(failure) => {
                tape.frame(&self.event(super::error_body(
                    crate::Protocol::Anthropic,
                    failure.status.unwrap_or(500),
                    failure,
                )));
                tape.halt(How::End);
            }
            Part::Halt(how) => tape.halt(how.clone()),
        }
    }

    /// Writes one block. `last` is an event of structure, not a delta, and comes just before the stop.
    fn block(&mut self, start: &Value, deltas: impl IntoIterator<Item = Value>, last: Option<Value>, tape: &mut Tape) {
        let index = self.index;
        self.index += 1;
        self.start(index, start, tape);
        for delta in deltas {
            tape.delta(&self.delta(index, &delta));
        }
        if let Some(delta) = last {
            tape.frame(&self.delta(index, &delta));
        }
        self.stop(index, tape);
    }

    /// Writes several calls whose pieces alternate. Anthropic's own servers do not do this, but its protocol allows it.
    fn calls(&mut self, calls: &[OneCall], tape: &mut Tape) {
        let first = self.index;
        self.index += calls.len();
        for (index, call) in (first..).zip(calls) {
            self.start(index, &json!({ "type": "tool_use", "id": call.id, "name": call.name, "input": {} }), tape);
            tape.frame(&self.delta(index, &json!({ "type": "input_json_delta", "partial_json": "" })));
        }
        let pieces: Vec<Vec<&str>> = calls.iter().map(json_pieces).collect();
        for round in 0..pieces.iter().map(Vec::len).max().unwrap_or(0) {
            for (index, piece) in (first..).zip(&pieces).filter_map(|(index, pieces)| Some((index, pieces.get(round)?)))
            {
                tape.delta(&self.delta(index, &json!({ "type": "input_json_delta", "partial_json": piece })));
            }
        }
        (first..self.index).for_each(|index| self.stop(index, tape));
    }

    fn start(&self, index: usize, block: &Value, tape: &mut Tape) {
        tape.frame(&self.event(json!({ "type": "content_block_start", "index": index, "content_block": block })));
    }

    fn delta(&self, index: usize, delta: &Value) -> Vec<u8> {
        self.event(json!({ "type": "content_block_delta", "index": index, "delta": delta }))
    }

    fn stop(&self, index: usize, tape: &mut Tape) {
        tape.frame(&self.event(json!({ "type": "content_block_stop", "index": index })));
    }

    #[expect(clippy::needless_pass_by_value, reason = "it is made on the spot everywhere")]
    fn event(&self, data: Value) -> Vec<u8> {
        sse::event(data["type"].as_str(), &data, self.wire)
    }
}

/// A call without arguments has no pieces in its stream: the empty object of its start is complete.
fn json_pieces(call: &OneCall) -> Vec<&str> {
    match call.arguments.as_str() {
        "{}" => Vec::new(),
        whole if call.pieces.is_empty() => vec![whole],
        _ => call.pieces.iter().map(String::as_str).collect(),
    }
}

pub(super) fn whole(answer: &Lowered<'_>, wire: &Wire) -> Value {
    let mut content = Vec::new();
    for part in &answer.parts {
        match part {
            Part::Text(deltas) => content.push(json!({ "type": "text", "text": deltas.concat() })),
            Part::Thinking { deltas, signature } => {
                content.push(json!({ "type": "thinking", "thinking": deltas.concat(), "signature": signature }));
            }
            Part::Redacted(data) => content.push(json!({ "type": "redacted_thinking", "data": data })),
            Part::Calls(calls) => content.extend(
                calls
                    .iter()
                    .map(|call| json!({ "type": "tool_use", "id": call.id, "name": call.name, "input": call.value() })),
            ),
            Part::Block(block) => content.push(block.whole.as_ref().unwrap_or(&block.start).clone()),
            _ => {}
        }
    }
    let (reason, sequence) = stop_reason(&answer.stop);
    let reason = (!wire.omits(script::Part::Finish)).then_some(reason);
    let mut message = message(answer, &content.into(), reason, sequence);
    if !wire.omits(script::Part::Usage) {
        message["usage"] = usage(&answer.usage);
    }
    message
}

fn message(answer: &Lowered<'_>, content: &Value, stop_reason: Option<&str>, stop_sequence: Option<&str>) -> Value {
    json!({
        "id": answer.id,
        "type": "message",
        "role": "assistant",
        "model": answer.model,
        "content": content,
        "stop_reason": stop_reason,
        "stop_sequence": stop_sequence,
    })
}

/// The stop reason, and the stop sequence that was met.
fn stop_reason(stop: &Stop) -> (&str, Option<&str>) {
    match stop {
        Stop::Stop => ("end_turn", None),
        Stop::Length => ("max_tokens", None),
        Stop::ToolCalls => ("tool_use", None),
        Stop::ContentFilter => ("refusal", None),
        Stop::Sequence(met) => ("stop_sequence", Some(met)),
        Stop::Raw(word) => (word, None),
    }
}

/// The usage, which is cumulative in every event.
fn usage(usage: &Usage) -> Value {
    json!({
        "input_tokens": usage.input,
        "cache_creation_input_tokens": usage.cache_creation,
        "cache_read_input_tokens": usage.cache_read,
        "output_tokens": usage.output,
    })
}
