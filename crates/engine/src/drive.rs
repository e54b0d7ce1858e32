//! Drives one claimed run: decide, commit, act, until it ends, waits, or is somebody else's.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use artel_agent::{Action, Effect, Turn, repeated_steps};
use artel_domain::event::PlannedCall;
use artel_domain::{
    Agent, AssistantCall, CallId, Entry, Event, FinishReason, Phase, Run, RunFailure, Spend, Wait, WaitFor,
};
use artel_llm::{Completion, Delta, Trace};
use artel_store::{Claim, Step};
use artel_tools::{BrokeOff, Fuel, Programs};
use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use tokio::sync::mpsc::{self, Receiver};

use crate::Deps;
use crate::budget::Purse;
use crate::frames::Frames;
use crate::model_call::{self, Asker, Outcome, Question};
use crate::outside::Outside;
use crate::projection::project;
use crate::recovery::{load, opening};
use crate::routing;
use crate::scribe::{Scribe, Stop, fence};
use crate::signals::{Signal, Signals};
use crate::targets::Targets;
use crate::team::Team;
use crate::tool_call::{ToolCall, ToolEnd};
use crate::toolbox::{Judge, Toolbox};

const DELTA_QUEUE: usize = 64;

/// What comes back from work under way.
enum Returned {
    Model(Outcome),
    Tool(ToolEnd),
}

pub(crate) struct Drive {
    deps: Arc<Deps>,
    run: Arc<Run>,
    agent: Arc<Agent>,
    toolbox: Toolbox,
    targets: Targets,
    outside: Outside,
    /// In a run of the specialists.
    team: Option<Team>,
    turn: Turn,
    /// Entries of earlier runs of the session.
    dialogue: Vec<Entry>,
    /// The run's own, without deltas.
    journal: Vec<Entry>,
    scribe: Scribe,
    signals: Signals,
    work: FuturesUnordered<BoxFuture<'static, Returned>>,
    deltas: Option<Receiver<Delta>>,
    frames: Frames,
    summarised: bool,
    purse: Purse,
    /// What the last model call came to, until a commit puts it in place of what was set aside.
    spent: Option<Spend>,
    /// The model began to answer.
    heard: bool,
}

/// Drives the run as far as it goes. An error means that another worker will have to go on.
pub(crate) async fn drive(deps: Arc<Deps>, claim: Claim, signals: Signals) -> Result<(), Stop> {
    let Some(record) = load(&deps, &claim, signals.let_go()).await? else { return Ok(()) };
    let fence = fence(&claim);
    let scribe = Scribe::new(deps.clone(), &claim, signals.let_go(), record.last_seq);
    let turn = Turn::replay(deps.config.limits, record.journal.iter().map(|entry| &entry.event));
    let (targets, outside) = (Targets::of(&record), Outside::of(&record));
    let run = Arc::new(claim.run.clone());
    let (turn, targets) = observed(&deps, &run, turn, targets).await?;
    let opening = opening(&deps, &claim, &turn, &record, &outside);
    let mut drive = Drive {
        purse: Purse::new(deps.config.budget, &record, fence),
        spent: None,
        heard: false,
        team: Team::of(&run, &record),
        targets,
        outside,
        toolbox: Toolbox::new(&deps.tools, &record.bindings, record.approval_rules, &run),
        agent: Arc::new(record.agent),
        run,
        turn,
        dialogue: record.dialogue,
        journal: record.journal,
        scribe,
        signals,
        work: FuturesUnordered::new(),
        deltas: None,
        frames: Frames::default(),
        summarised: false,
        deps,
    };
    drive.take_on_specialist();
    drive.go(opening).await
}

/// The turn that knows how the tools of its calls are now. Rules are asked again about calls that were held.
async fn observed(deps: &Deps, run: &Arc<Run>, mut turn: Turn, targets: Targets) -> Result<(Turn, Targets), Stop> {
    let (tenant, run, policy) = (run.tenant_id, run.clone(), deps.policy.clone());
    if !targets.has_held_calls() {
        let fuel = Fuel::steps(0, Duration::ZERO);
        turn.observe(|call| targets.present(&Judge { run: &run, policy: &*policy, fuel: &fuel }, call));
        return Ok((turn, targets));
    }
    let work = move |fuel: &Fuel| {
        turn.observe(|call| targets.present(&Judge { run: &run, policy: &*policy, fuel }, call));
        Ok::<_, BrokeOff>((turn, targets))
    };
    Ok(Programs::of_process().run(tenant, work).await?)
}

impl Drive {
    async fn go(mut self, opening: Vec<Effect>) -> Result<(), Stop> {
        let mut effects = opening;
        loop {
            let actions = self.settle(effects).await?;
            if self.turn.is_over() {
                // Dropping what is under way closes its connections.
                return Ok(());
            }
            for action in actions {
                self.begin(action);
            }
            if self.work.is_empty() {
                return Ok(());
            }
            effects = self.returned().await?.into_iter().map(Effect::Record).collect();
        }
    }

