//! One tool call: from a journalled dispatch to a journalled result.

use std::sync::Arc;

use artel_agent::Turn;
use artel_domain::{CallId, Event, Run, Target, ToolOutcome};
use artel_tools::{Approved, BoundTool, Budget, CallEnd, CallReport, CallRequest, Hold, RunScope, Subagents, Verified};
use serde_json::Value;

use crate::Deps;
use crate::store_away::Pauses;
use crate::toolbox::Toolbox;

const NOBODY_KNOWS: &str = "another worker took this run over while this call was under way, and the tool's status \
    operation does not say what became of the call";

/// Everything that one call needs, owned, so that several can be under way.
pub(crate) struct ToolCall {
    deps: Arc<Deps>,
    run: Arc<Run>,
    /// `None` when the tool was unbound since the call was planned.
    tool: Option<BoundTool>,
    call_id: CallId,
    name: String,
    args: Value,
    /// Dispatches so far, this one included.
    attempts: u32,
    may_write: bool,
    budget: Option<Arc<dyn Budget>>,
    approved: Option<Approved>,
    subagents: Option<Arc<dyn Subagents>>,
    hold: Hold,
}

/// What comes back from a call.
pub(crate) struct ToolEnd {
    pub(crate) event: Event,
    /// Set when the call ends the run.
    pub(crate) failure: Option<CallFailure>,
}

/// Why a call ends its run.
pub(crate) struct CallFailure {
    pub(crate) call_id: CallId,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

/// A call of the run, without a budget and without a human's word.
pub(crate) fn request(run: &Run, may_write: bool, call_id: CallId) -> CallRequest {
    CallRequest {
        tenant_id: run.tenant_id,
        principal: run.principal.clone(),
        may_write,
        run: Some(RunScope {
            agent_id: run.agent_id,
            session_id: run.session_id.clone(),
            run_id: run.id,
            sessions_above: run.subagent.as_ref().map(|own| own.sessions_above.clone()).unwrap_or_default(),
        }),
        call_id,
        trace_id: run.trace_id.clone(),
        budget: None,
        approved: None,
        subagents: None,
        hold: None,
    }
}

impl From<Event> for ToolEnd {
    fn from(event: Event) -> Self {
        Self { event, failure: None }
    }
}

impl ToolCall {
    /// The call that the machine wants made; `None` when it does not know the call.
    pub(crate) fn new(
        deps: &Arc<Deps>,
        run: &Arc<Run>,
        toolbox: &Toolbox,
        turn: &Turn,
        call_id: CallId,
        hold: &Hold,
    ) -> Option<Self> {
        let call = turn.call(call_id)?;
        Some(Self {
            deps: deps.clone(),
            run: run.clone(),
            tool: toolbox.callable(call.planned.tool.as_ref()),
            call_id,
            name: call.planned.name.clone(),
            args: call.args.clone(),
            attempts: call.attempts,
            may_write: toolbox.may_write(),
            budget: None,
            // A call that a human was asked about is made only after they agreed.
            approved: call
                .approval
                .map(|_| Approved { account: call.shown.as_ref().and_then(Target::account).cloned() }),
            subagents: None,
            hold: hold.clone(),
        })
    }

    /// The same, for a run whose budgets are limited.
    pub(crate) fn within(self, budget: Option<Arc<dyn Budget>>) -> Self {
        Self { budget, ..self }
    }

    /// The same, for a tool that starts runs.
    pub(crate) fn starting(self, subagents: Arc<dyn Subagents>) -> Self {
        Self { subagents: Some(subagents), ..self }
    }

    /// The call is not made: this has come for it. What subagents answer is bounded as what a tool answers.
    pub(crate) async fn ended_from_outside(self, event: Event) -> ToolEnd {
        let Event::ToolFinished { call_id, name, outcome, attempts, duration_ms, request, cached_age_seconds, usage } =
            event
        else {
            return event.into();
        };
        let outcome = match (outcome, &self.tool) {
            (ToolOutcome::Succeeded { output }, Some(tool)) => {
                let output = self.deps.tools.bounded(tool, &self.request(), output).await;
                ToolOutcome::Succeeded { output }
            }
            (outcome, _) => outcome,
        };
        Event::ToolFinished { call_id, name, outcome, attempts, duration_ms, request, cached_age_seconds, usage }.into()
    }

    /// Makes the call. While this installation cannot begin it, because its store is away, the call waits.
    pub(crate) async fn make(self) -> ToolEnd {
        let Some(tool) = &self.tool else { return self.unbound() };
        let (request, mut pauses) = (self.request(), Pauses::new(self.run.id));
        let report = loop {
            let report = self.deps.tools.call(tool, &request, &self.args).await;
            let CallEnd::NotBegun(why) = &report.end else { break report };
            pauses.wait("a tool cannot be called now", why).await;
        };
        self.ended(report)
    }

    /// Asks what became of a call that was cut off; it is made again only when it certainly never arrived.
    pub(crate) async fn verify(self) -> ToolEnd {
        let Some(tool) = &self.tool else { return self.unbound() };
        let (request, mut pauses) = (self.request(), Pauses::new(self.run.id));
        loop {
            match self.deps.tools.verify(tool, &request, &self.args).await {
                Verified::NotNow(why) => pauses.wait("a tool cannot be asked now", &why).await,
                Verified::NeverArrived => {
                    return Event::ToolDispatched { call_id: self.call_id, attempt: self.attempts + 1 }.into();
                }
                Verified::Finished(outcome) => return self.finished(outcome),
                Verified::Unknown => return self.finished(ToolOutcome::Unknown { error: NOBODY_KNOWS.into() }),
            }
        }
    }

    fn request(&self) -> CallRequest {
        CallRequest {
            budget: self.budget.clone(),
            approved: self.approved.clone(),
            subagents: self.subagents.clone(),
            hold: Some(self.hold.clone()),
            ..request(&self.run, self.may_write, self.call_id)
        }
    }

    fn ended(self, report: CallReport) -> ToolEnd {
        let CallReport { end, duration_ms, exchange, .. } = report;
        let (outcome, failure) = match end {
            CallEnd::Waits(wait) => return Event::CallWaits { call_id: self.call_id, wait }.into(),
            CallEnd::Finished(outcome) => (outcome, None),
            CallEnd::Aborted { code, message } => (
                ToolOutcome::Failed { error: message.clone() },
                Some(CallFailure { call_id: self.call_id, code, message }),
            ),
            // `make` has waited.
            CallEnd::NotBegun(why) => (ToolOutcome::Failed { error: why }, None),
        };
        let event = Event::ToolFinished {
            call_id: self.call_id,
            name: self.name,
            outcome,
            attempts: self.attempts.saturating_sub(1) + exchange.attempts,
            duration_ms,
            cached_age_seconds: exchange.cached_age_seconds,
            request: exchange.request.and_then(|request| serde_json::to_value(request).ok()),
            usage: None,
        };
        ToolEnd { event, failure }
    }

    fn unbound(self) -> ToolEnd {
        let error = format!("the tool '{}' is not bound to this agent any more", self.name);
        self.finished(ToolOutcome::Failed { error })
    }

    fn finished(self, outcome: ToolOutcome) -> ToolEnd {
        let Self { call_id, name, attempts, .. } = self;
        let (duration_ms, request, cached_age_seconds, usage) = (0, None, None, None);
        Event::ToolFinished { call_id, name, outcome, attempts, duration_ms, request, cached_age_seconds, usage }.into()
    }
}
