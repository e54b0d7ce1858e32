//! The run as far as it has come: what its journal says, and what is written to it next.

use std::collections::VecDeque;

use artel_agent::{Action, Effect, Turn, repeated_steps};
use artel_domain::{CallId, Entry, Event, Phase, Run, Spend, Wait, WaitFor};
use artel_store::{Step, StoreError};

use crate::Deps;
use crate::outside::Outside;
use crate::projection::project;
use crate::scribe::{Scribe, Stop};
use crate::targets::Targets;

pub(super) struct Record {
    pub(super) turn: Turn,
    pub(super) targets: Targets,
    pub(super) outside: Outside,
    /// Calls that entries not written yet end without an answer from outside.
    pub(super) unanswered: Vec<CallId>,
    /// Entries of earlier runs of the session.
    pub(super) dialogue: Vec<Entry>,
    /// The run's own, without deltas.
    pub(super) journal: Vec<Entry>,
    pub(super) scribe: Scribe,
}

impl Record {
    /// The entries of events and of all that the machine records because of them, not written yet. Actions that become
    /// due are added to `actions`.
    pub(super) fn fold(&mut self, effects: Vec<Effect>, actions: &mut Vec<Action>) -> Vec<Entry> {
        let mut queue = VecDeque::from(effects);
        let mut entries = Vec::new();
        while let Some(effect) = queue.pop_front() {
            match effect {
                _ if self.turn.is_over() => break,
                Effect::Act(action) => actions.push(action),
                Effect::Record(event) => {
                    let event = self.targets.show(event, |id| self.turn.call(id).cloned());
                    let event = self.outside.count(event, &self.turn);
                    self.outside.note(&event);
                    self.unanswered.extend(self.outside.unanswered(&event, &self.turn));
                    queue.extend(self.turn.on(&event));
                    entries.push(self.scribe.entry(event));
                }
            }
        }
        entries
    }

    /// Writes the entries and what they change in one transaction. With `waits` the run goes to sleep. When an answer
    /// has come meanwhile for a call that they end without one, nothing is written, and the run is let go: its next
    /// claim finds the answer.
    pub(super) async fn commit(
        &mut self,
        deps: &Deps,
        run: &Run,
        entries: Vec<Entry>,
        waits: &[Wait],
        spent: Option<Spend>,
    ) -> Result<(), Stop> {
        let unanswered = std::mem::take(&mut self.unanswered);
        let mut step = Step { usage: self.turn.usage(), settle: spent, unanswered, ..Step::default() };
        if !waits.is_empty() {
            step.phase = Some(Phase::Waiting);
            step.waits_for = words(waits);
            step.wake_at = self.outside.wake_at(waits, deps.clock.now());
        }
        for entry in &entries {
            project(run, entry, deps.config.approval_timeout, &mut step);
        }
        match self.scribe.commit(run, entries.clone(), step).await {
            Err(Stop::Store(StoreError::Answered)) => return self.let_go(run).await,
            written => written?,
        }
        self.journal.extend(entries);
        Ok(())
    }

    /// Gives the run back as one that waits. The answer that came makes it claimable.
    async fn let_go(&mut self, run: &Run) -> Result<(), Stop> {
        let step = Step { phase: Some(Phase::Waiting), ..Step::default() };
        self.scribe.commit(run, Vec::new(), step).await?;
        Err(Stop::LetGo)
    }

    /// What has come from outside for a call that is to be made: its answer, or the runs that it started before its
    /// worker died.
    pub(super) fn come(&self, call: CallId) -> Option<Event> {
        let call = self.turn.call(call)?;
        self.outside.answer(call).or_else(|| self.outside.begun(call))
    }

    /// A call that waits for something from outside, which has not come.
    pub(super) fn has_to_wait(&self, action: Action) -> bool {
        let Action::RunTool { call_id } = action else { return false };
        let call = self.turn.call(call_id).filter(|call| call.waits_for_answer());
        call.is_some_and(|call| self.outside.answer(call).is_none())
    }

    /// The run's entries after those of earlier runs of the session.
    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.dialogue.iter().chain(&self.journal)
    }

    /// The model repeated the same calls `most` times or more; 0 is no limit.
    pub(super) fn goes_in_circles(&self, most: usize) -> bool {
        most > 0 && repeated_steps(&self.journal) >= most
    }

    /// Sends a piece of the answer to those who watch.
    pub(super) async fn send(&mut self, frame: Option<String>) -> Result<(), Stop> {
        match frame {
            Some(text) => self.scribe.stream(Event::Delta { step: self.turn.step(), text }).await,
            None => Ok(()),
        }
    }
}

/// What the waits are for, each word once.
fn words(waits: &[Wait]) -> Vec<WaitFor> {
    let mut words = Vec::new();
    for word in waits.iter().map(Wait::word) {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words
}
