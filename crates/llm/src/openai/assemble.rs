//! Tool calls out of their pieces.

use artel_domain::AssistantCall;
use serde::de::IgnoredAny;

use super::wire::{CallPiece, FunctionPiece};
use crate::{Delta, ModelError, Rest};

/// The calls of one answer while they grow, in the order of their first pieces.
#[derive(Debug, Default)]
pub(super) struct Calls {
    growing: Vec<GrowingCall>,
    /// So many of the calls have been shown; their names and ids are fixed.
    announced: usize,
    /// Calls of the dialogue before this answer.
    before: usize,
    /// The calls that were named in the chunk that is being read.
    named_in_chunk: Vec<usize>,
}

#[derive(Debug, Default)]
struct GrowingCall {
    index: Option<u64>,
    /// The provider's; empty until it names one.
    id: String,
    name: String,
    arguments: String,
    /// So many bytes of the arguments have been shown.
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

    /// The pieces that follow are of the next chunk.
    pub(super) fn begin_chunk(&mut self) {
        self.named_in_chunk.clear();
    }

    /// Takes a piece and shows what of it can be shown. Returns the call's place and the piece's members without a
    /// form, when it has any.
    pub(super) fn add(&mut self, mut piece: CallPiece, deltas: &mut Vec<Delta>) -> Option<(usize, Rest)> {
        let rest = piece.take_rest();
        let function = piece.function.unwrap_or_default();
        let id = piece.id.unwrap_or_default();
        let at = self.position(piece.index, &id, &function).unwrap_or_else(|| {
            self.growing.push(GrowingCall { index: piece.index, ..GrowingCall::default() });
            self.growing.len() - 1
        });
        if function.is_named() {
            self.named_in_chunk.push(at);
        }
        self.growing[at].extend(id, &function, at < self.announced);
        // A name may come in pieces: it is whole when arguments follow or another call begins.
        let whole = if self.growing[at].arguments.is_empty() { at } else { at + 1 };
        self.announce(whole, deltas);
        self.show(at, deltas);
        if rest.is_empty() {
            return None;
        }
        self.growing[at].rest.extend(rest.clone());
        Some((at, rest))
    }

    /// The call that a piece continues; `None` when it begins a call.
    fn position(&self, index: Option<u64>, id: &str, function: &FunctionPiece) -> Option<usize> {
        let at = match index {
            Some(_) => self.growing.iter().rposition(|call| call.index == index)?,
            None => self.growing.len().checked_sub(1)?,
        };
        let call = &self.growing[at];
        let begins = match index {
            // Some servers number every call 0: another id together with a name is another call.
            Some(_) if !id.is_empty() && !call.id.is_empty() => function.is_named() && call.id != id,
            Some(_) => function.is_named() && (self.named_in_chunk.contains(&at) || call.is_followed_by(function)),
            None if id.is_empty() => function.is_named(),
            None => call.id != id,
        };
        (!begins).then_some(at)
    }

    /// Shows that the calls before this one have begun, in order: one without a name holds up those that follow.
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

    /// The finished calls; shows what of them has not been shown yet.
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
        // Blanks alone are no arguments.
        self.arguments.push_str(if self.arguments.is_empty() { piece.trim_start() } else { &piece });
    }

    /// Whether a named piece without an id of its own is another call: this one is whole, and the piece begins anew.
    fn is_followed_by(&self, function: &FunctionPiece) -> bool {
        let is_whole = || serde_json::from_str::<IgnoredAny>(&self.arguments).is_ok();
        let begins = function.arguments_text().trim_start().starts_with('{');
        let is_other = function.name.as_ref().is_some_and(|name| *name != self.name);
        !self.arguments.is_empty() && (begins || is_other) && is_whole()
    }

    /// A call without an id gets one that depends on nothing but its place in the dialogue.
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
