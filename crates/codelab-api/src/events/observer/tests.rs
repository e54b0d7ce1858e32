use artel_domain::event::Verdict;
use artel_domain::{AgentId, Confidence, EffectClass, FinishReason, RunId, SessionId, SwitchCause, TeamStart, ToolRef};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::envelope::envelopes;
use super::*;

const RUN: RunId = RunId(Uuid::from_u128(1));

/// Each entry comes a second after the one before.
fn entries(events: Vec<Event>) -> Vec<Entry> {
    let entry = |(index, event)| Entry {
        seq: index as i64 + 1,
        run_id: RUN,
        at: artel_domain::clock::micros(index as i64 * 1_000_000),
        event,
    };
    events.into_iter().enumerate().map(entry).collect()
}

/// The type and the data of what the last of these events tells.
fn told(events: Vec<Event>) -> Vec<(&'static str, Value)> {
    let (mut observer, mut last) = (Observer::new(), Vec::new());
    for entry in entries(events) {
        last = envelopes(&mut observer, &SessionId("s".into()), &entry);
    }
    last.into_iter().map(|event| (event.event_type, Value::Object(event.data))).collect()
}

fn started(input: &str) -> Event {
    let team = TeamStart {
        agent: Specialist::Orchestrator,
        route: true,
        switch_to: None,
        reason: None,
        model: "demo:echo".into(),
    };
    let trace_id = "trace".to_owned();
    Event::RunStarted {
        agent_id: AgentId(Uuid::nil()),
        agent_version: 1,
        trace_id,
        input: input.into(),
        team: Some(team),
    }
}

fn routed(by: RoutedBy) -> Event {
    let (reason, usage) = ("code".to_owned(), Some(usage()));
    Event::Routed { agent: Specialist::Coder, confidence: Confidence::High, reason, by, usage }
}

fn usage() -> Usage {
    Usage { prompt_tokens: 10, completion_tokens: 2, ..Usage::default() }
}

fn switched() -> Event {
    let (from, to) = (Specialist::Orchestrator, Specialist::Coder);
    Event::AgentSwitched {
        from,
        to,
        reason: "code".into(),
        confidence: Some(Confidence::High),
        cause: SwitchCause::Router,
    }
}

fn asked() -> Event {
    Event::ModelRequested { step: 1 }
}

fn answered(text: &str, planned: u32) -> Event {
    Event::ModelAnswered {
        step: 1,
        text: text.into(),
        finish: FinishReason::Stop,
        usage: Some(usage()),
        planned,
        opaque: None,
    }
}

fn call() -> CallId {
    CallId::derive(RUN, 1, 0)
}

fn planned(name: &str, tool: fn(&str) -> ToolRef) -> Event {
    Event::ToolPlanned(PlannedCall {
        call_id: call(),
        step: 1,
        ordinal: 0,
        provider_call_id: "call_1".into(),
        offered_name: name.into(),
        name: name.into(),
        tool: Some(tool(name)),
        args: json!({ "path": "a" }),
        effect: EffectClass::AtMostOnce,
        verdict: Verdict::Allow,
    })
}

fn held(name: &str, args: Value) -> Event {
    let approval_id = ApprovalId::derive(call());
    Event::ApprovalRequested {
        approval_id,
        call_id: call(),
        name: name.into(),
        args,
        args_digest: String::new(),
        reason: "writes".into(),
        target: None,
        changed: Vec::new(),
        replaces: None,
        approvers: Vec::new(),
    }
}

fn decided(decision: Decision) -> Event {
    let approval_id = ApprovalId::derive(call());
    Event::ApprovalDecided {
        approval_id,
        call_id: call(),
        decision,
        args: None,
        feedback: Some("no".into()),
        decided_by: None,
        answered: false,
    }
}

fn finished(outcome: ToolOutcome) -> Event {
    Event::ToolFinished {
        call_id: call(),
        name: "write_file".into(),
        outcome,
        attempts: 1,
        duration_ms: 7,
        cached_age_seconds: None,
        request: None,
        usage: None,
    }
}

