//! Drives one claimed run: decide, commit, act, until it ends, waits, or is somebody else's.

mod actor;
mod answer_stream;
mod record;

use std::sync::Arc;
use std::time::Duration;

use artel_agent::{Action, Effect, Turn};
use artel_domain::event::PlannedCall;
use artel_domain::{AssistantCall, CallId, Event, FinishReason, Run, RunFailure, Spend};
use artel_llm::{Served, Trace};
use artel_store::{Claim, TurnRecord};
use artel_tools::{BrokeOff, Fuel, Hold, Programs};
use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;

use self::actor::Actor;
use self::answer_stream::AnswerStream;
use self::record::Record;
use crate::Deps;
use crate::attached;
use crate::budget::RunBudget;
use crate::consent;
use crate::model_call::{self, ModelCaller, Outcome, Question};
use crate::outside::Outside;
use crate::recovery::{load, must_end, opening};
use crate::routing;
use crate::scribe::{Scribe, Stop, fence};
use crate::signals::{LetGo, Signal, Signals};
use crate::subagents::Family;
use crate::targets::Targets;
use crate::team::Team;
use crate::tool_call::{ToolCall, ToolEnd};
use crate::toolbox::{Judge, Toolbox};

/// What comes back from work under way.
enum Returned {
    Model(Outcome),
    Tool(ToolEnd),
}

pub(crate) struct Drive {
    deps: Arc<Deps>,
    run: Arc<Run>,
    record: Record,
    actor: Actor,
    signals: Signals,
    hold: Hold,
    work: FuturesUnordered<BoxFuture<'static, Returned>>,
    answer: AnswerStream,
    /// Older messages were summarised in this step.
    is_summarised: bool,
    budget: RunBudget,
    family: Family,
    /// What the last model call came to, until a commit puts it in place of what was set aside.
    spent: Option<Spend>,
}

/// Drives the run as far as it goes. An error means that another worker will have to go on.
pub(crate) async fn drive(deps: Arc<Deps>, claim: Claim, signals: Signals, hold: Hold) -> Result<(), Stop> {
    let Some(loaded) = load(&deps, &claim, signals.let_go()).await? else { return Ok(()) };
    let run = Arc::new(claim.run.clone());
    let scribe = Scribe::new(deps.clone(), &claim, signals.let_go(), loaded.last_seq);
    let mut turn = Turn::replay(deps.config.limits, loaded.journal.iter().map(|entry| &entry.event));
    let outside = Outside::of(&loaded);
    turn.note_given(|call| outside.given(call));
    let family = Family::of(&run, &loaded, fence(&claim));
    let mut actor = actor(&deps, &run, &family, &loaded);
    if must_end(&run).is_none() && actor.toolbox.specs().iter().any(|spec| spec.name == attached::TOOL) {
        let outlines = unless_let_go(signals.let_go(), attached::outlines(&deps, &run)).await?;
        actor.tell(outlines);
    }
    let targets = Targets::of(&loaded);
    let now = consent::accounts(&deps, &run, &actor.toolbox, &turn, &targets);
    let accounts = unless_told(signals.let_go(), &run, now).await?;
    let (turn, targets) = observed(&deps, &run, turn, targets.with_accounts(accounts)).await?;
    let opening = opening(&deps, &claim, &turn, &loaded, &outside);
    let budget = RunBudget::new(deps.config.budget, &loaded, &claim);
    let TurnRecord { dialogue, journal, .. } = loaded;
    let record = Record { turn, targets, outside, unanswered: Vec::new(), dialogue, journal, scribe };
    let (work, answer) = (FuturesUnordered::new(), AnswerStream::default());
    let mut drive = Drive {
        deps,
        run,
        record,
        actor,
        signals,
        hold,
        work,
        answer,
        is_summarised: false,
        budget,
        family,
        spent: None,
    };
    drive.take_on_specialist();
    drive.go(opening).await
}

/// The agent with the tools that it has now.
fn actor(deps: &Deps, run: &Run, family: &Family, loaded: &TurnRecord) -> Actor {
    let toolbox = Toolbox::new(&deps.tools, &loaded.bindings, loaded.approval_rules.clone(), run)
        .asking(loaded.agent.require_approval);
    Actor::new(deps, run, family, loaded.agent.clone(), toolbox, Team::of(run, loaded))
}

/// What comes of the work. A run that is to end does not wait for it, because the tools may be away for long.
async fn unless_told<T: Default>(mut told: LetGo, run: &Run, work: impl Future<Output = T>) -> Result<T, Stop> {
    if must_end(run).is_some() {
        return Ok(T::default());
    }
    tokio::select! {
        biased;
        signal = told.any() => if signal == Signal::LetGo { Err(Stop::LetGo) } else { Ok(T::default()) },
        done = work => Ok(done),
    }
}

