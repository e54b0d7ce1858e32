//! Tool calls out of their pieces.

use artel_domain::AssistantCall;

use super::wire::{CallPiece, FunctionPiece};
use crate::ModelError;

/// The calls of one answer while they grow, in the order of their first pieces.
#[derive(Debug, Default)]
pub(super) struct Calls(Vec<Slot>);

#[derive(Debug, Default)]
struct Slot {
    index: Option<u64>,
    id: String,
    name: String,
    arguments: String,
}

impl Calls {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn add(&mut self, piece: CallPiece) {
        let function = piece.function.unwrap_or_default();
        let id = piece.id.unwrap_or_default();
        let at = self.position(piece.index, &id, &function).unwrap_or_else(|| {
            self.0.push(Slot { index: piece.index, ..Slot::default() });
            self.0.len() - 1
        });
        self.0[at].extend(id, &function);
    }

    /// The slot that a piece continues; `None` when it begins a call.
    fn position(&self, index: Option<u64>, id: &str, function: &FunctionPiece) -> Option<usize> {
        let at = match index {
            Some(_) => self.0.iter().rposition(|slot| slot.index == index)?,
            None => self.0.len().checked_sub(1)?,
        };
        let slot = &self.0[at];
        let named = function.name.as_deref().is_some_and(|name| !name.is_empty());
        let begins = match index {
            // Some servers number every call 0: another id together with a name is another call.
            Some(_) => named && !id.is_empty() && !slot.id.is_empty() && slot.id != id,
            None if id.is_empty() => named,
            None => slot.id != id,
        };
        (!begins).then_some(at)
    }

    /// The finished calls. Calls without an id get one that depends on nothing but their place in the dialogue.
    pub(super) fn finish(self, calls_so_far: usize) -> Result<Vec<AssistantCall>, ModelError> {
        self.0.into_iter().enumerate().map(|(ordinal, slot)| slot.finish(calls_so_far + ordinal)).collect()
    }
}

impl Slot {
    fn extend(&mut self, id: String, function: &FunctionPiece) {
        if self.id.is_empty() {
            self.id = id;
        }
        if let Some(name) = &function.name
            && *name != self.name
            && self.arguments.is_empty()
        {
            self.name.push_str(name);
        }
        self.arguments.push_str(&function.arguments_text());
    }

    fn finish(self, place: usize) -> Result<AssistantCall, ModelError> {
        if self.name.is_empty() {
            return Err(ModelError::Protocol("a tool call has no name".to_owned()));
        }
        let id = if self.id.is_empty() { format!("call_{place}") } else { self.id };
        let arguments = if self.arguments.trim().is_empty() { "{}".to_owned() } else { self.arguments };
        Ok(AssistantCall { id, name: self.name, arguments })
    }
}
