//! What entries of the journal mean for the rows that are kept beside it.

use std::time::Duration;

use artel_domain::event::PlannedCall;
use artel_domain::{
    Approval, ApprovalState, CallState, Entry, Event, Phase, Run, Timestamp, ToolCallRow, ToolOutcome, digest,
};
use artel_store::{CallChange, Step};

/// Adds to `step` what this entry changes.
///
/// # Arguments
/// * `timeout`: how long a human has for a decision; without end when absent.
pub(crate) fn project(run: &Run, entry: &Entry, timeout: Option<Duration>, step: &mut Step) {
    crate::team::change(run, &entry.event, &mut step.session);
    match &entry.event {
        Event::ToolPlanned(planned) => step.new_calls.push(planned_row(run, planned, entry.at)),
        Event::ModelAnswered { .. } | Event::ContextSummarised { .. } | Event::Routed { .. } => step.progress = true,
        Event::ApprovalRequested { call_id, replaces, .. } => {
            step.calls.push(CallChange { state: CallState::AwaitingApproval, ..unchanged(*call_id) });
            step.replaced_approvals.extend(*replaces);
            let expires_at = timeout.and_then(|timeout| entry.at.checked_add(timeout).ok());
            step.approvals.extend(pending(run, entry).map(|approval| Approval { expires_at, ..approval }));
        }
        Event::ApprovalDecided { call_id, args: Some(args), .. } => {
            step.calls.push(CallChange { args: Some((args.clone(), digest::of(args))), ..unchanged(*call_id) });
        }
        Event::ToolDispatched { call_id, attempt } => step.calls.push(CallChange {
            state: CallState::Dispatched,
            attempts: Some(*attempt),
            dispatched_at: Some(entry.at),
            ..unchanged(*call_id)
        }),
        Event::CallWaits { call_id, wait } => {
            step.progress = true;
            step.calls.push(CallChange {
                state: CallState::Dispatched,
                wait: Some(wait.clone()),
                ..unchanged(*call_id)
            });
        }
        Event::ToolFinished { call_id, outcome, attempts, duration_ms, .. } => {
            step.progress = true;
            step.calls.push(CallChange {
                state: outcome.state(),
                attempts: Some(*attempts),
                result: if let ToolOutcome::Succeeded { output } = outcome { Some(output.clone()) } else { None },
                error: outcome.error().map(str::to_owned),
                duration_ms: Some(*duration_ms),
                finished_at: Some(entry.at),
                ..unchanged(*call_id)
            });
        }
        Event::CancelRequested => step.cancel_approvals = true,
        Event::RunSucceeded { output, .. } => {
            step.phase = Some(Phase::Succeeded);
            step.output_message = Some(output.clone());
        }
        Event::RunFailed { code, message, .. } => {
            step.phase = Some(if code.is_wanted() { Phase::Cancelled } else { Phase::Failed });
            step.error = Some((code.clone(), message.clone()));
            step.cancel_approvals = true;
        }
        _ => {}
    }
}

/// The question that the entry asks.
fn pending(run: &Run, entry: &Entry) -> Option<Approval> {
    let Event::ApprovalRequested {
        call_id,
        approval_id,
        name,
        args,
        args_digest,
        reason,
        target,
        changed,
        approvers,
        ..
    } = &entry.event
    else {
        return None;
    };
    Some(Approval {
        id: *approval_id,
        tenant_id: run.tenant_id,
        session_id: run.session_id.clone(),
        run_id: run.id,
        call_id: *call_id,
        agent_id: Some(run.agent_id),
        name: name.clone(),
        args: args.clone(),
        args_digest: args_digest.clone(),
        target: target.clone(),
        changed: changed.clone(),
        reason: reason.clone(),
        approvers: approvers.clone(),
        state: ApprovalState::Pending,
        decision: None,
        decided_args: None,
        feedback: None,
        decided_by: None,
        created_at: entry.at,
        expires_at: None,
        decided_at: None,
    })
}

fn unchanged(id: artel_domain::CallId) -> CallChange {
    CallChange {
        id,
        state: CallState::Planned,
        attempts: None,
        args: None,
        wait: None,
        result: None,
        error: None,
        duration_ms: None,
        dispatched_at: None,
        finished_at: None,
    }
}

fn planned_row(run: &Run, planned: &PlannedCall, at: Timestamp) -> ToolCallRow {
    ToolCallRow {
        id: planned.call_id,
        tenant_id: run.tenant_id,
        run_id: run.id,
        step: planned.step,
        ordinal: planned.ordinal,
        provider_call_id: planned.provider_call_id.clone(),
        tool: planned.tool.clone(),
        name: planned.name.clone(),
        args: planned.args.clone(),
        args_digest: digest::of(&planned.args),
        effect: planned.effect,
        state: CallState::Planned,
        wait: None,
        answered_by: None,
        attempts: 0,
        result: None,
        error: None,
        duration_ms: None,
        planned_at: at,
        dispatched_at: None,
        finished_at: None,
    }
}
