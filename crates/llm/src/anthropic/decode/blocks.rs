//! Assembles content blocks from the events of a stream.

use std::collections::BTreeMap;

use artel_domain::AssistantCall;
use serde_json::Value;

use super::wire::{Block, BlockKind, EventDelta};
use crate::{Delta, ModelError, Reasoning};

/// The content blocks of one answer, as far as they have come.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    calls_so_far: usize,
    /// Open blocks by the provider's index, which counts blocks of all kinds.
    open: BTreeMap<u64, OpenBlock>,
    pub(super) text: String,
    pub(super) calls: Vec<AssistantCall>,
    pub(super) reasoning: Vec<Reasoning>,
    pub(super) citations: Vec<Value>,
}

/// The target of the deltas of an open block.
#[derive(Debug)]
enum OpenBlock {
    Text,
    /// The index in `reasoning`.
    Thinking(usize),
    /// The index in `calls`, and the input that `content_block_start` brought; empty when it brought none.
    Call(usize, String),
    /// A kind of block that is not shown.
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
        // A new block of the same index ends an earlier block that had no end event.
        self.end(index, deltas);
        let open = match block.kind {
            BlockKind::Text => {
                self.citations.extend(block.citations.into_iter().flatten());
                self.add_text(block.text.unwrap_or_default(), deltas);
                OpenBlock::Text
            }
            BlockKind::Thinking => {
                let thinking = block.thinking.unwrap_or_default();
                show(Delta::Reasoning, &thinking, deltas);
                let signature = block.signature.filter(|signature| !signature.is_empty());
                self.reasoning.push(Reasoning::Thinking { thinking, signature });
                OpenBlock::Thinking(self.reasoning.len() - 1)
            }
            BlockKind::RedactedThinking => {
                self.reasoning.extend(block.data.map(|data| Reasoning::RedactedThinking { data }));
                OpenBlock::Skipped
            }
            BlockKind::ToolUse => self.begin_call(block, deltas)?,
            BlockKind::Other => OpenBlock::Skipped,
        };
        self.open.insert(index, open);
        Ok(())
    }

    pub(super) fn add(&mut self, index: u64, piece: EventDelta, deltas: &mut Vec<Delta>) -> Result<(), ModelError> {
        match self.open.get(&index) {
            Some(OpenBlock::Text) => {
                self.add_text(piece.text.unwrap_or_default(), deltas);
                self.citations.extend(piece.citation);
            }
            Some(&OpenBlock::Thinking(at)) => self.add_thinking(at, piece, deltas),
            Some(&OpenBlock::Call(at, _)) => self.add_arguments(at, piece.input(), deltas),
            Some(OpenBlock::Skipped) => {}
            None if piece.has_input() => {
                return Err(ModelError::Protocol("arguments came for no tool call".to_owned()));
            }
            // Some servers send text deltas without a `content_block_start`.
            None => self.add_text(piece.text.unwrap_or_default(), deltas),
        }
        Ok(())
    }

    pub(super) fn end(&mut self, index: u64, deltas: &mut Vec<Delta>) {
        let Some(OpenBlock::Call(at, input)) = self.open.remove(&index) else { return };
        if self.calls[at].arguments.is_empty() {
            let is_empty = input.trim().is_empty();
            self.add_arguments(at, if is_empty { "{}" } else { &input }, deltas);
        }
    }

    /// Ends the blocks that had no end event.
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

    fn add_thinking(&mut self, at: usize, piece: EventDelta, deltas: &mut Vec<Delta>) {
        let Reasoning::Thinking { thinking, signature } = &mut self.reasoning[at] else { return };
        if let Some(text) = piece.thinking {
            show(Delta::Reasoning, &text, deltas);
            thinking.push_str(&text);
        }
        if let Some(piece) = piece.signature.filter(|piece| !piece.is_empty()) {
            signature.get_or_insert_default().push_str(&piece);
        }
    }

    fn begin_call(&mut self, block: Block, deltas: &mut Vec<Delta>) -> Result<OpenBlock, ModelError> {
        let at = self.calls.len();
        let nameless = || ModelError::Unusable("a tool call has no name".to_owned());
        let input = block.input().to_owned();
        let name = block.name.filter(|name| !name.is_empty()).ok_or_else(nameless)?;
        let made_up = || format!("call_{}", self.calls_so_far + at);
        let id = block.id.filter(|id| !id.is_empty()).unwrap_or_else(made_up);
        deltas.push(Delta::Call { index: at, id: id.clone(), name: name.clone() });
        self.calls.push(AssistantCall { id, name, ..AssistantCall::default() });
        Ok(OpenBlock::Call(at, input))
    }

    fn add_arguments(&mut self, at: usize, piece: &str, deltas: &mut Vec<Delta>) {
        let arguments = &mut self.calls[at].arguments;
        // Arguments of white space only count as empty and become `{}`.
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