    /// Records events and all that the machine records because of them in one transaction; returns the actions that are
    /// due after it.
    async fn settle(&mut self, effects: Vec<Effect>) -> Result<Vec<Action>, Stop> {
        let mut queue = VecDeque::from(effects);
        let (mut entries, mut actions) = (Vec::new(), Vec::new());
        loop {
            while let Some(effect) = queue.pop_front() {
                match effect {
                    _ if self.turn.is_over() => break,
                    Effect::Act(action) => actions.push(action),
                    Effect::Record(event) => {
                        let event = self.targets.show(event, |id| self.turn.call(id).cloned());
                        self.outside.note(&event);
                        queue.extend(self.turn.on(&event));
                        entries.push(self.scribe.entry(event));
                    }
                }
            }
            if !self.is_superseded(&actions) {
                break;
            }
            queue.extend(self.turn.supersede());
        }
        self.take_on_specialist();
        actions.retain(|action| !self.has_to_wait(*action));
        let waits = if self.work.is_empty() && actions.is_empty() { self.turn.waits() } else { Vec::new() };
        if !waits.is_empty() || !entries.is_empty() {
            let step = self.step(&entries, &waits);
            self.scribe.commit(&self.run, entries.clone(), step).await?;
            self.journal.extend(entries);
        }
        Ok(actions)
    }

    /// What the entries change, and, when the run has nothing to do but wait, that it goes to sleep.
    fn step(&mut self, entries: &[Entry], waits: &[Wait]) -> Step {
        let mut step = Step { usage: self.turn.usage(), settle: self.spent.take(), ..Step::default() };
        if !waits.is_empty() {
            step.phase = Some(Phase::Waiting);
            step.waits_for = words(waits);
            step.wake_at = self.outside.wake_at(waits, self.deps.clock.now());
        }
        for entry in entries {
            project(&self.run, entry, self.deps.config.approval_timeout, &mut step);
        }
        step
    }

    /// The agent, its prompt and its tools are those of the specialist whose turn it is.
    fn take_on_specialist(&mut self) {
        let Some((team, specialist)) = self.team.as_ref().zip(self.turn.specialist()) else { return };
        if self.toolbox.is_of(specialist) {
            return;
        }
        self.agent = team.agent(specialist, &self.deps.config.team);
        self.toolbox.put_on(specialist, &self.run);
    }

    /// The run would wait, and the user has gone on.
    fn is_superseded(&self, actions: &[Action]) -> bool {
        let work = actions.iter().any(|action| !self.has_to_wait(*action)) || !self.work.is_empty();
        self.team.as_ref().is_some_and(|team| team.has_successor) && self.turn.is_waiting() && !work
    }

    /// A call that waits for something from outside, which has not come.
    fn has_to_wait(&self, action: Action) -> bool {
        let Action::RunTool { call_id } = action else { return false };
        let call = self.turn.call(call_id).filter(|call| call.waits_for_answer());
        call.is_some_and(|call| self.outside.answer(call).is_none())
    }

    fn begin(&mut self, action: Action) {
        match action {
            Action::CallModel { .. } => self.ask_model(),
            Action::Route => {
                let (asker, input) = (self.asker(), self.run.input_message.clone());
                self.work.push(Box::pin(async { Returned::Model(routing::route(asker, input).await) }));
            }
            Action::RunTool { call_id } => {
                if let Some(event) = self.turn.call(call_id).and_then(|call| self.outside.answer(call)) {
                    self.work.push(Box::pin(std::future::ready(Returned::Tool(event.into()))));
                } else if let Some(call) = self.tool_call(call_id) {
                    self.work.push(Box::pin(async { Returned::Tool(call.make().await) }));
                }
            }
            Action::VerifyTool { call_id } => {
                if let Some(call) = self.tool_call(call_id) {
                    self.work.push(Box::pin(async { Returned::Tool(call.verify().await) }));
                }
            }
            // Dropping the futures closes their connections.
            Action::StopWork => self.work.clear(),
        }
    }

    fn ask_model(&mut self) {
        let asker = self.asker();
        let tools = self.toolbox.specs();
        self.heard = false;
        let entries = self.dialogue.iter().chain(&self.journal);
        let question = model_call::question(&self.deps, &self.agent, &tools, entries, self.run.id, !self.summarised);
        self.work.push(match question {
            Question::Completion(messages) => {
                let (sender, receiver) = mpsc::channel(DELTA_QUEUE);
                self.deltas = Some(receiver);
                self.frames.reset();
                let answer_now = self.goes_in_circles();
                Box::pin(
                    async move { Returned::Model(model_call::ask(asker, messages, tools, answer_now, sender).await) },
                )
            }
            Question::Summary { dropped, through_seq } => {
                // Once a step at most: when the summary itself leaves no room, the rest is left out without another
                // one.
                self.summarised = true;
                Box::pin(async move { Returned::Model(model_call::summarise(asker, dropped, through_seq).await) })
            }
            Question::TooLarge(message) => {
                Box::pin(async { Returned::Model(Outcome::Failed { code: RunFailure::ContextTooLarge, message }) })
            }
        });
    }

