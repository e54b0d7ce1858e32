//! Content blocks out of their pieces.

use std::collections::BTreeMap;

use artel_domain::AssistantCall;
use serde_json::Value;

use super::wire::{Block, Piece};
use crate::{Delta, ModelError, Reasoning};

/// The blocks of one answer while they grow.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    calls_so_far: usize,
    /// By the provider's index, which counts all kinds of blocks.
    open: BTreeMap<u64, Slot>,
    pub(super) text: String,
    pub(super) calls: Vec<AssistantCall>,
    pub(super) reasoning: Vec<Reasoning>,
    pub(super) citations: Vec<Value>,
}

/// What an open block adds to.
#[derive(Debug)]
enum Slot {
    Text,
    /// The place in `reasoning`.
    Thinking(usize),
    /// The place in `calls`, and the input that the block began with.
    Call(usize, Option<Value>),
    /// Nothing that we tell of.
    Skipped,
}

impl Blocks {
    pub(super) fn new(calls_so_far: usize) -> Self {
        Self { calls_so_far, ..Self::default() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty() && self.calls.is_empty() && self.reasoning.is_empty()
    }

    pub(super) fn begin(&mut self, index: u64, block: Block, deltas: &mut Vec<Delta>) -> Result<(), ModelError> {
        // Its end was forgotten.
        self.end(index, deltas);
        let slot = match block {
            Block::Text { text, citations } => {
                self.citations.extend(citations.into_iter().flatten());
                self.add_text(text.unwrap_or_default(), deltas);
                Slot::Text
            }
            Block::Thinking { thinking, signature } => {
                let thinking = thinking.unwrap_or_default();
                show(Delta::Reasoning, &thinking, deltas);
                self.reasoning.push(Reasoning::Thinking { thinking, signature: signature.filter(|signature| !signature.is_empty()) });
                Slot::Thinking(self.reasoning.len() - 1)
            }
            Block::RedactedThinking { data } => {
                self.reasoning.push(Reasoning::RedactedThinking { data });
                Slot::Skipped
            }
            Block::ToolUse { id, name, input } => self.begin_call(id, name, input, deltas)?,
            Block::Other => Slot::Skipped,
        };
        self.open.insert(index, slot);
        Ok(())
    }

    pub(super) fn add(&mut self, index: u64, piece: Piece, deltas: &mut Vec<Delta>) -> Result<(), ModelError> {
        match (self.open.get(&index), piece) {
            // Some servers do not announce a text.
            (Some(Slot::Text) | None, Piece::TextDelta { text }) => self.add_text(text, deltas),
            (Some(Slot::Text), Piece::CitationsDelta { citation }) => self.citations.push(citation),
            (Some(&Slot::Thinking(at)), piece) => self.add_thinking(at, piece, deltas),
            (Some(&Slot::Call(at, _)), Piece::InputJsonDelta { partial_json }) => self.add_arguments(at, &partial_json, deltas),
            (None, Piece::InputJsonDelta { .. }) => return Err(ModelError::Protocol("arguments came for no tool call".to_owned())),
            _ => {}
        }
        Ok(())
    }

    pub(super) fn end(&mut self, index: u64, deltas: &mut Vec<Delta>) {
        let Some(Slot::Call(at, input)) = self.open.remove(&index) else { return };
        if self.calls[at].arguments.is_empty() {
            let whole = input.filter(Value::is_object).map_or_else(|| "{}".to_owned(), |input| input.to_string());
            self.add_arguments(at, &whole, deltas);
        }
    }

    /// Blocks whose end was forgotten are over with the answer.
    pub(super) fn end_all(&mut self, deltas: &mut Vec<Delta>) {
        while let Some((&index, _)) = self.open.first_key_value() {
            self.end(index, deltas);
        }
    }

    fn add_text(&mut self, text: String, deltas: &mut Vec<Delta>) {
        self.text.push_str(&text);
        if !text.is_empty() {
            deltas.push(Delta::Text(text));
        }
    }

    fn add_thinking(&mut self, at: usize, piece: Piece, deltas: &mut Vec<Delta>) {
        let Reasoning::Thinking { thinking, signature } = &mut self.reasoning[at] else { return };
        match piece {
            Piece::ThinkingDelta { thinking: text } => {
                show(Delta::Reasoning, &text, deltas);
                thinking.push_str(&text);
            }
            Piece::SignatureDelta { signature: piece } if !piece.is_empty() => signature.get_or_insert_default().push_str(&piece),
            _ => {}
        }
    }

    fn begin_call(
        &mut self,
        id: Option<String>,
        name: Option<String>,
        input: Option<Value>,
        deltas: &mut Vec<Delta>,
    ) -> Result<Slot, ModelError> {
        let at = self.calls.len();
        let name = name.filter(|name| !name.is_empty()).ok_or_else(|| ModelError::Protocol("a tool call has no name".to_owned()))?;
        let id = id.filter(|id| !id.is_empty()).unwrap_or_else(|| format!("call_{}", self.calls_so_far + at));
        deltas.push(Delta::Call { index: at, id: id.clone(), name: name.clone() });
        self.calls.push(AssistantCall { id, name, arguments: String::new() });
        Ok(Slot::Call(at, input))
    }

    fn add_arguments(&mut self, at: usize, piece: &str, deltas: &mut Vec<Delta>) {
        let arguments = &mut self.calls[at].arguments;
        // Blanks alone are no arguments: then it is `{}`.
        let piece = if arguments.is_empty() { piece.trim_start() } else { piece };
        arguments.push_str(piece);
        show(|piece| Delta::Arguments { index: at, piece }, piece, deltas);
    }
}

fn show(delta: impl FnOnce(String) -> Delta, text: &str, deltas: &mut Vec<Delta>) {
    if !text.is_empty() {
        deltas.push(delta(text.to_owned()));
    }
}
