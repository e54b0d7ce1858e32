//! Decodes Messages answers into deltas and a [`Completion`].

mod blocks;
mod wire;

use artel_domain::Usage;
use blocks::Blocks;
use wire::{Ending, Event, EventKind, Whole, WireUsage};

use crate::dialect::{Decoder, Progress};
use crate::error::{ended_early, excerpt};
use crate::error_body::{self, is_told};
use crate::sse::{self, Parser};
use crate::surrogates::complete_whole;
use crate::{Completion, Delta, ModelError, Rest, finish, lenient};

/// Decodes a streamed answer.
#[derive(Debug)]
pub(super) struct StreamDecoder {
    parser: Parser,
    state: State,
}

/// The state of a decoder.
#[derive(Debug, Default)]
struct State {
    blocks: Blocks,
    ending: Ending,
    usage: Option<WireUsage>,
    /// A later usage report told `output_tokens`. The count in the first report (`message_start`) is only a start
    /// value.
    has_final_usage: bool,
    /// `message_stop` was seen.
    done: bool,
    /// The beginning of the first event that is not JSON.
    no_json: Option<String>,
    has_stand_ins: bool,
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
        self.state.usage.as_ref().map(WireUsage::so_far)
    }

    fn has_stand_ins(&self) -> bool {
        self.state.has_stand_ins
    }

    fn close(&mut self, deltas: &mut Vec<Delta>) -> Result<(), ModelError> {
        let Some(event) = std::mem::take(&mut self.parser).finish() else { return Ok(()) };
        match self.state.on_event(&event, deltas) {
            // A broken stream ends with half an event; the answer's own state says whether it is complete.
            Ok(()) | Err(ModelError::Protocol(_) | ModelError::Unusable(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn finish(self: Box<Self>, _: &mut Vec<Delta>) -> Result<Completion, ModelError> {
        self.state.finish()
    }
}

/// Decodes an answer that came as one JSON value.
pub(super) fn whole(calls_so_far: usize, body: &[u8], deltas: &mut Vec<Delta>) -> Result<Completion, ModelError> {
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{FEFF}');
    let mut state = State::new(calls_so_far);
    let from = deltas.len();
    let read: Result<Whole, _> = lenient::read(text, &mut state.has_stand_ins);
    let mut whole = read.map_err(|error| unreadable(&error, text))?;
    let Some(content) = whole.content.take().filter(|_| !whole.error.as_ref().is_some_and(is_told)) else {
        let no_content = || ModelError::Protocol(format!("it has no content: `{}`", excerpt(text)));
        return Err(error_body::instead_of_answer(text).unwrap_or_else(no_content));
    };
    (state.usage, state.has_final_usage) = (whole.usage.take(), true);
    state.ending = whole.into_ending();
    for (index, block) in (0..).zip(content) {
        state.blocks.begin(index, block, deltas)?;
    }
    state.end(deltas);
    let has_stand_ins = state.has_stand_ins;
    let mut answer = state.finish()?;
    if has_stand_ins {
        complete_whole(&mut answer, deltas, from);
    }
    Ok(answer)
}

impl State {
    fn new(calls_so_far: usize) -> Self {
        Self { blocks: Blocks::new(calls_so_far), ..Self::default() }
    }

    fn on_event(&mut self, event: &sse::Event, deltas: &mut Vec<Delta>) -> Result<(), ModelError> {
        let data = event.text();
        // Some servers add the end mark of OpenAI's protocol.
        if self.done || data.is_empty() || data == "[DONE]" {
            return Ok(());
        }
        if !lenient::has_object(data) {
            return self.on_no_json(&event.name, data);
        }
        let event: Event = lenient::read(data, &mut self.has_stand_ins).map_err(|error| unreadable(&error, data))?;
        let index = event.index.unwrap_or(0);
        match event.kind {
            EventKind::MessageStart => self.count(event.message.and_then(|message| message.usage)),
            EventKind::ContentBlockStart => {
                self.blocks.begin(index, event.content_block.unwrap_or_default(), deltas)?;
            }
            EventKind::ContentBlockDelta => self.blocks.add(index, event.delta.unwrap_or_default(), deltas)?,
            EventKind::ContentBlockStop => self.blocks.end(index, deltas),
            EventKind::MessageDelta => {
                self.ending = event.delta.unwrap_or_default().into_ending();
                self.has_final_usage |= event.usage.as_ref().is_some_and(WireUsage::has_output);
                self.count(event.usage);
            }
            EventKind::MessageStop => self.end(deltas),
            EventKind::Error => return Err(error_body::in_stream(data)),
            EventKind::Unknown => return error_body::instead_of_answer(data).map_or(Ok(()), Err),
        }
        Ok(())
    }

    /// Some servers send such events to keep the connection open.
    fn on_no_json(&mut self, name: &str, data: &str) -> Result<(), ModelError> {
        if name == "error" {
            return Err(error_body::in_stream(data));
        }
        self.no_json.get_or_insert_with(|| excerpt(data));
        Ok(())
    }

    fn count(&mut self, usage: Option<WireUsage>) {
        if let Some(later) = usage {
            self.usage = Some(self.usage.take().unwrap_or_default().continued_by(later));
        }
    }

    fn end(&mut self, deltas: &mut Vec<Delta>) {
        self.blocks.end_all(deltas);
        self.done = true;
    }

    fn finish(self) -> Result<Completion, ModelError> {
        if !self.done || (self.ending.stop_reason.is_none() && self.blocks.is_empty()) {
            return Err(ended_early(self.no_json.as_deref()));
        }
        let finish = finish::reason(self.ending.stop_reason.as_deref(), !self.blocks.calls.is_empty())?;
        let rest = rest(&self);
        let Blocks { text, calls, reasoning, .. } = self.blocks;
        Ok(Completion {
            text,
            calls,
            finish,
            finish_word: self.ending.stop_reason,
            usage: self.usage.filter(|_| self.has_final_usage).and_then(|usage| usage.complete()),
            reasoning,
            message: Rest::new(),
            rest,
        })
    }
}

/// The other members of the answer, under the names of OpenAI's protocol where it has them.
fn rest(state: &State) -> Rest {
    let tier = state.usage.as_ref().and_then(|usage| usage.service_tier.as_deref());
    // The only tier whose name differs from OpenAI's.
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

/// The error for a text that is not an answer: an error page of a gateway, or garbage.
fn unreadable(error: &serde_json::Error, text: &str) -> ModelError {
    let garbage = || ModelError::Protocol(format!("{error} in `{}`", excerpt(text)));
    error_body::instead_of_answer(text).unwrap_or_else(garbage)
}
