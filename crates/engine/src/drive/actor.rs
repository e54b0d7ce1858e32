//! Who acts in the run now: an agent with its tools, or the specialist whose turn it is.

use std::sync::Arc;

use artel_domain::{Agent, Run, Specialist};

use crate::config::TeamConfig;
use crate::subagents::{self, Family};
use crate::team::Team;
use crate::toolbox::Toolbox;
use crate::{Deps, assistant};

pub(super) struct Actor {
    pub(super) agent: Arc<Agent>,
    pub(super) toolbox: Toolbox,
    /// In a run of the specialists.
    pub(super) team: Option<Team>,
}

impl Actor {
    /// Who acts in the run before any specialist does.
    ///
    /// # Arguments
    /// * `agent`: as it is stored.
    /// * `toolbox`: the tools that it is bound to.
    pub(super) fn new(
        deps: &Deps,
        run: &Run,
        family: &Family,
        agent: Agent,
        toolbox: Toolbox,
        team: Option<Team>,
    ) -> Self {
        let (mut agent, mut toolbox) = (assistant::whole(agent, &deps.config), toolbox);
        if family.in_organization() {
            toolbox = toolbox.with_catalogue(&deps.tools);
        }
        if !family.is_execution() {
            toolbox = toolbox.outside_of_tasks();
        }
        if let Some(subagent) = &run.subagent {
            agent = subagents::told(agent, subagent);
            toolbox = toolbox.within(subagent);
        }
        if family.in_organization() {
            agent = assistant::in_organization(agent, &toolbox);
        }
        Self { agent: Arc::new(agent), toolbox, team }
    }

    /// The agent, its prompt and its tools become those of the specialist. Without specialists nothing changes.
    pub(super) fn become_specialist(&mut self, specialist: Option<Specialist>, run: &Run, config: &TeamConfig) {
        let Some((team, specialist)) = self.team.as_ref().zip(specialist) else { return };
        if self.toolbox.is_of(specialist) {
            return;
        }
        self.agent = team.agent(specialist, config);
        self.toolbox.put_on(specialist, run);
    }

    /// The agent's prompt ends with this.
    pub(super) fn tell(&mut self, told: Option<String>) {
        let Some(told) = told else { return };
        let system_prompt = [self.agent.system_prompt.trim(), &told].join("\n\n").trim().to_owned();
        self.agent = Arc::new(Agent { system_prompt, ..Agent::clone(&self.agent) });
    }

    /// The user went on with another run: this one is to wait for nothing.
    pub(super) fn has_successor(&self) -> bool {
        self.team.as_ref().is_some_and(|team| team.has_successor)
    }
}
