//! Tool calls out of their pieces.

use artel_domain::AssistantCall;

use super::wire::{CallPiece, FunctionPiece};
use crate::{Delta, ModelError};

/// The calls of one answer while they grow, in the order of their first pieces.
#[derive(Debug, Default)]
pub(super) struct Calls {
    slots: Vec<Slot>,
    /// So many of the slots have been shown; their names and ids are fixed.
    announced: usize,
    /// Calls of the dialogue before this answer.
    before: usize,
}

#[derive(Debug, Default)]
struct Slot {
    index: Option<u64>,
    /// The provider's; empty until it names one.
    id: String,
    name: String,
    arguments: String,
    /// So many bytes of the arguments have been shown.
    shown: usize,
}

impl Calls {
    pub(super) fn after(before: usize) -> Self {
        Self { before, ..Self::default() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    pub(super) fn add(&mut self, piece: CallPiece, deltas: &mut Vec<Delta>) {
        let function = piece.function.unwrap_or_default();
        let id = piece.id.unwrap_or_default();
        let at = self.position(piece.index, &id, &function).unwrap_or_else(|| {
            self.slots.push(Slot { index: piece.index, ..Slot::default() });
            self.slots.len() - 1
        });
        self.slots[at].extend(id, &function, at < self.announced);
        // A name may come in pieces: it is whole when arguments follow or another call begins.
        let whole = if self.slots[at].arguments.is_empty() { at } else { at + 1 };
        self.announce(whole, deltas);
        self.show(at, deltas);
    }

    /// The slot that a piece continues; `None` when it begins a call.
    fn position(&self, index: Option<u64>, id: &str, function: &FunctionPiece) -> Option<usize> {
        let at = match index {
            Some(_) => self.slots.iter().rposition(|slot| slot.index == index)?,
            None => self.slots.len().checked_sub(1)?,
        };
        let slot = &self.slots[at];
        let named = function.name.as_deref().is_some_and(|name| !name.is_empty());
        let begins = match index {
            // Some servers number every call 0: another id together with a name is another call.
            Some(_) => named && !id.is_empty() && !slot.id.is_empty() && slot.id != id,
            None if id.is_empty() => named,
            None => slot.id != id,
        };
        (!begins).then_some(at)
    }

    /// Shows that the calls before this one have begun, in order: one without a name holds up those that follow.
    fn announce(&mut self, end: usize, deltas: &mut Vec<Delta>) {
        while self.announced < end && !self.slots[self.announced].name.is_empty() {
            let index = self.announced;
            self.slots[index].fix_id(self.before + index);
            let slot = &self.slots[index];
            deltas.push(Delta::Call { index, id: slot.id.clone(), name: slot.name.clone() });
            self.announced += 1;
            self.show(index, deltas);
        }
    }

    fn show(&mut self, index: usize, deltas: &mut Vec<Delta>) {
        let slot = &mut self.slots[index];
        if index < self.announced && slot.shown < slot.arguments.len() {
            deltas.push(Delta::Arguments { index, piece: slot.arguments[slot.shown..].to_owned() });
            slot.shown = slot.arguments.len();
        }
    }

    /// The finished calls; shows what of them has not been shown yet.
    pub(super) fn finish(mut self, deltas: &mut Vec<Delta>) -> Result<Vec<AssistantCall>, ModelError> {
        self.announce(self.slots.len(), deltas);
        if self.announced < self.slots.len() {
            return Err(ModelError::Protocol("a tool call has no name".to_owned()));
        }
        for index in 0..self.slots.len() {
            if self.slots[index].arguments.is_empty() {
                self.slots[index].arguments.push_str("{}");
                self.show(index, deltas);
            }
        }
        Ok(self.slots.into_iter().map(|slot| AssistantCall { id: slot.id, name: slot.name, arguments: slot.arguments }).collect())
    }
}

impl Slot {
    fn extend(&mut self, id: String, function: &FunctionPiece, announced: bool) {
        if self.id.is_empty() {
            self.id = id;
        }
        if let Some(name) = &function.name
            && *name != self.name
            && self.arguments.is_empty()
            && !announced
        {
            self.name.push_str(name);
        }
        let piece = function.arguments_text();
        // Blanks alone are no arguments.
        self.arguments.push_str(if self.arguments.is_empty() { piece.trim_start() } else { &piece });
    }

    /// A call without an id gets one that depends on nothing but its place in the dialogue.
    fn fix_id(&mut self, place: usize) {
        if self.id.is_empty() {
            self.id = format!("call_{place}");
        }
    }
}
