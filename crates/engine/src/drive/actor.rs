//! Who acts in the run now: an agent with its tools, or the specialist whose turn it is.

use std::sync::Arc;

use artel_domain::{Agent, Run, Specialist};

use crate::config::TeamConfig;
use crate::team::Team;
use crate::toolbox::Toolbox;

pub(super) struct Actor {
    pub(super) agent: Arc<Agent>,
    pub(super) toolbox: Toolbox,
    /// In a run of the specialists.
    pub(super) team: Option<Team>,
}

impl Actor {
    /// The agent, its prompt and its tools become those of the specialist. Without specialists nothing changes.
    pub(super) fn become_specialist(&mut self, specialist: Option<Specialist>, run: &Run, config: &TeamConfig) {
        let Some((team, specialist)) = self.team.as_ref().zip(specialist) else { return };
        if self.toolbox.is_of(specialist) {
            return;
        }
        self.agent = team.agent(specialist, config);
        self.toolbox.put_on(specialist, run);
    }

    /// The user went on with another run: this one is to wait for nothing.
    pub(super) fn has_successor(&self) -> bool {
        self.team.as_ref().is_some_and(|team| team.has_successor)
    }
}