fn failed(code: &str) -> Event {
    Event::RunFailed { code: code.into(), message: "gone wrong".into(), usage: None }
}

#[test]
fn a_run_is_processing_by_an_agent() {
    assert_eq!(
        told(vec![started("hi")]),
        [
            ("session.message.added", json!({ "role": "user" })),
            ("agent.processing.started", json!({ "agent": "orchestrator" })),
        ]
    );
    // A switch alone says nothing.
    assert_eq!(told(vec![started("")]), [("agent.processing.started", json!({ "agent": "orchestrator" }))]);
    let done = Event::RunSucceeded { output: "x".into(), usage: None };
    let completed = json!({ "agent": "coder", "duration_ms": 2000, "success": true });
    assert_eq!(told(vec![started("hi"), switched(), done]), [("agent.processing.completed", completed)]);
}

#[test]
fn a_hand_over_is_a_switch() {
    let data = json!({ "from_agent": "orchestrator", "to_agent": "coder", "reason": "code", "confidence": "high" });
    assert_eq!(told(vec![started("hi"), switched()]), [("agent.switched", data)]);
}

#[test]
fn the_choice_of_an_agent_is_a_model_call_that_is_flagged() {
    assert_eq!(
        told(vec![started("hi"), Event::RouteRequested]),
        [("llm.request.started", json!({ "model": "demo:echo", "classifier": true }))]
    );
    let counts = json!({
        "model": "demo:echo", "duration_ms": 1000, "prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12,
        "has_tool_calls": false, "classifier": true,
    });
    assert_eq!(
        told(vec![started("hi"), Event::RouteRequested, routed(RoutedBy::Model)]),
        [("llm.request.completed", counts)]
    );
    let failed = told(vec![started("hi"), Event::RouteRequested, routed(RoutedBy::Keywords)]);
    assert_eq!((failed[0].0, &failed[0].1["classifier"]), ("llm.request.failed", &json!(true)));
    assert_eq!(told(vec![started("hi"), routed(RoutedBy::Keywords)]), [], "nobody was asked");
}

#[test]
fn an_answer_is_a_model_call_and_what_it_says_a_message() {
    assert_eq!(told(vec![started("hi"), asked()]), [("llm.request.started", json!({ "model": "demo:echo" }))]);
    let counts = json!({
        "model": "demo:echo", "duration_ms": 1000, "prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12, "has_tool_calls": true,
    });
    let said = ("session.message.added", json!({ "role": "assistant" }));
    assert_eq!(told(vec![started("hi"), asked(), answered("I look.", 1)]), [("llm.request.completed", counts), said]);
    assert_eq!(told(vec![started("hi"), asked(), answered("", 1)]).len(), 1);
}

#[test]
fn an_answer_that_was_cut_off_failed() {
    let reset = Event::MessageReset { step: 1 };
    let failed = told(vec![started("hi"), asked(), reset.clone()]);
    assert_eq!((failed[0].0, &failed[0].1["duration_ms"]), ("llm.request.failed", &json!(1000)));
    assert_eq!(told(vec![started("hi"), reset]), []);
}

#[test]
fn a_summary_is_a_model_call_that_is_flagged() {
    let summary = Event::ContextSummarised { through_seq: 1, text: "short".into(), usage: Some(usage()) };
    let told = told(vec![started("hi"), summary]);
    assert_eq!(
        (told[0].0, &told[0].1["summary"], &told[0].1["total_tokens"]),
        ("llm.request.completed", &json!(true), &json!(12))
    );
}

