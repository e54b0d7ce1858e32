//! A run as clients see it.

use artel_domain::run::Phase;
use artel_domain::{
    AgentId, CallId, CallState, Event, Run, RunId, RunStatus, SessionId, TenantId, Timestamp, ToolCallRow, ToolRef,
    Usage, WaitFor,
};
use artel_http::Problem;
use artel_store::Viewer;
use artel_tools::bytes_of;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::finish::finish_reasons;
use super::messages::MessageView;
use crate::App;

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Run)]
pub(crate) struct RunView {
    id: RunId,
    tenant_id: TenantId,
    agent_id: AgentId,
    /// The published version whose profile and bindings the run uses, whatever is changed afterwards; `null` for a
    /// `draft`.
    agent_version: Option<i64>,
    /// The run uses the agent as it is, with changes that are not published.
    draft: bool,
    session_id: SessionId,
    /// The run whose call of `run_subagent` started this one; left out in any other run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    parent_run_id: Option<RunId>,
    trace_id: String,
    status: RunStatus,
    /// What the four values of `status` leave out.
    phase: Phase,
    /// In the phase `waiting_for_approval`: what the run waits for, each word once. Empty in every other phase.
    waiting_for: Vec<WaitFor>,
    /// Why no worker goes on with the run at present: an entry of its journal was written by a newer version of the
    /// server, or is damaged. Such a run goes on when a newer version runs; it can always be cancelled. Left out
    /// when there is no such reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    blocked_reason: Option<String>,
    input_message: String,
    output_message: Option<String>,
    error_message: Option<String>,
    error_code: Option<String>,
    /// Why the last model answer ended: `stop`, or `length` for an output that is cut short. Left out until the
    /// run has succeeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    finish_reason: Option<String>,
    /// Over all model calls of the run; `null` when the provider reports none.
    prompt_tokens: Option<i64>,
    completion_tokens: Option<i64>,
    total_tokens: Option<i64>,
    /// In the order in which they were planned.
    tools_called: Option<Vec<ToolCallView>>,
    /// Only with `?include=messages`.
    pub(super) messages: Option<Vec<MessageView>>,
    created_at: Timestamp,
    updated_at: Option<Timestamp>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ToolCall)]
pub(crate) struct ToolCallView {
    name: String,
    /// Which tool it is; `null` when the agent has no tool of this name.
    tool: Option<ToolRef>,
    tool_call_id: Option<CallId>,
    /// As the model wrote them, or as a human edited them.
    #[schema(schema_with = crate::document::anything)]
    args: Value,
    status: CallState,
    duration_ms: Option<i64>,
    error: Option<String>,
}

/// The run with its tool calls.
pub(super) async fn view(app: &App, viewer: &Viewer, run: Run) -> Result<RunView, Problem> {
    let calls = app.store.list_tool_calls(viewer, &[run.id]).await?;
    let finish_reason = finish_reasons(app, viewer, std::slice::from_ref(&run)).await?.remove(&run.id);
    Ok(assemble(run, calls, finish_reason))
}

/// What the entries of a run say, for a reader who followed it from its first entry to its last.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The word of the last model answer.
    finish: Option<String>,
    has_calls: bool,
}

impl Seen {
    pub(super) fn note(&mut self, event: &Event) {
        match event {
            Event::ModelAnswered { finish, .. } => self.finish = Some(finish.word().to_owned()),
            Event::ToolPlanned(_) => self.has_calls = true,
            _ => {}
        }
    }
}

/// The same of a run that was followed to its end: most such runs are read without one more look into the store.
pub(super) async fn view_of_ended(app: &App, viewer: &Viewer, run: Run, seen: Seen) -> Result<RunView, Problem> {
    let calls = if seen.has_calls { app.store.list_tool_calls(viewer, &[run.id]).await? } else { Vec::new() };
    let finish_reason = seen.finish.filter(|_| run.phase.status() == RunStatus::Succeeded);
    Ok(assemble(run, calls, finish_reason))
}

/// The runs with theirs.
pub(super) async fn views(app: &App, viewer: &Viewer, runs: Vec<Run>) -> Result<Vec<RunView>, Problem> {
    let ids: Vec<RunId> = runs.iter().map(|run| run.id).collect();
    let mut calls = app.store.list_tool_calls(viewer, &ids).await?;
    let mut words = finish_reasons(app, viewer, &runs).await?;
    let of_run = |run: Run| {
        let own = calls.extract_if(.., |call| call.run_id == run.id).collect();
        let finish_reason = words.remove(&run.id);
        assemble(run, own, finish_reason)
    };
    Ok(runs.into_iter().map(of_run).collect())
}

fn assemble(run: Run, calls: Vec<ToolCallRow>, finish_reason: Option<String>) -> RunView {
    RunView {
        id: run.id,
        tenant_id: run.tenant_id,
        agent_id: run.agent_id,
        agent_version: run.agent_version,
        draft: run.agent_version.is_none(),
        session_id: run.session_id.shown(),
        parent_run_id: run.parent.map(|parent| parent.run_id),
        trace_id: run.trace_id,
        status: run.phase.status(),
        phase: run.phase,
        waiting_for: run.waits_for,
        blocked_reason: run.blocked_reason,
        input_message: run.input_message,
        output_message: run.output_message,
        error_message: run.error_message,
        error_code: run.error_code.map(|code| code.to_string()),
        finish_reason,
        prompt_tokens: run.usage.map(|usage| usage.prompt_tokens),
        completion_tokens: run.usage.map(|usage| usage.completion_tokens),
        total_tokens: run.usage.map(Usage::total),
        tools_called: Some(calls.into_iter().map(ToolCallView::from).collect()),
        messages: None,
        created_at: run.created_at,
        updated_at: run.updated_at,
    }
}

impl RunView {
    /// About how many bytes it has as JSON.
    pub(super) fn bytes(&self) -> usize {
        let texts = [Some(&self.input_message), self.output_message.as_ref(), self.error_message.as_ref()];
        let calls = self.tools_called.iter().flatten();
        let messages = self.messages.as_ref().map_or(0, |messages| messages.iter().map(MessageView::bytes).sum());
        texts.into_iter().flatten().map(String::len).sum::<usize>() + bytes_of(calls.map(|call| &call.args)) + messages
    }

    pub(super) fn id(&self) -> RunId {
        self.id
    }
}

impl From<ToolCallRow> for ToolCallView {
    fn from(call: ToolCallRow) -> Self {
        let ToolCallRow { id, name, tool, args, state, duration_ms, error, .. } = call;
        Self { name, tool, tool_call_id: Some(id), args, status: state, duration_ms, error }
    }
}
