use artel_domain::{Decision, Entry, Event, RunFailure, RunId, Specialist, SwitchCause, TeamStart, UserId};

use super::calls::Calls;
use super::cursor::Cursor;
use super::fit::fit;
use super::plans::{self, UnderWay};
use super::text::Spoken;
use super::wire::{self, Frame, Switched};

/// How a client wants to see a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct View {
    /// Answers come piece by piece, not whole.
    pub(crate) tokens: bool,
    /// Plans are frames of their own, not text.
    pub(crate) plans: bool,
    /// Whose client it is: decisions of others are shown as theirs.
    pub(crate) user: Option<UserId>,
}

/// What an entry means to a client.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Shown {
    pub(crate) frame: Option<Frame>,
    /// Nothing more comes until the client does something.
    pub(crate) rests: bool,
}

impl Shown {
    pub(super) fn nothing() -> Self {
        Self::default()
    }

    fn on(frame: impl Into<Option<Frame>>) -> Self {
        Self { frame: frame.into(), rests: false }
    }

    fn last(frame: impl Into<Option<Frame>>) -> Self {
        Self { frame: frame.into(), rests: true }
    }
}

/// Folds a session's entries into frames.
#[derive(Debug)]
pub(crate) struct Mapper {
    view: View,
    run: Option<Run>,
    /// Where the reader stands, until it is passed.
    stands: Option<Standing>,
}

/// What a reader has of what was told before.
#[derive(Debug, Clone, Copy)]
pub(super) enum Standing {
    /// Nothing up to this entry: a new reader.
    Nothing(i64),
    /// All up to here: a reader who comes back.
    All(Cursor),
}

impl Standing {
    fn entry(self) -> i64 {
        match self {
            Self::Nothing(entry) | Self::All(Cursor { entry, .. }) => entry,
        }
    }
}

/// What is known of the run under way.
#[derive(Debug)]
struct Run {
    id: RunId,
    /// A switch is all that is wanted, and this is it.
    only_switches: Option<TeamStart>,
    step: u32,
    spoken: Spoken,
    calls: Calls,
    plan: Option<UnderWay>,
    plan_was_shown: bool,
}

impl Mapper {
    #[cfg(test)]
    pub(super) fn new(view: View) -> Self {
        Self { view, run: None, stands: None }
    }

    pub(super) fn of_reader(view: View, stands: Standing) -> Self {
        Self { view, run: None, stands: Some(stands) }
    }

    /// What the client is told when this happens; entries come in order.
    pub(crate) fn on(&mut self, entry: &Entry) -> Shown {
        let passed = self.stands.take_if(|stands| entry.seq > stands.entry());
        if let Event::RunStarted { input, team, .. } = &entry.event {
            self.run = Some(Run::new(entry.run_id, input, team.as_ref()));
            return Shown::nothing();
        }
        let view = self.view;
        let Some(run) = self.run.as_mut().filter(|run| run.id == entry.run_id) else { return Shown::nothing() };
        match passed.filter(|_| view.tokens) {
            Some(Standing::Nothing(_)) => run.spoken.reader_has_nothing(),
            Some(Standing::All(cursor)) => run.spoken.reader_has(cursor.characters),
            None => {}
        }
        let told = run.on(view, entry);
        if entry.event.is_end() {
            self.run = None;
        }
        Shown { frame: told.frame.map(fit), ..told }
    }

    /// How much of the text under way was told.
    pub(super) fn characters(&self) -> usize {
        self.run.as_ref().map_or(0, |run| run.spoken.characters())
    }
}

impl Run {
    fn new(id: RunId, input: &str, team: Option<&TeamStart>) -> Self {
        Self {
            id,
            only_switches: team.filter(|_| input.is_empty()).cloned(),
            step: 0,
            spoken: Spoken::default(),
            calls: Calls::default(),
            plan: None,
            plan_was_shown: false,
        }
    }

    fn on(&mut self, view: View, entry: &Entry) -> Shown {
        match &entry.event {
            Event::AgentSwitched { from, to, reason, confidence, cause } => {
                let is_all = *cause == SwitchCause::User && self.only_switches.take().is_some();
                let switched = Switched { from: *from, to: *to, reason, confidence: *confidence, at: entry.at, is_all };
                Shown::on(wire::agent_switched(&switched))
            }
            Event::ModelRequested { step } => self.on_step(*step),
            Event::Delta { text, .. } if view.tokens => Shown::on(self.spoken.push(text).as_deref().map(wire::token)),
            Event::MessageReset { .. } => {
                self.spoken.cut_off();
                Shown::nothing()
            }
            Event::ModelAnswered { text, planned, .. } if *planned > 0 => Shown::on(self.say(view, text)),
            Event::ToolPlanned(planned) => {
                self.calls.plan(planned);
                Shown::nothing()
            }
            Event::ToolDispatched { call_id, .. } => {
                let frame = self.calls.dispatch(*call_id);
                self.hand_over(frame)
            }
            Event::ToolFinished { call_id, .. } => {
                self.calls.finish(*call_id);
                Shown::nothing()
            }
            Event::ApprovalRequested { .. } | Event::ApprovalDecided { .. } => self.on_approval(view, &entry.event),
            Event::PlanStarted { .. }
            | Event::SubtaskStarted { .. }
            | Event::SubtaskFinished { .. }
            | Event::PlanFinished => self.on_plan(view, entry),
            Event::RunSucceeded { output, .. } => self.succeed(view, output, entry),
            Event::RunFailed { code, message, .. } => fail(code, message),
            _ => Shown::nothing(),
        }
    }

