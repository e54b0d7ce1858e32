//! Decodes `/api/chat` answers into deltas and a [`Completion`].

use artel_domain::{AssistantCall, Usage};
use serde_json::{Deserializer, json};

use super::ids::Ids;
use super::value_text::ValueText;
use super::wire::{Call, Line, Message};
use crate::dialect::{Decoder, Progress};
use crate::error::{ended_early, excerpt};
use crate::error_body::{self, is_told};
use crate::ndjson::Parser;
use crate::surrogates::Joining;
use crate::{Completion, Delta, ModelError, Reasoning, Request, Rest, finish, lenient};

/// Decodes a streamed answer.
#[derive(Debug)]
pub(super) struct StreamDecoder {
    parser: Parser,
    state: State,
}

/// The state of a decoder.
#[derive(Debug)]
struct State {
    ids: Ids,
    text: String,
    thinking: String,
    calls: Vec<AssistantCall>,
    /// The provider's word for the reason of the end.
    finish: Option<String>,
    usage: Option<Usage>,
    /// The value that is being read. Some servers spread a value over several lines.
    value: ValueText,
    /// The beginning of the first line that is not JSON.
    no_json: Option<String>,
    has_stand_ins: bool,
    /// At least one value was read.
    begun: bool,
    /// The line with `done: true` was read.
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

    fn has_stand_ins(&self) -> bool {
        self.state.has_stand_ins
    }

    fn close(&mut self, deltas: &mut Vec<Delta>) -> Result<(), ModelError> {
        let rest = std::mem::take(&mut self.parser).finish();
        match rest.map_or(Ok(()), |line| self.state.on_bytes(&line, deltas)) {
            // A broken stream ends with half a line. The state of the answer tells whether it is complete.
            Err(ModelError::Protocol(_) | ModelError::Unusable(_)) if self.state.begun => Ok(()),
            outcome => outcome,
        }
    }

    fn finish(self: Box<Self>, _: &mut Vec<Delta>) -> Result<Completion, ModelError> {
        self.state.finish()
    }
}

/// Decodes a complete answer: a stream of one value.
pub(super) fn whole(request: &Request, body: &[u8], deltas: &mut Vec<Delta>) -> Result<Completion, ModelError> {
    let mut decoder = Box::new(Joining::new(Box::new(StreamDecoder::new(request))));
    decoder.feed(body, deltas)?;
    decoder.close(deltas)?;
    decoder.finish(deltas)
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
            value: ValueText::default(),
            no_json: None,
            has_stand_ins: false,
            begun: false,
            done: false,
        }
    }

    fn on_bytes(&mut self, line: &[u8], deltas: &mut Vec<Delta>) -> Result<(), ModelError> {
        if self.done {
            return Ok(());
        }
        self.value.push_line(&String::from_utf8_lossy(line));
        if self.value.is_open() {
            return Ok(());
        }
        let text = self.value.take();
        if !lenient::has_object(&text) {
            self.no_json.get_or_insert_with(|| excerpt(&text));
            return Ok(());
        }
        // Some servers write several values on one line.
        let values: Result<Vec<Line>, _> = Deserializer::from_str(&text).into_iter().collect();
        let lines = match values {
            Ok(lines) => lines,
            Err(_) => vec![lenient::read(&text, &mut self.has_stand_ins).map_err(|error| unreadable(&error, &text))?],
        };
        lines.into_iter().try_for_each(|line| self.on_line(line, deltas))
    }

    fn on_line(&mut self, line: Line, deltas: &mut Vec<Delta>) -> Result<(), ModelError> {
        if self.done {
            return Ok(());
        }
        if let Some(error) = line.error.as_ref().filter(|error| is_told(error)) {
            return Err(error_body::of_value(error));
        }
        self.begun = true;
        if line.has_usage() {
            self.usage = line.usage();
        }
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
        let calls = message.tool_calls.into_iter().flatten().filter(|call| !call.is_empty());
        calls.into_iter().try_for_each(|call| self.on_call(call, deltas))
    }

    /// Takes a call, which always comes complete. Its `index` is not used, because many models give each call the index
    /// 0.
    fn on_call(&mut self, call: Call, deltas: &mut Vec<Delta>) -> Result<(), ModelError> {
        let function = call.function.unwrap_or_default();
        let rest: Rest = call.rest.into_iter().filter(|(name, value)| name != "index" && !value.is_null()).collect();
        let arguments = function.arguments_text();
        let name = function.name.filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| ModelError::Unusable("a tool call has no name".to_owned()))?;
        let (index, id) = (self.calls.len(), self.ids.claim(call.id));
        deltas.push(Delta::Call { index, id: id.clone(), name: name.clone() });
        deltas.push(Delta::Arguments { index, piece: arguments.clone() });
        if !rest.is_empty() {
            let mut piece = rest.clone();
            piece.insert("index".to_owned(), json!(index));
            deltas.push(Delta::Rest(Rest::from_iter([("delta".to_owned(), json!({ "tool_calls": [piece] }))])));
        }
        self.calls.push(AssistantCall { id, name, arguments, rest });
        Ok(())
    }

    fn finish(self) -> Result<Completion, ModelError> {
        if !self.done {
            return Err(ended_early(self.no_json.as_deref()));
        }
        let reasoning =
            (!self.thinking.is_empty()).then_some(Reasoning::Thinking { thinking: self.thinking, signature: None });
        Ok(Completion {
            finish: finish::reason(self.finish.as_deref(), !self.calls.is_empty())?,
            finish_word: self.finish,
            text: self.text,
            calls: self.calls,
            usage: self.usage,
            reasoning: reasoning.into_iter().collect(),
            message: Rest::new(),
            rest: Rest::new(),
        })
    }
}

fn unreadable(error: &serde_json::Error, text: &str) -> ModelError {
    ModelError::Protocol(format!("{error} in `{}`", excerpt(text)))
}
