//! Runs, told entry by entry.

use artel_domain::event::{PlannedCall, Verdict};
use artel_domain::{
    AgentId, ApprovalId, CallId, Confidence, Decision, EffectClass, Entry, Event, FinishReason, RunId, Specialist,
    SwitchCause, TeamStart, Timestamp, ToolOutcome, ToolRef,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::View;

pub(super) const TOKENS: View = View { tokens: true, plans: false, user: None };
pub(super) const WHOLE: View = View { tokens: false, plans: false, user: None };
pub(super) const PLANS: View = View { tokens: false, plans: true, user: None };

pub(super) fn run() -> RunId {
    RunId(Uuid::from_u128(7))
}

pub(super) fn call(n: u32) -> CallId {
    CallId::derive(run(), 1, n)
}

pub(super) fn entry(seq: i64, event: Event) -> Entry {
    Entry { seq, run_id: run(), at: Timestamp::from_second(1_700_000_000 + seq).unwrap(), event }
}

pub(super) fn started(input: &str, switch_to: Option<Specialist>) -> Event {
    let team = TeamStart {
        agent: Specialist::Orchestrator,
        route: true,
        switch_to,
        reason: Some("why".into()),
        model: "m".into(),
    };
    Event::RunStarted {
        agent_id: AgentId(Uuid::nil()),
        agent_version: 1,
        trace_id: String::new(),
        input: input.into(),
        team: Some(team),
    }
}

pub(super) fn asked(step: u32) -> Event {
    Event::ModelRequested { step }
}

pub(super) fn delta(text: &str) -> Event {
    Event::Delta { step: 1, text: text.into() }
}

pub(super) fn answered(text: &str, planned: u32) -> Event {
    Event::ModelAnswered { step: 1, text: text.into(), finish: FinishReason::Stop, usage: None, planned, opaque: None }
}

pub(super) fn planned(n: u32, name: &str, args: Value, tool: fn(&str) -> ToolRef) -> Event {
    Event::ToolPlanned(PlannedCall {
        call_id: call(n),
        step: 1,
        ordinal: n,
        provider_call_id: "call_1".into(),
        offered_name: name.into(),
        name: name.into(),
        tool: Some(tool(name)),
        args,
        effect: EffectClass::AtMostOnce,
        verdict: Verdict::Allow,
    })
}

pub(super) fn writes(n: u32) -> Event {
    planned(n, "write_file", json!({ "path": "a.txt", "content": "x" }), ToolRef::client)
}

pub(super) fn asks_human(n: u32, name: &str, args: Value) -> Event {
    let (call_id, approval_id) = (call(n), ApprovalId::derive(call(n)));
    Event::ApprovalRequested {
        approval_id,
        call_id,
        name: name.into(),
        args,
        args_digest: String::new(),
        reason: "dangerous".into(),
        target: None,
        changed: Vec::new(),
        replaces: None,
        approvers: Vec::new(),
    }
}

pub(super) fn decided(n: u32, decision: Decision, args: Option<Value>, answered: bool) -> Event {
    let (call_id, approval_id) = (call(n), ApprovalId::derive(call(n)));
    Event::ApprovalDecided { approval_id, call_id, decision, args, feedback: None, decided_by: None, answered }
}

pub(super) fn dispatched(n: u32) -> Event {
    Event::ToolDispatched { call_id: call(n), attempt: 1 }
}

pub(super) fn finished(n: u32) -> Event {
    let outcome = ToolOutcome::Succeeded { output: json!("ok") };
    Event::ToolFinished {
        call_id: call(n),
        name: "t".into(),
        outcome,
        attempts: 1,
        duration_ms: 0,
        cached_age_seconds: None,
        request: None,
        usage: None,
    }
}

pub(super) fn succeeded(output: &str) -> Event {
    Event::RunSucceeded { output: output.into(), usage: None }
}

pub(super) fn failed(code: &str) -> Event {
    Event::RunFailed { code: code.into(), message: "it broke".into(), usage: None }
}

pub(super) fn switched(cause: SwitchCause) -> Event {
    let (from, to) = (Specialist::Orchestrator, Specialist::Coder);
    Event::AgentSwitched { from, to, reason: "it is code".into(), confidence: Some(Confidence::High), cause }
}
