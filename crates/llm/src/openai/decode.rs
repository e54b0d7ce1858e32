//! Chat Completions answers → deltas and [`Answer`].

use artel_domain::{FinishReason, Usage};

use super::assemble::Calls;
use super::refusal;
use super::wire::{Choice, Chunk, Content};
use crate::dialect::{Decoder, Progress};
use crate::error::excerpt;
use crate::sse::{Event, Parser};
use crate::{Answer, Delta, ModelError};

/// Reads a streamed answer.
#[derive(Debug)]
pub(super) struct StreamDecoder {
    parser: Parser,
    state: State,
}

/// What is known of an answer so far.
#[derive(Debug, Default)]
struct State {
    calls_so_far: usize,
    text: String,
    calls: Calls,
    /// The provider's word.
    finish: Option<String>,
    usage: Option<Usage>,
    /// `[DONE]` was seen.
    done: bool,
}

impl StreamDecoder {
    pub(super) fn new(calls_so_far: usize) -> Self {
        Self { parser: Parser::default(), state: State { calls_so_far, ..State::default() } }
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

    fn finish(mut self: Box<Self>, deltas: &mut Vec<Delta>) -> Result<Answer, ModelError> {
        if let Some(event) = self.parser.finish() {
            match self.state.on_event(&event, deltas) {
                // Half an event is what a broken stream ends with; the answer's own state says whether it matters.
                Ok(()) | Err(ModelError::Protocol(_)) => {}
                Err(error) => return Err(error),
            }
        }
        self.state.finish()
    }
}

/// Reads an answer in one piece.
pub(super) fn whole(calls_so_far: usize, body: &[u8]) -> Result<Answer, ModelError> {
    // There is no `[DONE]` to wait for.
    let mut state = State { calls_so_far, done: true, ..State::default() };
    state.on_data(&String::from_utf8_lossy(body), &mut Vec::new())?;
    state.finish()
}

impl State {
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
        let chunk: Chunk = serde_json::from_str(data).map_err(|error| ModelError::Protocol(format!("{error} in `{}`", excerpt(data))))?;
        if chunk.error.is_some() {
            return Err(refusal::in_band(data.as_bytes()));
        }
        if let Some(usage) = chunk.usage {
            self.usage = Some(usage.into());
        }
        // We never ask for more than one choice.
        let ours = chunk.choices.into_iter().flatten().filter(|choice| choice.index == 0);
        ours.for_each(|choice| self.on_choice(choice, deltas));
        Ok(())
    }

    fn on_choice(&mut self, choice: Choice, deltas: &mut Vec<Delta>) {
        if let Some(delta) = choice.delta {
            let text = delta.content.map(Content::into_text).into_iter().chain(delta.refusal);
            text.filter(|text| !text.is_empty()).for_each(|text| {
                self.text.push_str(&text);
                deltas.push(Delta::Text(text));
            });
            delta.tool_calls.into_iter().flatten().for_each(|piece| self.calls.add(piece));
        }
        // Some servers send "" instead of null.
        if let Some(word) = choice.finish_reason.filter(|word| !word.is_empty()) {
            self.finish = Some(word);
        }
    }

    fn finish(self) -> Result<Answer, ModelError> {
        let empty = self.text.is_empty() && self.calls.is_empty();
        if self.finish.is_none() && (!self.done || empty) {
            return Err(ModelError::Protocol("the stream ended early".to_owned()));
        }
        let finish = finish_reason(self.finish.as_deref(), !self.calls.is_empty());
        let calls = self.calls.finish(self.calls_so_far)?;
        Ok(Answer { text: self.text, calls, finish, usage: self.usage, opaque: None })
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
