//! Assembles tool calls from the pieces of a stream.

use std::collections::HashMap;

use artel_domain::AssistantCall;
use serde::de::IgnoredAny;

use super::wire::{CallPiece, FunctionPiece};
use crate::{Delta, ModelError, Rest};

/// The calls of one answer, in the order of their first pieces.
#[derive(Debug, Default)]
pub(super) struct Calls {
    growing: Vec<GrowingCall>,
    /// The last call of each of the provider's indexes.
    last_of: HashMap<u64, usize>,
    /// The number of calls whose beginning was sent as a delta. Their names and ids can no longer change.
    announced: usize,
    /// The number of calls in the dialogue before this answer.
    before: usize,
    /// The indexes of the calls that the current chunk has named.
    named_in_chunk: Vec<usize>,
}

#[derive(Debug, Default)]
struct GrowingCall {
    /// The provider's id; empty until a piece has one.
    id: String,
    name: String,
    arguments: String,
    /// The number of bytes of the arguments that were sent as deltas.
    shown: usize,
    rest: Rest,
}

impl Calls {
    pub(super) fn after(before: usize) -> Self {
        Self { before, ..Self::default() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.growing.is_empty()
    }

    /// The next pieces belong to a new chunk.
    pub(super) fn begin_chunk(&mut self) {
        self.named_in_chunk.clear();
    }

    /// Takes a piece and appends the deltas that it completes. Returns the index of the call and the piece's members
    /// without a typed form, when it has any.
    pub(super) fn add(&mut self, mut piece: CallPiece, deltas: &mut Vec<Delta>) -> Option<(usize, Rest)> {
        let rest = piece.take_rest();
        let function = piece.function.unwrap_or_default();
        let id = piece.id.unwrap_or_default();
        let at = self.position(piece.index, &id, &function).unwrap_or_else(|| {
            self.growing.push(GrowingCall::default());
            self.growing.len() - 1
        });
        self.last_of.extend(piece.index.map(|index| (index, at)));
        if function.is_named() {
            self.named_in_chunk.push(at);
        }
        self.growing[at].extend(id, &function, at < self.announced);
        // A name may come in pieces. It is complete when arguments follow or another call begins.
        let whole = if self.growing[at].arguments.is_empty() { at } else { at + 1 };
        self.announce(whole, deltas);
        self.show(at, deltas);
        if rest.is_empty() {
            return None;
        }
        self.growing[at].rest.extend(rest.clone());
        Some((at, rest))
    }

    /// The index of the call that a piece continues; `None` when the piece begins a call.
    fn position(&self, index: Option<u64>, id: &str, function: &FunctionPiece) -> Option<usize> {
        let of_index = index.and_then(|index| self.last_of.get(&index).copied());
        if !function.is_named() && of_index.is_none_or(|at| self.growing[at].id != id) {
            // What goes on without a name says whose it is by its id, whatever its index is; and what has neither, at
            // an index of its own, goes on with the last call.
            let of_id = || self.growing.iter().rposition(|call| call.id == id);
            let goes_on = of_index.is_none() && !function.arguments_text().is_empty();
            let last = || self.growing.len().checked_sub(1).filter(|_| goes_on);
            if let Some(at) = if id.is_empty() { last() } else { of_id() } {
                return Some(at);
            }
        }
        let at = match index {
            Some(_) => of_index?,
            None => self.growing.len().checked_sub(1)?,
        };
        let call = &self.growing[at];
        let begins = match index {
            // Some servers give each call the index 0. A different id together with a name begins another call.
            Some(_) if !id.is_empty() && !call.id.is_empty() => function.is_named() && call.id != id,
            Some(_) => function.is_named() && (self.named_in_chunk.contains(&at) || call.is_followed_by(function)),
            None if id.is_empty() => function.is_named(),
            None => call.id != id,
        };
        (!begins).then_some(at)
    }

    /// Announces the calls before index `end`, in order. A call without a name delays the calls after it.
    fn announce(&mut self, end: usize, deltas: &mut Vec<Delta>) {
        while self.announced < end && !self.growing[self.announced].name.is_empty() {
            let index = self.announced;
            self.growing[index].fix_id(self.before + index);
            let call = &self.growing[index];
            deltas.push(Delta::Call { index, id: call.id.clone(), name: call.name.clone() });
            self.announced += 1;
            self.show(index, deltas);
        }
    }

    fn show(&mut self, index: usize, deltas: &mut Vec<Delta>) {
        let call = &mut self.growing[index];
        if index < self.announced && call.shown < call.arguments.len() {
            deltas.push(Delta::Arguments { index, piece: call.arguments[call.shown..].to_owned() });
            call.shown = call.arguments.len();
        }
    }

    /// The complete calls. Appends the deltas that were not sent yet.
    pub(super) fn finish(mut self, deltas: &mut Vec<Delta>) -> Result<Vec<AssistantCall>, ModelError> {
        self.announce(self.growing.len(), deltas);
        if self.announced < self.growing.len() {
            return Err(ModelError::Protocol("a tool call has no name".to_owned()));
        }
        for index in 0..self.growing.len() {
            if self.growing[index].arguments.is_empty() {
                self.growing[index].arguments.push_str("{}");
                self.show(index, deltas);
            }
        }
        Ok(self.growing.into_iter().map(AssistantCall::from).collect())
    }
}

impl GrowingCall {
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
        // White space alone does not count as arguments.
        self.arguments.push_str(if self.arguments.is_empty() { piece.trim_start() } else { piece });
    }

    /// Whether a named piece without an id begins another call: the arguments of this call are complete, and the piece
    /// has another name or begins new arguments.
    fn is_followed_by(&self, function: &FunctionPiece) -> bool {
        let is_whole = || serde_json::from_str::<IgnoredAny>(&self.arguments).is_ok();
        let begins = function.arguments_text().trim_start().starts_with('{');
        let is_other = function.name.as_ref().is_some_and(|name| *name != self.name);
        !self.arguments.is_empty() && (begins || is_other) && is_whole()
    }

    /// A call without an id gets one that depends only on its position in the dialogue.
    fn fix_id(&mut self, place: usize) {
        if self.id.is_empty() {
            self.id = format!("call_{place}");
        }
    }
}

impl From<GrowingCall> for AssistantCall {
    fn from(call: GrowingCall) -> Self {
        Self { id: call.id, name: call.name, arguments: call.arguments, rest: call.rest }
    }
}
