//! The chunks of a streamed answer.

use artel_llm::{Completion, Delta, Rest};
use serde::Serialize;

use super::json::{member, raw, value};
use super::parts::{Extension, WireUsage};
use super::{Head, blocks_to_send_back, finish_word};

/// Writes one stream. Its constant parts are encoded once and copied into every chunk.
#[derive(Debug)]
pub(crate) struct Chunks {
    /// `data: {"id":…,"model":…,"choices":[`
    opening: Vec<u8>,
    /// The text after `choices`: `]}` or `],"usage":null}`, and the blank line.
    closing: &'static str,
    include_usage: bool,
    begun: bool,
}

/// The beginning of a call. Its arguments follow in pieces.
#[derive(Serialize)]
struct CallBegins<'a> {
    index: usize,
    id: &'a str,
    r#type: &'static str,
    function: Function<'a>,
}

#[derive(Serialize)]
struct CallGoesOn<'a> {
    index: usize,
    function: Arguments<'a>,
}

#[derive(Serialize)]
struct Function<'a> {
    name: &'a str,
    arguments: &'static str,
}

#[derive(Serialize)]
struct Arguments<'a> {
    arguments: &'a str,
}

impl Chunks {
    pub(crate) fn new(head: &Head, include_usage: bool) -> Self {
        let mut opening = b"data: {\"id\":".to_vec();
        value(&mut opening, &head.id);
        raw(&mut opening, ",\"object\":\"chat.completion.chunk\"");
        member(&mut opening, "created", &head.created);
        member(&mut opening, "model", &head.model);
        raw(&mut opening, ",\"choices\":[");
        let closing = if include_usage { "],\"usage\":null}\n\n" } else { "]}\n\n" };
        Self { opening, closing, include_usage, begun: false }
    }

    /// Writes one chunk for each delta. The chunk with the role comes before the first.
    pub(crate) fn write(&mut self, deltas: &[Delta], out: &mut Vec<u8>) {
        if deltas.is_empty() {
            return;
        }
        self.begin(out);
        for delta in deltas {
            match delta {
                Delta::Opened(_) => {}
                Delta::Text(text) => self.member(out, "content", text),
                Delta::Reasoning(text) => self.member(out, "reasoning_content", text),
                Delta::Refusal(text) => self.member(out, "refusal", text),
                Delta::Call { index, id, name } => {
                    let function = Function { name, arguments: "" };
                    self.member(out, "tool_calls", &[CallBegins { index: *index, id, r#type: "function", function }]);
                }
                Delta::Arguments { index, piece } => {
                    self.member(
                        out,
                        "tool_calls",
                        &[CallGoesOn { index: *index, function: Arguments { arguments: piece } }],
                    );
                }
                Delta::Rest(rest) => {
                    let delta = |out: &mut Vec<u8>| match rest.get("delta") {
                        Some(delta) => value(out, delta),
                        None => raw(out, "{}"),
                    };
                    self.choice(out, delta, rest);
                }
            }
        }
    }

    /// Writes the end of an answer: reasoning blocks, finish reason, usage, `[DONE]`.
    pub(crate) fn finish(&mut self, answer: &Completion, out: &mut Vec<u8>) {
        self.begin(out);
        if let Some(blocks) = blocks_to_send_back(answer) {
            self.member(out, "thinking_blocks", blocks);
        }
        raw_bytes(out, &self.opening);
        raw(out, "{\"index\":0,\"delta\":{},\"logprobs\":null");
        member(out, "finish_reason", finish_word(answer));
        if let Some(extension) = Extension::of(answer) {
            member(out, "artel", &extension);
        }
        raw(out, "}]");
        if self.include_usage {
            raw(out, ",\"usage\":null");
        }
        for (name, content) in &answer.rest {
            member(out, name, content);
        }
        raw(out, "}\n\n");
        if let Some(usage) = answer.usage.filter(|_| self.include_usage) {
            raw_bytes(out, &self.opening);
            raw(out, "]");
            member(out, "usage", &WireUsage::from(usage));
            raw(out, "}\n\n");
        }
        raw(out, "data: [DONE]\n\n");
    }

    fn begin(&mut self, out: &mut Vec<u8>) {
        if !std::mem::replace(&mut self.begun, true) {
            self.choice(out, |out| raw(out, "{\"role\":\"assistant\",\"content\":\"\"}"), &Rest::new());
        }
    }

    /// Writes a chunk whose delta has one member.
    fn member(&self, out: &mut Vec<u8>, name: &str, content: &(impl Serialize + ?Sized)) {
        let delta = |out: &mut Vec<u8>| {
            raw(out, "{\"");
            raw(out, name);
            raw(out, "\":");
            value(out, content);
            raw(out, "}");
        };
        self.choice(out, delta, &Rest::new());
    }

    /// Writes a chunk. `delta` writes its delta; `rest` holds further members of the choice.
    fn choice(&self, out: &mut Vec<u8>, delta: impl FnOnce(&mut Vec<u8>), rest: &Rest) {
        raw_bytes(out, &self.opening);
        raw(out, "{\"index\":0,\"delta\":");
        delta(out);
        for (name, content) in rest.iter().filter(|(name, _)| *name != "delta") {
            member(out, name, content);
        }
        if !rest.contains_key("logprobs") {
            raw(out, ",\"logprobs\":null");
        }
        raw(out, ",\"finish_reason\":null}");
        raw(out, self.closing);
    }
}

fn raw_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(bytes);
}
