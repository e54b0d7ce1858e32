use std::time::Instant;

use artel_llm::{Message, Opening};

use crate::App;
use crate::outbound::Head;

/// What is known of a request while its answer comes.
pub(super) struct ChatContext {
    pub(super) app: App,
    pub(super) begun: Instant,
    pub(super) account: String,
    /// The model as the client named it.
    pub(super) model: String,
    /// The message that is answered.
    pub(super) last: Option<Message>,
    pub(super) include_usage: bool,
}

impl ChatContext {
    pub(super) fn head(&self, opening: &Opening) -> Head {
        Head::new(opening, &self.model, self.app.clock.now().as_second())
    }
}
