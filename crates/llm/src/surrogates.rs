//! Joins characters that a provider cut into two halves.
//!
//! A provider that cuts its text into pieces of UTF-16 may send one half of a surrogate pair at the end of a piece and
//! the other half at the beginning of the next. A Rust string cannot hold a half, so the parser puts a stand-in of the
//! private use area in its place. [`Joining`] replaces two consecutive stand-ins by their character, and a single one
//! by U+FFFD.

use std::borrow::Cow;
use std::collections::HashMap;

use artel_domain::{Usage, replace_unpaired_surrogates};
use serde_json::Value;

use crate::dialect::{Decoder, Progress};
use crate::{Completion, Delta, ModelError, Reasoning, Rest};

/// The stand-in for U+D800. Those for the other 2,047 surrogates follow it.
const FIRST: u32 = 0x10_F000;
const LAST: u32 = FIRST + 0x7FF;

/// The JSON text with a stand-in for each unpaired surrogate. Sets `has_stand_ins` when there is one.
pub(crate) fn with_stand_ins<'a>(text: &'a str, has_stand_ins: &mut bool) -> Cow<'a, str> {
    // A text that already has characters of this range cannot be told from stand-ins.
    let is_ambiguous = text.chars().any(|character| unit(character).is_some());
    let stand_in = |unit: u16| match char::from_u32(FIRST + u32::from(unit - 0xD800)) {
        Some(stand_in) if !is_ambiguous => stand_in,
        _ => char::REPLACEMENT_CHARACTER,
    };
    match replace_unpaired_surrogates(text, stand_in) {
        Some(replaced) => {
            *has_stand_ins |= !is_ambiguous;
            replaced.into()
        }
        None => text.into(),
    }
}

/// The UTF-16 code unit that a stand-in stands for.
fn unit(character: char) -> Option<u16> {
    let code = u32::from(character);
    if (FIRST..=LAST).contains(&code) { u16::try_from(code - FIRST + 0xD800).ok() } else { None }
}

/// Joins the halves in a text. A last half whose other half may still come is put into `open`.
fn join(text: &str, open: &mut Option<u16>) -> String {
    let mut units: Vec<u16> = open.take().into_iter().collect();
    let mut joined = String::with_capacity(text.len());
    for character in text.chars() {
        if let Some(unit) = unit(character) {
            units.push(unit);
        } else {
            flush(&mut units, &mut joined);
            joined.push(character);
        }
    }
    if units.last().is_some_and(|unit| (0xD800..0xDC00).contains(unit)) {
        *open = units.pop();
    }
    flush(&mut units, &mut joined);
    joined
}

fn flush(units: &mut Vec<u16>, joined: &mut String) {
    joined
        .extend(char::decode_utf16(units.drain(..)).map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER)));
}

/// Completes a text to which nothing will be added.
fn complete(text: &mut String) {
    if text.chars().any(|character| unit(character).is_some()) {
        let mut open = None;
        let mut joined = join(text, &mut open);
        joined.extend(open.map(|_| char::REPLACEMENT_CHARACTER));
        *text = joined;
    }
}

