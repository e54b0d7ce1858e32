use artel_domain::event::{PlannedCall, Verdict};
use artel_domain::{CallId, CallState, EffectClass, Event, FinishReason, RunFailure, ToolOutcome, Usage};

pub(crate) use approval::ask_again;
pub use call::{Call, Present};
use team::Team;

/// What the machine wants to have done.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "effects are few and live for one transaction")]
pub enum Effect {
    /// Append this event to the journal, in the transaction of the event that led to it, and feed it back.
    Record(Event),
    /// Perform this action after that transaction.
    Act(Action),
}

/// An action outside the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Call the model for this step.
    CallModel { step: u32 },
    /// Decide which specialist the input is for.
    Route,
    /// Execute the call, whose dispatch is in the journal. Its idempotency key never changes. A call that waits for
    /// something from outside is not sent; its answer is looked up instead.
    RunTool { call_id: CallId },
    /// The call was interrupted: ask the tool's status operation for its result.
    VerifyTool { call_id: CallId },
    /// Stop the model call and the tool calls that are under way.
    StopWork,
}

/// The limits of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Model calls in one run, or in one subtask of a plan.
    pub max_steps: u32,
    /// Switches of the specialist in one run, not counting those of its plan.
    pub max_switches: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_steps: 50, max_switches: 10 }
    }
}

/// The state of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    New,
    Routing,
    AskingModel,
    /// The answer has come. This many of its planned calls have not.
    Planning(u32),
    Working,
    Over,
}

/// One run as a state machine.
#[derive(Debug, Clone)]
pub struct Turn {
    limits: Limits,
    pub(crate) state: State,
    pub(crate) step: u32,
    pub(crate) calls: Vec<Call>,
    /// Present in a run of the specialists.
    pub(crate) team: Option<Team>,
    usage: Option<Usage>,
    cancelling: bool,
}

impl Turn {
    /// A run that has not started.
    pub fn new(limits: Limits) -> Self {
        Self { limits, state: State::New, step: 0, calls: Vec::new(), team: None, usage: None, cancelling: false }
    }

