//! Decodes Chat Completions answers into deltas and a [`Completion`].

use artel_domain::Usage;
use serde_json::{Value, json};

use super::assemble::Calls;
use super::message_rest::add_to;
use super::wire::{self, Choice, Chunk, Content, FinishWord};
use crate::count::larger;
use crate::dialect::{Decoder, Progress};
use crate::error::{ended_early, excerpt};
use crate::error_body::{self, is_told};
use crate::sse::{Event, Parser};
use crate::surrogates::complete_whole;
use crate::{Completion, Delta, ModelError, Reasoning, Rest, finish, lenient};

/// Decodes a streamed answer.
#[derive(Debug)]
pub(super) struct StreamDecoder {
    parser: Parser,
    state: State,
}

/// The state of a decoder.
#[derive(Debug, Default)]
struct State {
    text: String,
    thoughts: String,
    /// Signed or hidden reasoning blocks, each complete.
    blocks: Vec<Reasoning>,
    calls: Calls,
    /// The provider's word for the reason of the end.
    finish: Option<String>,
    usage: Option<Usage>,
    /// Members of the message without a typed form.
    message: Rest,
    rest: Rest,
    /// The server has the member for the reason of the end, so an answer without a reason is not complete.
    promises_finish: bool,
    /// `[DONE]` was seen.
    done: bool,
    /// The beginning of the first event that is not JSON.
    no_json: Option<String>,
    has_stand_ins: bool,
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

    fn has_stand_ins(&self) -> bool {
        self.state.has_stand_ins
    }

