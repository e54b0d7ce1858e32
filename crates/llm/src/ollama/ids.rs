//! Ids for calls that come without one.

use std::collections::HashSet;

use crate::{Message, Request};

/// The ids of the calls of a dialogue. A new id depends only on the position in the dialogue, so that the same answer
/// gets the same ids when it is decoded again.
#[derive(Debug)]
pub(super) struct Ids {
    taken: HashSet<String>,
    next: usize,
}

impl Ids {
    pub(super) fn of(request: &Request) -> Self {
        let taken: Vec<&String> = request.messages.iter().flat_map(Message::calls).map(|call| &call.id).collect();
        Self { next: taken.len(), taken: taken.into_iter().cloned().collect() }
    }

    /// The id that came with a call, or a new id when the call had none or the id is taken.
    pub(super) fn claim(&mut self, given: Option<String>) -> String {
        let place = self.next;
        self.next += 1;
        let made_up = (place..).map(|number| format!("call_{number}"));
        let id = given
            .filter(|id| !id.is_empty())
            .into_iter()
            .chain(made_up)
            .find(|id| !self.taken.contains(id))
            .unwrap_or_default();
        self.taken.insert(id.clone());
        id
    }
}
