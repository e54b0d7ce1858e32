//! Chat Completions answers → deltas and [`Answer`].

use artel_domain::{FinishReason, Usage};

use super::assemble::Calls;
use super::refusal;
use super::wire::{self, Choice, Chunk, Content};
use crate::dialect::{Decoder, Progress};
use crate::error::excerpt;
use crate::sse::{Event, Parser};
use crate::{Answer, Delta, ModelError, Reasoning, Rest};

/// Reads a streamed answer.
#[derive(Debug)]
pub(super) struct StreamDecoder {
    parser: Parser,
    state: State,
}

/// What is known of an answer so far.
#[derive(Debug, Default)]
struct State {
    text: String,
    thoughts: String,
    /// Signed or hidden reasoning, whole.
    blocks: Vec<Reasoning>,
    calls: Calls,
    /// The provider's word.
    finish: Option<String>,
    usage: Option<Usage>,
    rest: Rest,
    /// `[DONE]` was seen.
    done: bool,
}

impl StreamDecoder {
    pub(super) fn new(calls_so_far: usize) -> Self {
        Self { parser: Parser::default(), state: State::after(calls_so_far) }
    }
}

impl Decoder for StreamDecoder {
    fn feed(&mut self, bytes: &[u8], deltas: &mut Vec<Delta>) -> Result<Progress, ModelError> {
        let mut events = Vec::new();
        self.parser.push(bytes, &mut events);
        for event in &events {
            self.state.on_event(event, deltas)?;
        }
        Ok(if self.state.done { Progress::Complete } else { Progress::More })
    }

    fn usage(&self) -> Option<Usage> {
        self.state.usage
    }

    fn finish(mut self: Box<Self>, deltas: &mut Vec<Delta>) -> Result<Answer, ModelError> {
        if let Some(event) = self.parser.finish() {
            match self.state.on_event(&event, deltas) {
                // Half an event is what a broken stream ends with; the answer's own state says whether it matters.
                Ok(()) | Err(ModelError::Protocol(_)) => {}
                Err(error) => return Err(error),
            }
        }
        self.state.finish(deltas)
    }
}

/// Reads an answer in one piece.
pub(super) fn whole(calls_so_far: usize, body: &[u8], deltas: &mut Vec<Delta>) -> Result<Answer, ModelError> {
    // There is no `[DONE]` to wait for.
    let mut state = State { done: true, ..State::after(calls_so_far) };
    state.on_data(&String::from_utf8_lossy(body), deltas)?;
    state.finish(deltas)
}

impl State {
    fn after(calls_so_far: usize) -> Self {
        Self { calls: Calls::after(calls_so_far), ..Self::default() }
    }

    fn on_event(&mut self, event: &Event, deltas: &mut Vec<Delta>) -> Result<(), ModelError> {
        match event.data.trim() {
            "" => Ok(()),
            "[DONE]" => {
                self.done = true;
                Ok(())
            }
            _ if self.done => Ok(()),
            data if event.name == "error" => Err(refusal::in_band(data.as_bytes())),
            data => self.on_data(data, deltas),
        }
    }

    fn on_data(&mut self, data: &str, deltas: &mut Vec<Delta>) -> Result<(), ModelError> {
        let mut chunk: Chunk<'_> =
            serde_json::from_str(data).map_err(|error| ModelError::Protocol(format!("{error} in `{}`", excerpt(data))))?;
        if chunk.error.is_some() {
            return Err(refusal::in_band(data.as_bytes()));
        }
        chunk.add_rest(&mut self.rest);
        if let Some(usage) = chunk.usage {
            self.usage = Some(usage.into());
        }
        // We never ask for more than one choice.
        let ours = chunk.choices.into_iter().flatten().filter(|choice| choice.index.unwrap_or(0) == 0);
        ours.for_each(|choice| self.on_choice(choice, deltas));
        Ok(())
    }

    fn on_choice(&mut self, mut choice: Choice, deltas: &mut Vec<Delta>) {
        let rest = choice.take_rest();
        if let Some(delta) = choice.delta {
            self.on_delta(delta, deltas);
        }
        if !rest.is_empty() {
            deltas.push(Delta::Rest(rest));
        }
        // Some servers send "" instead of null.
        if let Some(word) = choice.finish_reason.filter(|word| !word.is_empty()) {
            self.finish = Some(word);
        }
    }

    fn on_delta(&mut self, mut delta: wire::Delta, deltas: &mut Vec<Delta>) {
        self.blocks.append(&mut delta.take_blocks());
        if let Some(thought) = delta.take_reasoning() {
            self.thoughts.push_str(&thought);
            deltas.push(Delta::Reasoning(thought));
        }
        if let Some(text) = delta.content.map(Content::into_text).filter(|text| !text.is_empty()) {
            self.text.push_str(&text);
            deltas.push(Delta::Text(text));
        }
        if let Some(refusal) = delta.refusal.filter(|text| !text.is_empty()) {
            self.text.push_str(&refusal);
            deltas.push(Delta::Refusal(refusal));
        }
        delta.tool_calls.into_iter().flatten().for_each(|piece| self.calls.add(piece, deltas));
    }

    fn finish(self, deltas: &mut Vec<Delta>) -> Result<Answer, ModelError> {
        let empty = self.text.is_empty() && self.calls.is_empty();
        if self.finish.is_none() && (!self.done || empty) {
            return Err(ModelError::Protocol("the stream ended early".to_owned()));
        }
        let finish = finish_reason(self.finish.as_deref(), !self.calls.is_empty());
        let calls = self.calls.finish(deltas)?;
        // Those who show their reasoning want it back while they work with tools; after the answer it is of no use to them.
        let goes_back = !calls.is_empty() && !self.thoughts.is_empty();
        let thoughts = goes_back.then_some(Reasoning::Thinking { thinking: self.thoughts, signature: None });
        let reasoning = if self.blocks.is_empty() { thoughts.into_iter().collect() } else { self.blocks };
        Ok(Answer { text: self.text, calls, finish, finish_word: self.finish, usage: self.usage, reasoning, rest: self.rest })
    }
}

/// Our word for the provider's. A server that says `stop` after tool calls means the calls.
fn finish_reason(word: Option<&str>, has_calls: bool) -> FinishReason {
    match word {
        Some("length" | "max_tokens") => FinishReason::Length,
        Some("content_filter") => FinishReason::ContentFilter,
        None | Some("stop" | "tool_calls" | "function_call") if has_calls => FinishReason::ToolCalls,
        None | Some("stop" | "tool_calls" | "function_call") => FinishReason::Stop,
        Some(other) => FinishReason::Other(other.to_owned()),
    }
}