    fn close(&mut self, deltas: &mut Vec<Delta>) -> Result<(), ModelError> {
        let Some(event) = std::mem::take(&mut self.parser).finish() else { return Ok(()) };
        match self.state.on_event(&event, deltas) {
            // A broken stream ends with half an event. The state of the answer tells whether it is complete.
            Ok(()) | Err(ModelError::Protocol(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn finish(self: Box<Self>, deltas: &mut Vec<Delta>) -> Result<Completion, ModelError> {
        self.state.finish(deltas)
    }
}

/// Decodes an answer that came as one JSON value.
pub(super) fn whole(calls_so_far: usize, body: &[u8], deltas: &mut Vec<Delta>) -> Result<Completion, ModelError> {
    // A complete answer has no `[DONE]`.
    let mut state = State { done: true, ..State::after(calls_so_far) };
    let from = deltas.len();
    state.on_data(String::from_utf8_lossy(body).trim_start_matches('\u{FEFF}'), deltas)?;
    state.promises_finish = false;
    let has_stand_ins = state.has_stand_ins;
    let mut answer = state.finish(deltas)?;
    if has_stand_ins {
        complete_whole(&mut answer, deltas, from);
    }
    Ok(answer)
}

impl State {
    fn after(calls_so_far: usize) -> Self {
        Self { calls: Calls::after(calls_so_far), ..Self::default() }
    }

    fn on_event(&mut self, event: &Event, deltas: &mut Vec<Delta>) -> Result<(), ModelError> {
        match event.text() {
            "" => Ok(()),
            "[DONE]" => {
                self.done = true;
                Ok(())
            }
            _ if self.done => Ok(()),
            data if event.name == "error" => Err(error_body::in_stream(data)),
            data if !lenient::has_object(data) => {
                self.no_json.get_or_insert_with(|| excerpt(data));
                Ok(())
            }
            data => self.on_data(data, deltas),
        }
    }

    fn on_data(&mut self, data: &str, deltas: &mut Vec<Delta>) -> Result<(), ModelError> {
        let error = match serde_json::from_str(data) {
            Ok(chunk) => return self.on_chunk(chunk, data, deltas),
            Err(error) => error,
        };
        let check = |text: &str| lenient::unreadable_at::<Chunk<'_>>(text);
        let repaired = lenient::repaired(data, check, &mut self.has_stand_ins);
        match repaired.as_deref().map(serde_json::from_str) {
            Some(Ok(chunk)) => self.on_chunk(chunk, data, deltas),
            _ => Err(error_body::instead_of_answer(data)
                .unwrap_or_else(|| ModelError::Protocol(format!("{error} in `{}`", excerpt(data))))),
        }
    }

    fn on_chunk(&mut self, mut chunk: Chunk<'_>, data: &str, deltas: &mut Vec<Delta>) -> Result<(), ModelError> {
        if chunk.error.as_ref().is_some_and(is_told) {
            return Err(error_body::in_stream(data));
        }
        if chunk.choices.as_ref().is_none_or(Vec::is_empty)
            && let Some(error) = error_body::instead_of_answer(data)
        {
            return Err(error);
        }
        chunk.add_rest(&mut self.rest);
        if let Some(usage) = chunk.usage {
            // Reports are cumulative: one that is empty or says less takes nothing back.
            self.usage = self.usage.into_iter().chain(usage.of_chat()).reduce(larger);
        }
        // Requests never ask for more than one choice, so other choices are ignored.
        let mut ours = chunk.choices.into_iter().flatten().filter(|choice| choice.index.unwrap_or(0) == 0);
        ours.try_for_each(|choice| self.on_choice(choice, deltas))
    }

    fn on_choice(&mut self, mut choice: Choice, deltas: &mut Vec<Delta>) -> Result<(), ModelError> {
        let mut rest = choice.take_rest();
        if let Some(mut delta) = choice.take_delta() {
            let of_message = delta.take_rest();
            let of_calls = self.on_delta(delta, deltas);
            self.keep_rest(of_message, of_calls, &mut rest);
        }
        if !rest.is_empty() {
            deltas.push(Delta::Rest(rest));
        }
        if let Some(error) = choice.error.filter(is_told) {
            return Err(error_body::of_value(&error));
        }
        match choice.finish_reason {
            FinishWord::NoMember => {}
            FinishWord::Promised => self.promises_finish = true,
            FinishWord::Told(word) => self.finish = Some(word),
        }
        Ok(())
    }

    /// Stores the message's members without a typed form, and shows them under `delta` together with those of its
    /// calls.
    fn keep_rest(&mut self, of_message: Rest, of_calls: Vec<Value>, shown: &mut Rest) {
        if of_message.is_empty() && of_calls.is_empty() {
            return;
        }
        let mut delta = of_message.clone();
        add_to(&mut self.message, of_message);
        if !of_calls.is_empty() {
            delta.insert("tool_calls".to_owned(), of_calls.into());
        }
        shown.insert("delta".to_owned(), delta.into());
    }

    /// Returns the calls' members without a typed form, each with the index of its call.
    fn on_delta(&mut self, mut delta: wire::Delta, deltas: &mut Vec<Delta>) -> Vec<Value> {
        self.blocks.append(&mut delta.take_blocks());
        if let Some(thought) = delta.take_reasoning() {
            self.thoughts.push_str(&thought);
            deltas.push(Delta::Reasoning(thought));
        }
        // It is shown, and does not go back: Mistral refuses the members in which others want theirs.
        let thinking = delta.content.as_mut().map(Content::take_thinking).unwrap_or_default();
        if !thinking.is_empty() {
            deltas.push(Delta::Reasoning(thinking));
        }
        let calls = delta.take_calls();
        if let Some(text) = delta.content.map(Content::into_text).filter(|text| !text.is_empty()) {
            self.text.push_str(&text);
            deltas.push(Delta::Text(text));
        }
        if let Some(refusal) = delta.refusal.filter(|text| !text.is_empty()) {
            self.text.push_str(&refusal);
            deltas.push(Delta::Refusal(refusal));
        }
        self.calls.begin_chunk();
        let mut rests = Vec::new();
        for piece in calls {
            if let Some((index, mut rest)) = self.calls.add(piece, deltas) {
                rest.insert("index".to_owned(), json!(index));
                rests.push(rest.into());
            }
        }
        rests
    }

    fn finish(self, deltas: &mut Vec<Delta>) -> Result<Completion, ModelError> {
        let empty = self.text.is_empty() && self.calls.is_empty();
        if self.finish.is_none() && (!self.done || empty || self.promises_finish) {
            return Err(ended_early(self.no_json.as_deref()));
        }
        let finish = finish::reason(self.finish.as_deref(), !self.calls.is_empty())?;
        let calls = self.calls.finish(deltas)?;
        // Providers that show their reasoning want it back while the model works with tools. After the final answer
        // they do not need it.
        let goes_back = !calls.is_empty() && !self.thoughts.is_empty();
        let thoughts = goes_back.then_some(Reasoning::Thinking { thinking: self.thoughts, signature: None });
        let reasoning = if self.blocks.is_empty() { thoughts.into_iter().collect() } else { self.blocks };
        Ok(Completion {
            text: self.text,
            calls,
            finish,
            finish_word: self.finish,
            usage: self.usage,
            reasoning,
            message: self.message,
            rest: self.rest,
        })
    }
}
