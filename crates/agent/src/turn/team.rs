//! A run of the specialists: who is to answer, and the plan that they carry out.

use artel_domain::{Event, Plan, Specialist, SwitchCause, TeamStart};

use super::{Action, Effect, State, Turn};

/// What a run of the specialists knows beside its calls.
#[derive(Debug, Clone)]
pub(crate) struct Team {
    pub(crate) agent: Specialist,
    has_input: bool,
    switches: u32,
    plan: Option<UnderWay>,
}

/// A plan that is being carried out.
#[derive(Debug, Clone)]
struct UnderWay {
    plan: Plan,
    /// Of each subtask that is done, its result.
    results: Vec<Option<String>>,
    current: usize,
    /// Steps before the current subtask.
    first_step: u32,
}

impl Turn {
    /// Who answers now.
    pub fn specialist(&self) -> Option<Specialist> {
        self.team.as_ref().map(|team| team.agent)
    }

    pub(crate) fn begin(&mut self, start: &TeamStart, input: &str) -> Vec<Effect> {
        self.team = Some(Team { agent: start.agent, has_input: !input.is_empty(), switches: 0, plan: None });
        if let Some(to) = start.switch_to {
            let reason = start.reason.clone().unwrap_or_else(|| "User requested agent switch".to_owned());
            let switched =
                Event::AgentSwitched { from: start.agent, to, reason, confidence: None, cause: SwitchCause::User };
            return vec![Effect::Record(switched)];
        }
        if start.route { vec![Effect::Record(Event::RouteRequested)] } else { self.answer_input() }
    }

    pub(crate) fn on_team(&mut self, event: &Event) -> Vec<Effect> {
        match event {
            Event::RouteRequested => {
                self.state = State::Routing;
                vec![Effect::Act(Action::Route)]
            }
            Event::Routed { agent, confidence, reason, usage, .. } if self.state == State::Routing => {
                self.spend(*usage);
                match self.specialist() {
                    Some(from) if from != *agent => vec![Effect::Record(Event::AgentSwitched {
                        from,
                        to: *agent,
                        reason: reason.clone(),
                        confidence: Some(*confidence),
                        cause: SwitchCause::Router,
                    })],
                    _ => self.answer_input(),
                }
            }
            Event::AgentSwitched { to, cause, .. } => self.on_switched(*to, *cause),
            _ => Vec::new(),
        }
    }

    fn on_switched(&mut self, to: Specialist, cause: SwitchCause) -> Vec<Effect> {
        let Some(team) = &mut self.team else { return Vec::new() };
        team.agent = to;
        team.switches += u32::from(cause != SwitchCause::Plan);
        match cause {
            SwitchCause::User | SwitchCause::Router => self.answer_input(),
            // The call that led to it, or the subtask, goes on.
            SwitchCause::Model | SwitchCause::Plan => Vec::new(),
        }
    }

    fn answer_input(&self) -> Vec<Effect> {
        let has_input = self.team.as_ref().is_none_or(|team| team.has_input);
        if has_input { self.ask_model() } else { vec![self.success(String::new())] }
    }

    pub(crate) fn may_switch(&self) -> bool {
        self.team.as_ref().is_some_and(|team| team.switches < self.limits.max_switches)
    }

    pub(crate) fn has_plan(&self) -> bool {
        self.team.as_ref().is_some_and(|team| team.plan.is_some())
    }

    /// Steps before the work under way, from which its own are counted.
    pub(crate) fn first_step(&self) -> u32 {
        self.team.as_ref().and_then(|team| team.plan.as_ref()).map_or(0, |under_way| under_way.first_step)
    }

    /// The run's last word; within a plan, that of a subtask.
    pub(crate) fn complete(&self, output: String) -> Vec<Effect> {
        match self.team.as_ref().and_then(|team| team.plan.as_ref()) {
            Some(under_way) => {
                vec![Effect::Record(Event::SubtaskFinished { index: under_way.current, result: output })]
            }
            None => vec![self.success(output)],
        }
    }

    pub(crate) fn on_plan(&mut self, event: &Event) -> Vec<Effect> {
        match event {
            Event::PlanStarted { plan, .. } => {
                let step = self.step;
                let Some(team) = &mut self.team else { return Vec::new() };
                let results = vec![None; plan.subtasks.len()];
                team.plan = Some(UnderWay { plan: plan.clone(), results, current: 0, first_step: step });
                self.next_subtask()
            }
            Event::SubtaskStarted { index } => {
                let step = self.step;
                if let Some(under_way) = self.under_way() {
                    under_way.current = *index;
                    under_way.first_step = step;
                }
                self.ask_model()
            }
            Event::SubtaskFinished { index, result } => {
                if let Some(slot) = self.under_way().and_then(|under_way| under_way.results.get_mut(*index)) {
                    *slot = Some(result.clone());
                }
                self.next_subtask()
            }
            Event::PlanFinished => {
                let report = self.under_way().map(|under_way| under_way.report()).unwrap_or_default();
                vec![self.success(report)]
            }
            _ => Vec::new(),
        }
    }

    fn under_way(&mut self) -> Option<&mut UnderWay> {
        self.team.as_mut()?.plan.as_mut()
    }

    fn next_subtask(&mut self) -> Vec<Effect> {
        let Some((agent, under_way)) = self.team.as_ref().and_then(|team| Some((team.agent, team.plan.as_ref()?)))
        else {
            return Vec::new();
        };
        let Some(index) = under_way.ready() else { return vec![Effect::Record(Event::PlanFinished)] };
        let subtask = &under_way.plan.subtasks[index];
        let switched = (subtask.agent != agent).then(|| {
            Effect::Record(Event::AgentSwitched {
                from: agent,
                to: subtask.agent,
                reason: subtask.title.clone(),
                confidence: None,
                cause: SwitchCause::Plan,
            })
        });
        switched.into_iter().chain([Effect::Record(Event::SubtaskStarted { index })]).collect()
    }
}

impl UnderWay {
    /// The first subtask that is not done and depends on none that is not.
    fn ready(&self) -> Option<usize> {
        let done = |index: &usize| self.results.get(*index).is_some_and(Option::is_some);
        let open = |index: &usize| !done(index) && self.plan.subtasks[*index].dependencies.iter().all(done);
        (0..self.plan.subtasks.len()).find(open)
    }

    /// What came of each subtask.
    fn report(&self) -> String {
        let parts = self.plan.subtasks.iter().zip(&self.results).enumerate();
        let lines = parts.map(|(index, (subtask, result))| {
            format!("{}. {}\n{}", index + 1, subtask.title, result.as_deref().unwrap_or_default())
        });
        format!("{}\n\n{}", self.plan.title, lines.collect::<Vec<_>>().join("\n\n"))
    }
}

#[cfg(test)]
mod tests;
