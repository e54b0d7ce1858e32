//! Journal entries as server-sent events. The bytes of an event depend on its entry alone, so that a resumed stream
//! equals an uncut one.

use artel_domain::event::PlannedCall;
use artel_domain::{CallId, Entry, Event, FinishReason, Form, Timestamp, ToolOutcome, Usage, Wait};
use artel_http::{Loss, Standing, stream};
use axum::response::Response;
use axum::response::sse::{Event as SseEvent, KeepAlive};
use futures::StreamExt;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::accept::Entries;
use crate::App;

/// One event of the stream.
#[derive(ToSchema)]
#[expect(dead_code, reason = "written by `sse`; this is its description")]
pub(crate) struct StreamedEvent {
    /// Where a reader goes on: `Last-Event-ID`.
    #[schema(pattern = "^[0-9]+$")]
    id: String,
    #[schema(
        pattern = "^(start|token|message_reset|message_cut|tool_call|tool_result|approval|approval_decided|form_requested|form_answered|subagent_approval|result|error|access_ended)$"
    )]
    event: String,
    /// A JSON object.
    data: String,
}

/// A response that sends the entries as they come. When the store fails, the stream ends and the reader resumes. When
/// the reader loses their standing, it ends with `access_ended`, which has no id and is no part of what resumes.
pub(super) fn stream_of(app: &App, standing: &Standing, entries: Entries) -> Response {
    let known = entries.take_while(|entry| {
        if let Err(error) = entry {
            tracing::warn!(%error, "a stream was cut off");
        }
        std::future::ready(entry.is_ok())
    });
    let events = known.filter_map(|entry| std::future::ready(entry.ok().and_then(|entry| sse(&entry))));
    stream::events(standing, events, KeepAlive::new().interval(app.config.sse_keepalive), access_ended)
}

/// Tells a reader that their access was ended.
pub(crate) fn access_ended(loss: Loss) -> SseEvent {
    let data = json!({ "error": loss.message(), "code": loss.code() });
    SseEvent::default().event("access_ended").data(data.to_string())
}

fn sse(entry: &Entry) -> Option<SseEvent> {
    let (name, data) = event(entry)?;
    Some(SseEvent::default().id(entry.seq.to_string()).event(name).data(data.to_string()))
}

/// What clients see of an entry: the event's name and data, or nothing.
///
/// FROZEN: names, members and their order. A stream that is resumed at a process of another version has the same bytes.
pub(super) fn event(entry: &Entry) -> Option<(&'static str, Value)> {
    let (name, data) = match &entry.event {
        Event::RunStarted { trace_id, .. } => ("start", json!({ "run_id": entry.run_id, "trace_id": trace_id })),
        Event::Delta { text, .. } => ("token", json!({ "delta": text })),
        Event::MessageReset { step } => ("message_reset", json!({ "step": step })),
        Event::ModelAnswered {
            step, finish: finish @ (FinishReason::Length | FinishReason::ContentFilter), ..
        } => ("message_cut", json!({ "step": step, "finish_reason": finish.word() })),
        Event::ToolPlanned(PlannedCall { call_id, name, args, .. }) => {
            ("tool_call", json!({ "tool_call_id": call_id, "name": name, "args": args }))
        }
        Event::ToolFinished { call_id, name, outcome, duration_ms, cached_age_seconds, .. } => {
            let (what, told) = match outcome {
                ToolOutcome::Succeeded { output } => ("output", output.clone()),
                ToolOutcome::Failed { error } | ToolOutcome::Unknown { error } => {
                    ("error", Value::String(error.clone()))
                }
            };
            let status = outcome.state().as_str();
            let mut result = json!({
                "tool_call_id": call_id, "name": name, "status": status, what: told, "duration_ms": duration_ms,
            });
            if let Some(age) = cached_age_seconds {
                result["cached"] = json!(true);
                result["age_seconds"] = json!(age);
            }
            ("tool_result", result)
        }
        Event::ApprovalRequested { approval_id, call_id, name, args, args_digest, reason, changed, .. } => {
            let mut asked = json!({
                "approval_id": approval_id, "tool_call_id": call_id, "name": name, "args": args, "args_digest": args_digest, "reason": reason,
            });
            if !changed.is_empty() {
                asked["changed"] = json!(changed);
            }
            ("approval", asked)
        }
        Event::ApprovalDecided { approval_id, call_id, decision, args, feedback, .. } => {
            let mut decided = json!({ "approval_id": approval_id, "tool_call_id": call_id, "decision": decision, "feedback": feedback });
            if let Some(args) = args {
                decided["args"] = args.clone();
            }
            ("approval_decided", decided)
        }
        Event::SubagentAsks { run_id, approval_id, name, args, reason, .. } => (
            "subagent_approval",
            json!({ "approval_id": approval_id, "run_id": run_id, "name": name, "args": args, "reason": reason }),
        ),
        Event::RunSucceeded { output, usage } => ("result", json!({ "output": output, "tokens": tokens(*usage) })),
        Event::RunFailed { code, message, .. } => ("error", json!({ "error": message, "code": code })),
        Event::CallWaits { call_id, wait: Wait::Form { form, until } } => {
            ("form_requested", asked(*call_id, form, *until))
        }
        Event::FormAnswered { call_id, values, reason, by } => (
            "form_answered",
            json!({ "form_id": call_id, "submitted": values.is_some(), "values": values, "reason": reason, "answered_by": by }),
        ),
        Event::CallWaits { .. }
        | Event::RouteRequested
        | Event::Routed { .. }
        | Event::AgentSwitched { .. }
        | Event::PlanStarted { .. }
        | Event::SubtaskStarted { .. }
        | Event::SubtaskFinished { .. }
        | Event::PlanFinished
        | Event::ModelRequested { .. }
        | Event::ModelAnswered { .. }
        | Event::ToolDispatched { .. }
        | Event::ContextSummarised { .. }
        | Event::CancelRequested
        | Event::Other { .. } => return None,
    };
    Some((name, data))
}

fn asked(id: CallId, form: &Form, until: Option<Timestamp>) -> Value {
    let Form { title, description, fields, connect } = form;
    json!({ "form_id": id, "title": title, "description": description, "fields": fields, "connect": connect, "expires_at": until })
}

fn tokens(usage: Option<Usage>) -> Value {
    json!({
        "prompt_tokens": usage.map(|usage| usage.prompt_tokens),
        "completion_tokens": usage.map(|usage| usage.completion_tokens),
        "total_tokens": usage.map(Usage::total),
    })
}

#[cfg(test)]
mod tests;
