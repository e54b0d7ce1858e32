//! What a run of the specialists needs beside what every run needs.

use std::sync::Arc;

use artel_domain::{Agent, Event, Run, Session, Specialist, TeamStart};
use artel_store::{SessionChange, TurnRecord};

use crate::config::{DEFAULT_MODEL, TeamConfig};

/// Titles are the first input, cut to this many characters.
const LONGEST_TITLE: usize = 500;

/// Kept by the driver of such a run.
pub(crate) struct Team {
    /// The tenant's row for the specialists, as it is in the store.
    row: Agent,
    system_prompt: Option<String>,
    /// The user went on: this run waits for nothing.
    pub(crate) has_successor: bool,
}

impl Team {
    pub(crate) fn of(run: &Run, record: &TurnRecord) -> Option<Self> {
        run.team.as_ref()?;
        Some(Self {
            row: record.agent.clone(),
            system_prompt: record.session.as_ref().and_then(|session| session.system_prompt.clone()),
            has_successor: record.has_successor,
        })
    }

    /// The specialist as the agent that is asked.
    pub(crate) fn agent(&self, specialist: Specialist, config: &TeamConfig) -> Arc<Agent> {
        let profile = artel_specialists::profile(specialist);
        let system_prompt = match &self.system_prompt {
            Some(more) => format!("{}\n\n{more}", profile.prompt.trim()),
            None => profile.prompt.trim().to_owned(),
        };
        Arc::new(Agent { system_prompt, model: model(&self.row, config), ..self.row.clone() })
    }
}

fn model(row: &Agent, config: &TeamConfig) -> String {
    if row.model == DEFAULT_MODEL { config.model.clone() } else { row.model.clone() }
}

/// How a run begins, judged by its session as it is now.
pub(crate) fn start(run: &Run, agent: &Agent, session: Option<&Session>, config: &TeamConfig) -> Option<TeamStart> {
    let team = run.team.as_ref()?;
    let pinned = session.is_some_and(|session| session.is_pinned);
    Some(TeamStart {
        agent: session.and_then(|session| session.specialist).unwrap_or(config.first),
        route: config.routing && !pinned && team.switch_to.is_none() && !run.input_message.is_empty(),
        switch_to: team.switch_to,
        reason: team.reason.clone(),
        model: model(agent, config),
    })
}

/// What an entry changes of the session.
pub(crate) fn change(run: &Run, event: &Event, session: &mut SessionChange) {
    if run.team.is_none() {
        return;
    }
    match event {
        Event::RunStarted { input, team: Some(start), .. } => {
            if !input.is_empty() {
                session.messages += 1;
                session.title = Some(input.chars().take(LONGEST_TITLE).collect());
            }
            if let Some(to) = start.switch_to {
                // Whoever chooses the orchestrator wants to be routed again.
                session.is_pinned = Some(to != Specialist::Orchestrator);
            }
        }
        Event::AgentSwitched { to, .. } => session.specialist = Some(*to),
        Event::ModelAnswered { .. } | Event::ToolFinished { .. } => session.messages += 1,
        _ => {}
    }
}
