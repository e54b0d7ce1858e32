//! `/api/chat` answers → deltas and [`Answer`].

use artel_domain::{AssistantCall, FinishReason, Usage};
use serde_json::{Deserializer, json};

use super::ids::Ids;
use super::refusal;
use super::wire::{Call, Line, Message};
use crate::dialect::{Decoder, Progress};
use crate::error::excerpt;
use crate::ndjson::Parser;
use crate::{Answer, Delta, ModelError, Reasoning, Request, Rest};

/// Reads a streamed answer.
#[derive(Debug)]
pub(super) struct StreamDecoder {
    parser: Parser,
    state: State,
}

/// What is known of an answer so far.
#[derive(Debug)]
struct State {
    ids: Ids,
    text: String,
    thinking: String,
    calls: Vec<AssistantCall>,
    /// The provider's word.
    finish: Option<String>,
    usage: Option<Usage>,
    /// A line was read.
    begun: bool,
    /// The last line was read.
    done: bool,
}

impl StreamDecoder {
    pub(super) fn new(request: &Request) -> Self {
        Self { parser: Parser::default(), state: State::new(request) }
    }
}

impl Decoder for StreamDecoder {
    fn feed(&mut self, bytes: &[u8], deltas: &mut Vec<Delta>) -> Result<Progress, ModelError> {
        let mut lines = Vec::new();
        self.parser.push(bytes, &mut lines);
        for line in &lines {
            self.state.on_bytes(line, deltas)?;
        }
        Ok(if self.state.done { Progress::Complete } else { Progress::More })
    }

    fn finish(mut self: Box<Self>, deltas: &mut Vec<Delta>) -> Result<Answer, ModelError> {
        if let Some(line) = self.parser.finish() {
            match self.state.on_bytes(&line, deltas) {
                Ok(()) => {}
                // Half a line is what a broken stream ends with; the answer's own state says whether it matters.
                Err(ModelError::Protocol(_)) if self.state.begun => {}
                Err(error) => return Err(error),
            }
        }
        self.state.finish()
    }
}

/// Reads an answer in one piece, or a stream that was called one.
pub(super) fn whole(request: &Request, body: &[u8], deltas: &mut Vec<Delta>) -> Result<Answer, ModelError> {
    let mut state = State::new(request);
    for line in Deserializer::from_slice(body).into_iter::<Line>() {
        state.on_line(line.map_err(|error| unreadable(&error, body))?, deltas)?;
    }
    state.finish()
}

impl State {
    fn new(request: &Request) -> Self {
        Self {
            ids: Ids::of(request),
            text: String::new(),
            thinking: String::new(),
            calls: Vec::new(),
            finish: None,
            usage: None,
            begun: false,
            done: false,
        }
    }

    fn on_bytes(&mut self, line: &[u8], deltas: &mut Vec<Delta>) -> Result<(), ModelError> {
        if self.done {
            return Ok(());
        }
        let line = serde_json::from_slice(line).map_err(|error| unreadable(&error, line))?;
        self.on_line(line, deltas)
    }

    fn on_line(&mut self, line: Line, deltas: &mut Vec<Delta>) -> Result<(), ModelError> {
        if self.done {
            return Ok(());
        }
        if let Some(error) = &line.error {
            return Err(refusal::in_band(error));
        }
        self.begun = true;
        self.usage = line.usage().or(self.usage);
        if let Some(message) = line.message {
            self.on_message(message, deltas)?;
        }
        // OpenAI has the same list one level deeper.
        if let Some(logprobs) = line.logprobs {
            deltas.push(Delta::Rest(Rest::from_iter([("logprobs".to_owned(), json!({ "content": logprobs }))])));
        }
        // Some servers send "" instead of null.
        self.finish = line.done_reason.filter(|word| !word.is_empty()).or(self.finish.take());
        self.done = line.done == Some(true);
        Ok(())
    }

    fn on_message(&mut self, message: Message, deltas: &mut Vec<Delta>) -> Result<(), ModelError> {
        if let Some(text) = message.thinking.filter(|text| !text.is_empty()) {
            self.thinking.push_str(&text);
            deltas.push(Delta::Reasoning(text));
        }
        if let Some(text) = message.content.filter(|text| !text.is_empty()) {
            self.text.push_str(&text);
            deltas.push(Delta::Text(text));
        }
        message.tool_calls.into_iter().flatten().try_for_each(|call| self.on_call(call, deltas))
    }

    /// Calls come whole. Their own `index` is not used: many models number each of them 0.
    fn on_call(&mut self, call: Call, deltas: &mut Vec<Delta>) -> Result<(), ModelError> {
        let function = call.function.unwrap_or_default();
        let arguments = function.arguments_text();
        let name = function.name.filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| ModelError::Protocol("a tool call has no name".to_owned()))?;
        let (index, id) = (self.calls.len(), self.ids.claim(call.id));
        deltas.push(Delta::Call { index, id: id.clone(), name: name.clone() });
        deltas.push(Delta::Arguments { index, piece: arguments.clone() });
        self.calls.push(AssistantCall { id, name, arguments });
        Ok(())
    }

    fn finish(self) -> Result<Answer, ModelError> {
        if !self.done {
            return Err(ModelError::Protocol("the stream ended early".to_owned()));
        }
        let reasoning = (!self.thinking.is_empty()).then_some(Reasoning::Thinking { thinking: self.thinking, signature: None });
        Ok(Answer {
            finish: finish_reason(self.finish.as_deref(), !self.calls.is_empty()),
            finish_word: self.finish,
            text: self.text,
            calls: self.calls,
            usage: self.usage,
            reasoning: reasoning.into_iter().collect(),
            rest: Rest::new(),
        })
    }
}

/// Our word for the provider's. Ollama says `stop` after tool calls too.
fn finish_reason(word: Option<&str>, has_calls: bool) -> FinishReason {
    match word {
        Some("length") => FinishReason::Length,
        None | Some("stop" | "tool_calls") if has_calls => FinishReason::ToolCalls,
        None | Some("stop" | "tool_calls") => FinishReason::Stop,
        // `load` and `unload` answer a request that asked for nothing else.
        Some(other) => FinishReason::Other(other.to_owned()),
    }
}

fn unreadable(error: &serde_json::Error, line: &[u8]) -> ModelError {
    ModelError::Protocol(format!("{error} in `{}`", excerpt(&String::from_utf8_lossy(line))))
}