    /// The same step comes again after a crash.
    fn on_step(&mut self, step: u32) -> Shown {
        if step != self.step {
            self.step = step;
            self.spoken.next_text();
            self.calls.next_step();
        }
        Shown::nothing()
    }

    /// A text that is over, and not the turn's last.
    fn say(&mut self, view: View, text: &str) -> Option<Frame> {
        if view.tokens {
            return self.spoken.finish(text).as_deref().map(wire::token);
        }
        (!text.trim().is_empty()).then(|| wire::message(text, false))
    }

    /// With a frame it is the client's turn.
    fn hand_over(&mut self, frame: Option<Frame>) -> Shown {
        if frame.is_none() {
            return Shown::nothing();
        }
        self.spoken.next_segment();
        Shown::last(frame)
    }

    fn on_approval(&mut self, view: View, event: &Event) -> Shown {
        match event {
            Event::ApprovalRequested { approval_id, call_id, args, .. } if self.calls.is_plan(*call_id) => {
                self.plan_was_shown = true;
                if view.plans {
                    return self.hand_over(Some(plans::asked(*approval_id, *call_id, args)));
                }
                Shown { rests: true, ..Shown::on(self.say(view, &plans::in_words(args))) }
            }
            Event::ApprovalRequested { call_id, reason, .. } => {
                let frame = self.calls.ask(*call_id, reason);
                self.hand_over(frame)
            }
            Event::ApprovalDecided { approval_id, call_id, decision, args, feedback, decided_by, answered } => {
                let somebody_else = decided_by.filter(|by| view.user.is_some_and(|user| user != *by));
                self.calls.decide(*call_id, args.as_ref(), *answered, somebody_else);
                let is_refused = matches!(decision, Decision::Reject | Decision::Expire);
                let tells = view.plans && is_refused && self.calls.is_plan(*call_id);
                Shown::on(tells.then(|| plans::rejected(*approval_id, *call_id, feedback.as_deref())))
            }
            _ => Shown::nothing(),
        }
    }

    fn on_plan(&mut self, view: View, entry: &Entry) -> Shown {
        let frame = match &entry.event {
            Event::PlanStarted { call_id, plan } => {
                self.plan = Some(UnderWay::new(*call_id, plan));
                if !view.plans {
                    let is_known = std::mem::replace(&mut self.plan_was_shown, true);
                    let words = serde_json::to_value(plan).map(|plan| plans::in_words(&plan)).unwrap_or_default();
                    return if is_known { Shown::nothing() } else { Shown::on(self.say(view, &words)) };
                }
                self.plan.as_ref().map(UnderWay::begun)
            }
            Event::SubtaskStarted { index } => self.plan.as_mut().map(|plan| plan.starts(*index, entry.at)),
            Event::SubtaskFinished { result, .. } if !view.plans => return Shown::on(self.say(view, result)),
            Event::SubtaskFinished { index, result } => {
                self.plan.as_mut().map(|plan| plan.finishes(*index, result, entry.at))
            }
            _ => self.plan.take().map(|plan| plan.is_done()),
        };
        Shown::on(frame.filter(|_| view.plans))
    }

    fn succeed(&mut self, view: View, output: &str, entry: &Entry) -> Shown {
        if let Some(TeamStart { agent, switch_to, reason, .. }) = self.only_switches.take() {
            // Nobody had to be switched to.
            let to: Specialist = switch_to.unwrap_or(agent);
            let reason = reason.as_deref().unwrap_or_default();
            let switched = Switched { from: agent, to, reason, confidence: None, at: entry.at, is_all: true };
            return Shown::last(wire::agent_switched(&switched));
        }
        if output.is_empty() && self.has_only_switched() {
            return Shown::last(None);
        }
        let frame = if view.tokens {
            let token = self.spoken.finish(output).unwrap_or_default();
            wire::last_token(&token, self.spoken.all())
        } else {
            wire::message(output, true)
        };
        Shown::last(match self.calls.suggestions() {
            Some(suggestions) => wire::suggesting(frame, suggestions),
            None => frame,
        })
    }

    /// No model was asked.
    fn has_only_switched(&self) -> bool {
        self.step == 0
    }
}

fn fail(code: &RunFailure, message: &str) -> Shown {
    match code {
        // The user went on to something else, and sees that.
        RunFailure::Superseded => Shown::last(None),
        _ => Shown::last(super::failure::of_run(code, message)),
    }
}

#[cfg(test)]
mod tests;