    /// The machine after these events.
    pub fn replay<'a>(limits: Limits, journal: impl IntoIterator<Item = &'a Event>) -> Self {
        let mut turn = Self::new(limits);
        for event in journal {
            turn.on(event);
        }
        turn
    }

    /// Whether the run has not started.
    pub fn is_new(&self) -> bool {
        self.state == State::New
    }

    /// Whether the run has ended.
    pub fn is_over(&self) -> bool {
        self.state == State::Over
    }

    /// The current step, from 1; 0 before the first.
    pub fn step(&self) -> u32 {
        self.step
    }

    /// Tokens of all model calls so far, those of subagents that are over among them; `None` while no provider has
    /// reported any.
    pub fn usage(&self) -> Option<Usage> {
        self.usage
    }

    /// The call of the current step with this id.
    pub fn call(&self, id: CallId) -> Option<&Call> {
        self.calls.iter().find(|c| c.planned.call_id == id)
    }

    /// The event that ends this run as failed.
    pub fn failure(&self, code: RunFailure, message: impl Into<String>) -> Event {
        Event::RunFailed { code, message: message.into(), usage: self.usage }
    }

    /// Takes an event and returns what to do. An event that does not fit the state changes nothing: the journal is
    /// never wrong, but an answer may come late.
    pub fn on(&mut self, event: &Event) -> Vec<Effect> {
        if self.is_over() {
            return Vec::new();
        }
        match event {
            Event::RunStarted { team: Some(start), input, .. } if self.is_new() => self.begin(start, input),
            Event::RunStarted { .. } if self.is_new() => self.ask_model(),
            Event::RouteRequested | Event::Routed { .. } | Event::AgentSwitched { .. } => self.on_team(event),
            Event::PlanStarted { .. }
            | Event::SubtaskStarted { .. }
            | Event::SubtaskFinished { .. }
            | Event::PlanFinished => self.on_plan(event),
            Event::ModelRequested { step } => self.on_model_requested(*step),
            Event::MessageReset { step } if self.state == State::AskingModel => {
                vec![Effect::Act(Action::CallModel { step: *step })]
            }
            Event::ContextSummarised { usage, .. } if self.state == State::AskingModel => {
                self.spend(*usage);
                vec![Effect::Act(Action::CallModel { step: self.step })]
            }
            Event::ModelAnswered { step, text, finish, usage, planned, .. }
                if self.state == State::AskingModel && *step == self.step =>
            {
                self.on_answer(text, finish, *usage, *planned)
            }
            Event::ToolPlanned(planned) => self.on_planned(planned),
            Event::ApprovalRequested { .. } | Event::ApprovalDecided { .. } => self.on_approval(event),
            Event::CallWaits { call_id, wait } => self.on_waits(*call_id, wait),
            Event::FormAnswered { call_id, values, reason, .. } => {
                self.on_form(*call_id, values.as_ref(), reason.as_deref())
            }
            Event::ToolDispatched { call_id, attempt } => self.on_dispatched(*call_id, *attempt),
            Event::ToolFinished { call_id, outcome, attempts, usage, .. } => {
                self.on_finished(*call_id, outcome, *attempts, *usage)
            }
            Event::CancelRequested => self.on_cancel(),
            Event::RunSucceeded { .. } | Event::RunFailed { .. } => {
                self.state = State::Over;
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    pub(crate) fn ask_model(&self) -> Vec<Effect> {
        if self.step >= self.first_step() + self.limits.max_steps {
            let message = format!("the agent did not finish within {} steps (model calls)", self.limits.max_steps);
            return vec![Effect::Record(self.failure(RunFailure::MaxSteps, message))];
        }
        vec![Effect::Record(Event::ModelRequested { step: self.step + 1 })]
    }

    fn on_model_requested(&mut self, step: u32) -> Vec<Effect> {
        self.state = State::AskingModel;
        self.step = step;
        self.calls.clear();
        vec![Effect::Act(Action::CallModel { step })]
    }

    fn on_answer(&mut self, text: &str, finish: &FinishReason, usage: Option<Usage>, planned: u32) -> Vec<Effect> {
        self.spend(usage);
        if planned > 0 {
            // Calls with incomplete arguments must never be executed, and a repeated request would be cut off again.
            match finish {
                FinishReason::Length => {
                    let message =
                        "the model's answer was cut off inside a tool call; raise max_tokens or shorten the task";
                    return vec![Effect::Record(self.failure(RunFailure::ModelOutputTruncated, message))];
                }
                FinishReason::ContentFilter => return vec![Effect::Record(self.filtered())],
                _ => {}
            }
            self.state = State::Planning(planned);
            return Vec::new();
        }
        if *finish == FinishReason::ContentFilter && text.is_empty() {
            return vec![Effect::Record(self.filtered())];
        }
        self.complete(text.to_owned())
    }

    pub(crate) fn success(&self, output: String) -> Effect {
        Effect::Record(Event::RunSucceeded { output, usage: self.usage })
    }

    fn on_planned(&mut self, planned: &PlannedCall) -> Vec<Effect> {
        let State::Planning(missing) = self.state else { return Vec::new() };
        self.calls.push(Call::new(planned));
        if missing > 1 {
            self.state = State::Planning(missing - 1);
            return Vec::new();
        }
        self.state = State::Working;
        self.advance()
    }

    fn on_dispatched(&mut self, id: CallId, attempt: u32) -> Vec<Effect> {
        let Some(call) = self.calls.iter_mut().find(|c| c.planned.call_id == id && !c.state.is_final()) else {
            return Vec::new();
        };
        call.state = CallState::Dispatched;
        call.attempts = attempt;
        call.wait = None;
        vec![Effect::Act(Action::RunTool { call_id: id })]
    }

    fn on_finished(&mut self, id: CallId, outcome: &ToolOutcome, attempts: u32, usage: Option<Usage>) -> Vec<Effect> {
        let Some(call) = self.calls.iter_mut().find(|c| c.planned.call_id == id && !c.state.is_final()) else {
            return Vec::new();
        };
        call.state = outcome.state();
        call.attempts = attempts;
        let call = call.clone();
        self.spend(usage);
        if self.cancelling || self.state != State::Working {
            return Vec::new();
        }
        if let Some(effects) = self.after_control(&call) {
            return effects;
        }
        if self.calls.iter().all(|c| c.state.is_final()) {
            return self.ask_model();
        }
        // All were started with this one. The start of a call that is still `Planned` is not in the journal yet, and
        // the call must not be started twice.
        if self.starts_together() { Vec::new() } else { self.advance() }
    }

    /// Starts the planned calls that may start now: all of them when the server executes every call of the step and
    /// each only reads; otherwise the next one in order.
    pub(crate) fn advance(&self) -> Vec<Effect> {
        let together = self.starts_together();
        let mut effects = Vec::new();
        for call in &self.calls {
            match call.state {
                CallState::Planned => effects.extend(self.start(call)),
                CallState::Dispatched | CallState::AwaitingApproval => {}
                _ => continue,
            }
            if !together {
                break;
            }
        }
        effects
    }

    fn starts_together(&self) -> bool {
        let together =
            |c: &Call| c.planned.effect == EffectClass::ReadOnly && !c.planned.is_client() && !c.planned.is_control();
        self.calls.iter().all(together)
    }

    fn start(&self, call: &Call) -> Vec<Effect> {
        if let Some(refused) = self.beside_exit() {
            return vec![refused];
        }
        match &call.planned.verdict {
            Verdict::Allow => self.make(call),
            Verdict::Refuse { reason } => vec![refuse(call, reason.clone())],
            Verdict::Ask { reason, .. } => vec![approval::ask(call, reason)],
        }
    }

    /// Begins the execution of the call.
    fn make(&self, call: &Call) -> Vec<Effect> {
        if call.planned.is_control() { self.control(call) } else { vec![dispatch(call)] }
    }

    fn filtered(&self) -> Event {
        self.failure(RunFailure::ContentFilter, "the model's provider refused to answer this input")
    }

    pub(crate) fn spend(&mut self, usage: Option<Usage>) {
        self.usage = match (self.usage, usage) {
            (Some(sum), Some(more)) => Some(sum.plus(more)),
            (sum, more) => sum.or(more),
        };
    }
}

pub(crate) fn dispatch(call: &Call) -> Effect {
    Effect::Record(Event::ToolDispatched { call_id: call.planned.call_id, attempt: call.attempts + 1 })
}

pub(crate) fn refuse(call: &Call, error: String) -> Effect {
    finish(call, ToolOutcome::Failed { error })
}

pub(crate) fn finish(call: &Call, outcome: ToolOutcome) -> Effect {
    Effect::Record(ended(call, outcome))
}

fn ended(call: &Call, outcome: ToolOutcome) -> Event {
    Event::ToolFinished {
        call_id: call.planned.call_id,
        name: call.planned.name.clone(),
        outcome,
        attempts: call.attempts,
        duration_ms: 0,
        cached_age_seconds: None,
        request: None,
        usage: None,
    }
}

mod approval;
mod call;
pub(crate) mod control;
mod ending;
mod team;
#[cfg(test)]
mod tests;
mod waits;