    fn tool_call(&self, call_id: CallId) -> Option<ToolCall> {
        let call = ToolCall::new(&self.deps, &self.run, &self.toolbox, &self.turn, call_id)?;
        Some(call.within(self.purse.for_tools(&self.deps)))
    }

    fn asker(&self) -> Asker {
        let trace = Trace::of_id(&self.run.trace_id);
        Asker { deps: self.deps.clone(), agent: self.agent.clone(), purse: self.purse.clone(), trace }
    }

    fn goes_in_circles(&self) -> bool {
        let most = self.deps.config.max_repeats;
        most > 0 && repeated_steps(&self.journal) >= most
    }

    /// Waits until something comes back, sending on what the model streams meanwhile.
    async fn returned(&mut self) -> Result<Vec<Event>, Stop> {
        loop {
            tokio::select! {
                biased;
                signal = self.signals.next() => match signal {
                    Signal::LetGo => return Err(Stop::LetGo),
                    _ => return Ok(vec![Event::CancelRequested]),
                },
                Some(text) = next_text(&mut self.deltas) => {
                    self.heard = true;
                    let frame = self.frames.push(&text);
                    self.send(frame).await?;
                }
                () = self.frames.due() => {
                    let frame = self.frames.take();
                    self.send(frame).await?;
                }
                saved = self.scribe.saving() => saved?,
                Some(returned) = self.work.next() => return self.take(returned).await,
            }
        }
    }

    async fn take(&mut self, returned: Returned) -> Result<Vec<Event>, Stop> {
        match returned {
            Returned::Tool(ToolEnd { event, failure }) => {
                let ends = failure
                    .map(|failure| self.turn.failure_of_call(failure.call_id, failure.code.into(), failure.message));
                Ok(std::iter::once(event).chain(ends.into_iter().flatten()).collect())
            }
            Returned::Model(Outcome::Summarised(event, spent) | Outcome::Routed(event, spent)) => {
                self.spent = spent;
                Ok(vec![event])
            }
            Returned::Model(Outcome::Failed { code, message }) => {
                self.deltas = None;
                // A call that nothing came of costs nothing.
                self.spent = (!self.heard).then(Spend::default);
                Ok(vec![self.turn.failure(code, message)])
            }
            Returned::Model(Outcome::Answered(answer, spent)) => {
                self.spent = spent;
                self.send_rest().await?;
                self.summarised = false;
                self.answered(answer).await
            }
        }
    }

    /// An answer and the calls in it, as entries of one transaction.
    async fn answered(&mut self, answer: Completion) -> Result<Vec<Event>, Stop> {
        let step = self.turn.step();
        // The machine ends a run whose calls were cut off; such calls are not even planned.
        let cut_off = matches!(answer.finish, FinishReason::Length | FinishReason::ContentFilter);
        let asked = answer.calls.len();
        let opaque = answer.opaque();
        let calls = if cut_off { Vec::new() } else { self.planned(step, answer.calls).await? };
        let planned = if cut_off { asked } else { calls.len() } as u32;
        let answered = Event::ModelAnswered {
            step,
            text: answer.text,
            finish: answer.finish,
            usage: answer.usage,
            planned,
            opaque,
        };
        Ok(std::iter::once(answered).chain(calls.into_iter().map(Event::ToolPlanned)).collect())
    }

    async fn planned(&mut self, step: u32, calls: Vec<AssistantCall>) -> Result<Vec<PlannedCall>, Stop> {
        if calls.is_empty() {
            return Ok(Vec::new());
        }
        let (toolbox, run, policy) = (self.toolbox.clone(), self.run.clone(), self.deps.policy.clone());
        let most = self.deps.config.max_calls_per_step;
        let work = move |fuel: &Fuel| {
            Ok::<_, BrokeOff>(toolbox.plan(&Judge { run: &run, policy: &*policy, fuel }, step, &calls, most))
        };
        Ok(Programs::of_process().run(self.run.tenant_id, work).await?)
    }

    async fn send(&mut self, frame: Option<String>) -> Result<(), Stop> {
        match frame {
            Some(text) => self.scribe.stream(Event::Delta { step: self.turn.step(), text }).await,
            None => Ok(()),
        }
    }

    /// The answer is complete: what is still queued goes out before it.
    async fn send_rest(&mut self) -> Result<(), Stop> {
        while let Some(text) = next_text(&mut self.deltas).await {
            let frame = self.frames.push(&text);
            self.send(frame).await?;
        }
        self.deltas = None;
        let frame = self.frames.take();
        self.send(frame).await
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

/// The next piece of what the model says to the user; `None` when the stream is over or there is none. May be dropped
/// at any time.
async fn next_text(deltas: &mut Option<Receiver<Delta>>) -> Option<String> {
    loop {
        match deltas.as_mut()?.recv().await {
            Some(Delta::Text(text) | Delta::Refusal(text)) => return Some(text),
            // Calls are journalled when they are complete; reasoning is not the answer; nor is who answers.
            Some(
                Delta::Opened(_) | Delta::Reasoning(_) | Delta::Call { .. } | Delta::Arguments { .. } | Delta::Rest(_),
            ) => {}
            None => {
                *deltas = None;
                return None;
            }
        }
    }
}