#[test]
fn a_tool_is_asked_for_started_and_ends() {
    let client = || planned("write_file", ToolRef::client);
    let dispatched = || Event::ToolDispatched { call_id: call(), attempt: 1 };
    let requested =
        json!({ "tool_name": "write_file", "arguments": { "path": "a" }, "call_id": call(), "agent": "orchestrator" });
    assert_eq!(told(vec![started("hi"), client()]), [("tool.execution.requested", requested)]);
    let named = json!({ "tool_name": "write_file", "call_id": call() });
    assert_eq!(told(vec![started("hi"), client(), dispatched()]), [("tool.execution.started", named)]);
    let done = finished(ToolOutcome::Succeeded { output: json!(1) });
    let completed = json!({ "tool_name": "write_file", "call_id": call(), "duration_ms": 7 });
    assert_eq!(told(vec![started("hi"), client(), dispatched(), done]), [("tool.execution.completed", completed)]);
    let broken = finished(ToolOutcome::Failed { error: "disk".into() });
    let failed = json!({ "tool_name": "write_file", "call_id": call(), "duration_ms": 7, "error": "disk" });
    assert_eq!(told(vec![started("hi"), client(), dispatched(), broken]), [("tool.execution.failed", failed)]);
}

#[test]
fn what_steers_a_run_is_no_tool() {
    assert_eq!(told(vec![started("hi"), planned("switch_mode", ToolRef::control)]), []);
}

#[test]
fn a_held_call_is_told_in_all_three_ways_that_clients_know() {
    let names: Vec<_> =
        told(vec![started("hi"), held("write_file", json!({}))]).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["tool.approval.required", "hitl.approval.requested", "approval.requested"]);
    let plan = told(vec![started("hi"), held("create_plan", json!({ "title": "Rewrite it" }))]);
    let data = json!({ "request_id": ApprovalId::derive(call()), "request_type": "plan", "subject": "Rewrite it", "reason": "writes" });
    assert_eq!(plan, [("approval.requested", data)]);
}

#[test]
fn a_decision_is_told_with_what_it_came_to() {
    let after = |decision| {
        let told = told(vec![started("hi"), held("write_file", json!({})), decided(decision)]);
        told.into_iter().map(|(name, data)| (name, data["decision"].as_str().map(str::to_owned))).collect::<Vec<_>>()
    };
    let word = |word: &str| Some(word.to_owned());
    assert_eq!(after(Decision::Approve), [("hitl.decision.made", word("APPROVE")), ("approval.approved", None)]);
    assert_eq!(after(Decision::Edit), [("hitl.decision.made", word("EDIT")), ("approval.approved", None)]);
    assert_eq!(after(Decision::Reject), [("hitl.decision.made", word("REJECT")), ("approval.rejected", None)]);
    assert_eq!(after(Decision::Expire), [("hitl.timeout.occurred", None), ("approval.rejected", None)]);
}

#[test]
fn a_failure_is_an_agents_error_unless_somebody_wanted_the_end() {
    let names = |events| told(events).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    let failure = names(vec![started("hi"), asked(), failed("model_error")]);
    assert_eq!(failure, ["llm.request.failed", "agent.error.occurred", "agent.processing.completed"]);
    assert_eq!(names(vec![started("hi"), failed("cancelled")]), ["agent.processing.completed"]);
    assert_eq!(names(vec![started("hi"), failed("superseded")]), ["agent.processing.completed"]);
}

#[test]
fn an_event_keeps_its_id_and_names_its_request() {
    let journal = entries(vec![started("hi"), switched()]);
    let read = || {
        let mut observer = Observer::new();
        let session = SessionId("s".into());
        journal.iter().flat_map(|entry| envelopes(&mut observer, &session, entry)).collect::<Vec<_>>()
    };
    assert_eq!(read(), read());
    let first = serde_json::to_value(&read()[0]).unwrap();
    assert_eq!(first["correlation_id"], "trace");
    assert_eq!(
        (&first["event_category"], &first["source"], &first["version"]),
        (&json!("session"), &json!("agent-runtime"), &json!("1.0"))
    );
    let second = serde_json::to_value(&read()[1]).unwrap();
    assert_eq!(second["causation_id"], first["event_id"]);
}