fn complete_value(value: &mut Value) {
    match value {
        Value::String(text) => complete(text),
        Value::Array(items) => items.iter_mut().for_each(complete_value),
        Value::Object(members) => complete_members(members),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn complete_members(members: &mut Rest) {
    members.values_mut().for_each(complete_value);
}

fn complete_answer(answer: &mut Completion) {
    complete(&mut answer.text);
    for call in &mut answer.calls {
        [&mut call.id, &mut call.name, &mut call.arguments].into_iter().for_each(complete);
        complete_members(&mut call.rest);
    }
    for block in &mut answer.reasoning {
        match block {
            Reasoning::Thinking { thinking, .. } => complete(thinking),
            Reasoning::RedactedThinking { .. } => {}
        }
    }
    complete_members(&mut answer.message);
    complete_members(&mut answer.rest);
}

/// The text that a delta is a piece of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Channel {
    Text,
    Reasoning,
    Refusal,
    Arguments(usize),
}

impl Channel {
    fn of(delta: &Delta) -> Option<Self> {
        match delta {
            Delta::Text(_) => Some(Self::Text),
            Delta::Reasoning(_) => Some(Self::Reasoning),
            Delta::Refusal(_) => Some(Self::Refusal),
            Delta::Arguments { index, .. } => Some(Self::Arguments(*index)),
            Delta::Opened(_) | Delta::Call { .. } | Delta::Rest(_) => None,
        }
    }

    fn delta(self, text: String) -> Delta {
        match self {
            Self::Text => Delta::Text(text),
            Self::Reasoning => Delta::Reasoning(text),
            Self::Refusal => Delta::Refusal(text),
            Self::Arguments(index) => Delta::Arguments { index, piece: text },
        }
    }
}

/// The halves whose other half may still come, by the text that they are part of.
#[derive(Debug, Default)]
struct Joiner(HashMap<Channel, u16>);

impl Joiner {
    /// Rewrites the deltas from index `from` on.
    fn join(&mut self, deltas: &mut Vec<Delta>, from: usize) {
        let pieces = deltas.split_off(from);
        deltas.extend(pieces.into_iter().filter_map(|delta| self.joined(delta)));
    }

    /// The delta with its halves joined; `None` when none of its text can be shown yet.
    fn joined(&mut self, mut delta: Delta) -> Option<Delta> {
        if let Some(channel) = Channel::of(&delta) {
            let mut open = self.0.remove(&channel);
            let text = join(delta.text(), &mut open);
            self.0.extend(open.map(|unit| (channel, unit)));
            return (!text.is_empty()).then(|| channel.delta(text));
        }
        match &mut delta {
            Delta::Call { id, name, .. } => [id, name].into_iter().for_each(complete),
            Delta::Rest(rest) => complete_members(rest),
            Delta::Opened(_) | Delta::Text(_) | Delta::Reasoning(_) | Delta::Refusal(_) | Delta::Arguments { .. } => {}
        }
        Some(delta)
    }

    /// The stream has ended: halves without a partner become U+FFFD. The complete answer is rewritten too.
    fn finish(self, answer: &mut Completion, deltas: &mut Vec<Delta>) {
        let replacement = || char::REPLACEMENT_CHARACTER.to_string();
        deltas.extend(self.0.into_keys().map(|channel| channel.delta(replacement())));
        complete_answer(answer);
    }
}

/// Rewrites a complete answer, and its deltas from index `from` on.
pub(crate) fn complete_whole(answer: &mut Completion, deltas: &mut Vec<Delta>, from: usize) {
    let mut joiner = Joiner::default();
    joiner.join(deltas, from);
    joiner.finish(answer, deltas);
}

/// A decoder that joins the halves of characters.
pub(crate) struct Joining {
    pieces: Box<dyn Decoder>,
    joiner: Joiner,
}

impl Joining {
    pub(crate) fn new(pieces: Box<dyn Decoder>) -> Self {
        Self { pieces, joiner: Joiner::default() }
    }

    fn join(&mut self, deltas: &mut Vec<Delta>, from: usize) {
        if self.pieces.has_stand_ins() {
            self.joiner.join(deltas, from);
        }
    }
}

impl Decoder for Joining {
    fn feed(&mut self, bytes: &[u8], deltas: &mut Vec<Delta>) -> Result<Progress, ModelError> {
        let from = deltas.len();
        let progress = self.pieces.feed(bytes, deltas);
        self.join(deltas, from);
        progress
    }

    fn usage(&self) -> Option<Usage> {
        self.pieces.usage()
    }

    fn has_stand_ins(&self) -> bool {
        false
    }

    fn close(&mut self, deltas: &mut Vec<Delta>) -> Result<(), ModelError> {
        let from = deltas.len();
        let closed = self.pieces.close(deltas);
        self.join(deltas, from);
        closed
    }

    fn finish(mut self: Box<Self>, deltas: &mut Vec<Delta>) -> Result<Completion, ModelError> {
        let from = deltas.len();
        let has_stand_ins = self.pieces.has_stand_ins();
        let mut answer = self.pieces.finish(deltas)?;
        if has_stand_ins {
            self.joiner.join(deltas, from);
            self.joiner.finish(&mut answer, deltas);
        }
        Ok(answer)
    }
}
