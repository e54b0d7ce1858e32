//! One tool call: from a journalled dispatch to a journalled result.

use std::sync::Arc;

use artel_agent::Turn;
use artel_domain::{Binding, CallId, Event, Run, ToolDefinition, ToolOutcome};
use artel_tools::{Call, Verified};
use serde_json::Value;

use crate::Deps;
use crate::toolbox::Toolbox;

/// Everything a call needs, owned, so that several can be under way.
pub(crate) struct Errand {
    deps: Arc<Deps>,
    run: Arc<Run>,
    bound: Option<Arc<(Binding, ToolDefinition)>>,
    call_id: CallId,
    name: String,
    args: Value,
    attempts: u32,
    may_write: bool,
}

impl Errand {
    pub(crate) fn new(deps: &Arc<Deps>, run: &Arc<Run>, toolbox: &Toolbox, turn: &Turn, call_id: CallId) -> Option<Self> {
        let call = turn.call(call_id)?;
        Some(Self {
            deps: deps.clone(),
            run: run.clone(),
            bound: toolbox.bound(call.planned.tool.as_ref()),
            call_id,
            name: call.planned.name.clone(),
            args: call.args.clone(),
            attempts: call.attempts,
            may_write: toolbox.may_write(),
        })
    }

    pub(crate) async fn run(self) -> Event {
        let Some(bound) = &self.bound else { return self.unbound() };
        let done = self.deps.tools.call(self.call(bound)).await;
        let request = done.request.and_then(|request| serde_json::to_value(request).ok());
        Event::ToolFinished {
            call_id: self.call_id,
            name: self.name,
            outcome: done.outcome,
            attempts: self.attempts.saturating_sub(1) + done.attempts,
            duration_ms: done.duration_ms,
            request,
        }
    }

    /// Asks what became of a call that was cut off; it is made again only when it certainly never arrived.
    pub(crate) async fn verify(self) -> Event {
        let Some(bound) = &self.bound else { return self.unbound() };
        let outcome = match self.deps.tools.verify(self.call(bound)).await {
            Verified::NeverArrived => return Event::ToolDispatched { call_id: self.call_id, attempt: self.attempts + 1 },
            Verified::Finished(outcome) => outcome,
            Verified::Unknown => ToolOutcome::Unknown {
                error: "the server stopped while this call was under way, and the tool's status operation does not say what became of it"
                    .into(),
            },
        };
        self.finished(outcome)
    }

    fn call<'a>(&'a self, bound: &'a (Binding, ToolDefinition)) -> Call<'a> {
        Call {
            tenant_id: self.run.tenant_id,
            user_id: self.run.principal.user_id,
            agent_id: self.run.agent_id,
            run_id: self.run.id,
            call_id: self.call_id,
            trace_id: &self.run.trace_id,
            traceparent: None,
            may_write: self.may_write,
            tool: &bound.1,
            binding: &bound.0,
            args: &self.args,
        }
    }

    fn unbound(self) -> Event {
        let error = format!("the tool '{}' is not bound to this agent any more", self.name);
        self.finished(ToolOutcome::Failed { error })
    }

    fn finished(self, outcome: ToolOutcome) -> Event {
        Event::ToolFinished { call_id: self.call_id, name: self.name, outcome, attempts: self.attempts, duration_ms: 0, request: None }
    }
}
