//! Messages answers → deltas and [`Answer`].

mod blocks;
mod stop;
mod wire;

use artel_domain::Usage;
use blocks::Blocks;
use wire::{Ending, Event, Whole, WireUsage};

use super::refusal;
use crate::dialect::{Decoder, Progress};
use crate::error::excerpt;
use crate::sse::{self, Parser};
use crate::{Answer, Delta, ModelError, Rest};

/// Reads a streamed answer.
#[derive(Debug)]
pub(super) struct StreamDecoder {
    parser: Parser,
    state: State,
}

/// What is known of an answer so far.
#[derive(Debug, Default)]
struct State {
    blocks: Blocks,
    ending: Ending,
    usage: Option<WireUsage>,
    /// `message_stop` was seen.
    done: bool,
}

impl StreamDecoder {
    pub(super) fn new(calls_so_far: usize) -> Self {
        Self { parser: Parser::default(), state: State::new(calls_so_far) }
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
        self.state.usage.as_ref().map(Usage::from)
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
pub(super) fn whole(calls_so_far: usize, body: &[u8], deltas: &mut Vec<Delta>) -> Result<Answer, ModelError> {
    let text = String::from_utf8_lossy(body);
    let whole: Whole = serde_json::from_str(&text).map_err(|error| unreadable(&error, &text))?;
    let mut state = State { ending: whole.ending, usage: whole.usage, ..State::new(calls_so_far) };
    for (index, block) in (0..).zip(whole.content) {
        state.blocks.begin(index, block, deltas)?;
    }
    state.end(deltas);
    state.finish()
}

impl State {
    fn new(calls_so_far: usize) -> Self {
        Self { blocks: Blocks::new(calls_so_far), ..Self::default() }
    }

    fn on_event(&mut self, event: &sse::Event, deltas: &mut Vec<Delta>) -> Result<(), ModelError> {
        let data = event.data.trim();
        // Some servers add the end mark of another protocol.
        if self.done || data.is_empty() || data == "[DONE]" {
            return Ok(());
        }
        match serde_json::from_str(data).map_err(|error| unreadable(&error, data))? {
            Event::MessageStart { message } => self.count(message.usage),
            Event::ContentBlockStart { index, content_block } => self.blocks.begin(index, content_block, deltas)?,
            Event::ContentBlockDelta { index, delta } => self.blocks.add(index, delta, deltas)?,
            Event::ContentBlockStop { index } => self.blocks.end(index, deltas),
            Event::MessageDelta { delta, usage } => {
                self.ending = delta;
                self.count(usage);
            }
            Event::MessageStop => self.end(deltas),
            Event::Error => return Err(refusal::in_band(data.as_bytes())),
            Event::Unknown => {}
        }
        Ok(())
    }

    fn count(&mut self, usage: Option<WireUsage>) {
        if let Some(later) = usage {
            self.usage = Some(self.usage.take().unwrap_or_default().replaced_by(later));
        }
    }

    fn end(&mut self, deltas: &mut Vec<Delta>) {
        self.blocks.end_all(deltas);
        self.done = true;
    }

    fn finish(self) -> Result<Answer, ModelError> {
        if !self.done || (self.ending.stop_reason.is_none() && self.blocks.is_empty()) {
            return Err(ModelError::Protocol("the stream ended early".to_owned()));
        }
        let finish = stop::finish_reason(self.ending.stop_reason.as_deref(), !self.blocks.calls.is_empty())?;
        let rest = rest(&self);
        let Blocks { text, calls, reasoning, .. } = self.blocks;
        Ok(Answer {
            text,
            calls,
            finish,
            finish_word: self.ending.stop_reason,
            usage: self.usage.as_ref().map(Usage::from),
            reasoning,
            rest,
        })
    }
}

/// What the provider told besides.
fn rest(state: &State) -> Rest {
    let tier = state.usage.as_ref().and_then(|usage| usage.service_tier.as_deref());
    // The one word that differs from OpenAI's.
    let tier = tier.map(|tier| if tier == "standard" { "default" } else { tier });
    let citations = Some(&state.blocks.citations).filter(|citations| !citations.is_empty());
    let members = [
        ("stop_sequence", state.ending.stop_sequence.clone().map(Into::into)),
        ("stop_details", state.ending.stop_details.clone()),
        ("container", state.ending.container.clone()),
        ("service_tier", tier.map(Into::into)),
        ("citations", citations.cloned().map(Into::into)),
    ];
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// What cannot be read as an answer is an error that somebody in between wrote, or garbage.
fn unreadable(error: &serde_json::Error, text: &str) -> ModelError {
    let told = serde_json::from_str::<serde_json::Value>(text).is_ok_and(|value| value.get("error").is_some_and(|error| !error.is_null()));
    if told { refusal::in_band(text.as_bytes()) } else { ModelError::Protocol(format!("{error} in `{}`", excerpt(text))) }
}