/// What comes of the work, which the run may be taken from meanwhile.
async fn unless_let_go<T>(mut let_go: LetGo, work: impl Future<Output = T>) -> Result<T, Stop> {
    tokio::select! {
        biased;
        () = let_go.told() => Err(Stop::LetGo),
        done = work => Ok(done),
    }
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
            if self.record.turn.is_over() {
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
        let mut actions = Vec::new();
        let mut entries = self.record.fold(effects, &mut actions);
        while self.is_superseded(&actions) {
            let effects = self.record.turn.supersede();
            entries.extend(self.record.fold(effects, &mut actions));
        }
        self.take_on_specialist();
        actions.retain(|action| !self.record.has_to_wait(*action));
        let waits = if self.work.is_empty() && actions.is_empty() { self.record.turn.waits() } else { Vec::new() };
        if !waits.is_empty() || !entries.is_empty() {
            let spent = self.spent.take();
            self.record.commit(&self.deps, &self.run, entries, &waits, spent).await?;
        }
        Ok(actions)
    }

    fn take_on_specialist(&mut self) {
        self.actor.become_specialist(self.record.turn.specialist(), &self.run, &self.deps.config.team);
    }

    /// The run would wait, and the user has gone on.
    fn is_superseded(&self, actions: &[Action]) -> bool {
        let has_work = !self.work.is_empty() || actions.iter().any(|action| !self.record.has_to_wait(*action));
        self.actor.has_successor() && self.record.turn.is_waiting() && !has_work
    }

    fn begin(&mut self, action: Action) {
        match action {
            Action::CallModel { .. } => self.ask_model(),
            Action::Route => {
                let (caller, input) = (self.model_caller(), self.run.input_message.clone());
                self.work.push(Box::pin(async { Returned::Model(routing::route(caller, input).await) }));
            }
            Action::RunTool { call_id } => {
                let come = self.record.come(call_id);
                if let Some(call) = self.tool_call(call_id) {
                    let end = async move {
                        match come {
                            Some(event) => call.ended_from_outside(event).await,
                            None => call.make().await,
                        }
                    };
                    self.work.push(Box::pin(async { Returned::Tool(end.await) }));
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
        let (caller, tools) = (self.model_caller(), self.actor.toolbox.specs());
        let entries = self.record.entries();
        let question =
            model_call::question(&self.deps, &self.actor.agent, &tools, entries, self.run.id, !self.is_summarised);
        let deltas = self.answer.open();
        self.work.push(match question {
            Question::Completion(messages) => {
                let answer_now = self.record.goes_in_circles(self.deps.config.max_repeats);
                let asked = async move { model_call::ask(caller, messages, tools, answer_now, deltas).await };
                Box::pin(async { Returned::Model(asked.await) })
            }
            Question::Summary { dropped, through_seq } => {
                // Once a step at most: when the summary itself leaves no room, the rest is left out without another
                // one.
                self.is_summarised = true;
                Box::pin(async move { Returned::Model(model_call::summarise(caller, dropped, through_seq).await) })
            }
            Question::TooLarge(message) => {
                Box::pin(async { Returned::Model(Outcome::Failed { code: RunFailure::ContextTooLarge, message }) })
            }
        });
    }

    fn tool_call(&self, call_id: CallId) -> Option<ToolCall> {
        let call = ToolCall::new(&self.deps, &self.run, &self.actor.toolbox, &self.record.turn, call_id, &self.hold)?;
        let subagents = self.family.starter(&self.deps, &self.run, &self.actor.toolbox);
        Some(call.within(self.budget.for_tools(&self.deps)).starting(subagents))
    }

    fn model_caller(&self) -> ModelCaller {
        let trace = Trace::of_id(&self.run.trace_id);
        ModelCaller {
            deps: self.deps.clone(),
            agent: self.actor.agent.clone(),
            budget: self.budget.clone(),
            trace,
            user: self.run.principal.user_id,
        }
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
                frame = self.answer.frame() => self.record.send(frame).await?,
                saved = self.record.scribe.saving() => saved?,
                Some(returned) = self.work.next() => return self.take(returned).await,
            }
        }
    }

    async fn take(&mut self, returned: Returned) -> Result<Vec<Event>, Stop> {
        match returned {
            Returned::Tool(ToolEnd { event, failure }) => {
                let ends = failure.map(|failure| {
                    self.record.turn.failure_of_call(failure.call_id, failure.code.into(), failure.message)
                });
                Ok(std::iter::once(event).chain(ends.into_iter().flatten()).collect())
            }
            Returned::Model(Outcome::Summarised(event, spent) | Outcome::Routed(event, spent)) => {
                self.spent = spent;
                Ok(vec![event])
            }
            Returned::Model(Outcome::Failed { code, message }) => {
                self.answer.close();
                // A call that nothing came of costs nothing.
                self.spent = (!self.answer.has_begun()).then(Spend::default);
                Ok(vec![self.record.turn.failure(code, message)])
            }
            Returned::Model(Outcome::Answered(served, spent)) => {
                self.spent = spent;
                for frame in self.answer.rest().await {
                    self.record.send(Some(frame)).await?;
                }
                self.is_summarised = false;
                self.answered(*served).await
            }
        }
    }

    /// An answer and the calls in it, as entries of one transaction.
    async fn answered(&mut self, served: Served) -> Result<Vec<Event>, Stop> {
        let Served { answer, opening, .. } = served;
        let step = self.record.turn.step();
        // The machine ends a run whose calls were cut off; such calls are not even planned.
        let cut_off = matches!(answer.finish, FinishReason::Length | FinishReason::ContentFilter);
        let asked = answer.calls.len();
        // One call more than are made stands for those that are left out.
        let opaque = answer.opaque(&opening.model.origin(), self.deps.config.max_calls_per_step.saturating_add(1));
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
        let (toolbox, run, policy) = (self.actor.toolbox.clone(), self.run.clone(), self.deps.policy.clone());
        let most = self.deps.config.max_calls_per_step;
        let work = move |fuel: &Fuel| {
            Ok::<_, BrokeOff>(toolbox.plan(&Judge { run: &run, policy: &*policy, fuel }, step, &calls, most))
        };
        let judged = Programs::of_process().run(self.run.tenant_id, work).await?;
        let shown = consent::shown(&self.deps, &self.run, &self.actor.toolbox, judged);
        unless_let_go(self.signals.let_go(), shown).await
    }
}
