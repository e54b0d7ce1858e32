use std::time::Instant;

use artel_llm::{Message, Opening, Served};

use crate::App;
use crate::outbound::Head;

/// What a response needs to know of its request.
pub(super) struct ChatContext {
    pub(super) app: App,
    pub(super) begun: Instant,
    pub(super) account: String,
    /// The model as the client named it.
    pub(super) model: String,
    /// The last message of the request.
    pub(super) last: Option<Message>,
    pub(super) include_usage: bool,
}

impl ChatContext {
    pub(super) fn head(&self, opening: &Opening) -> Head {
        Head::new(opening, &self.model, self.app.clock.now().as_second())
    }

    /// Stores what the next request must send back with the answer.
    pub(super) fn keep(&self, served: &Served) {
        let origin = served.opening.model.origin();
        self.app.reasoning.keep(&self.account, &origin, self.last.as_slice(), &served.answer);
    }
}
