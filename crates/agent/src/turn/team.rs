//! A run of the specialists: which of them answers, and the plan that they carry out.

use artel_domain::{Event, Plan, Specialist, SwitchCause, TeamStart};

use super::{Action, Effect, State, Turn};

/// The state of a specialists' run beside its calls.
#[derive(Debug, Clone)]
pub(crate) struct Team {
    pub(crate) agent: Specialist,
    has_input: bool,
    switches: u32,
    plan: Option<RunningPlan>,
}

/// A plan that is being carried out.
#[derive(Debug, Clone)]
struct RunningPlan {
    plan: Plan,
    /// The result of each subtask; `None` while it is not done.
    results: Vec<Option<String>>,
    current: usize,
    /// The number of steps before the current subtask.
    first_step: u32,
}

impl Turn {
    /// The specialist that answers now.
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
            // The call that led to the switch, or the subtask, continues.
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

    /// The number of steps before the current work. The step limit counts from there.
    pub(crate) fn first_step(&self) -> u32 {
        self.team.as_ref().and_then(|team| team.plan.as_ref()).map_or(0, |running_plan| running_plan.first_step)
    }

    /// Takes the final answer of the run, or of the current subtask of a plan.
    pub(crate) fn complete(&self, output: String) -> Vec<Effect> {
        match self.team.as_ref().and_then(|team| team.plan.as_ref()) {
            Some(running_plan) => {
                vec![Effect::Record(Event::SubtaskFinished { index: running_plan.current, result: output })]
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
                team.plan = Some(RunningPlan { plan: plan.clone(), results, current: 0, first_step: step });
                self.next_subtask()
            }
            Event::SubtaskStarted { index } => {
                let step = self.step;
                if let Some(running_plan) = self.running_plan() {
                    running_plan.current = *index;
                    running_plan.first_step = step;
                }
                self.ask_model()
            }
            Event::SubtaskFinished { index, result } => {
                if let Some(slot) = self.running_plan().and_then(|running_plan| running_plan.results.get_mut(*index)) {
                    *slot = Some(result.clone());
                }
                self.next_subtask()
            }
            Event::PlanFinished => {
                let report = self.running_plan().map(|running_plan| running_plan.report()).unwrap_or_default();
                vec![self.success(report)]
            }
            _ => Vec::new(),
        }
    }

    fn running_plan(&mut self) -> Option<&mut RunningPlan> {
        self.team.as_mut()?.plan.as_mut()
    }

    fn next_subtask(&mut self) -> Vec<Effect> {
        let Some((agent, running_plan)) = self.team.as_ref().and_then(|team| Some((team.agent, team.plan.as_ref()?)))
        else {
            return Vec::new();
        };
        let Some(index) = running_plan.ready() else { return vec![Effect::Record(Event::PlanFinished)] };
        let subtask = &running_plan.plan.subtasks[index];
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

impl RunningPlan {
    /// The first open subtask that depends on no open subtask.
    fn ready(&self) -> Option<usize> {
        let done = |index: &usize| self.results.get(*index).is_some_and(Option::is_some);
        let open = |index: &usize| !done(index) && self.plan.subtasks[*index].dependencies.iter().all(done);
        (0..self.plan.subtasks.len()).find(open)
    }

    /// The results of all subtasks as one text.
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
