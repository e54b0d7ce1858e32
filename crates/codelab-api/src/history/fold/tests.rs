use artel_domain::event::{PlannedCall, Verdict};
use artel_domain::{
    AgentId, ApprovalId, CallId, Decision, EffectClass, Event, FinishReason, Plan, RunId, Subtask, SwitchCause,
    TeamStart, ToolOutcome, ToolRef,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;

const RUN: RunId = RunId(Uuid::from_u128(1));

fn story(events: Vec<Event>) -> Story {
    let entry = |(index, event)| Entry {
        seq: index as i64 + 1,
        run_id: RUN,
        at: artel_domain::clock::micros(index as i64),
        event,
    };
    tell(&events.into_iter().enumerate().map(entry).collect::<Vec<_>>())
}

fn messages(events: Vec<Event>) -> Value {
    let mut messages = serde_json::to_value(story(events).messages).unwrap();
    for message in messages.as_array_mut().unwrap() {
        let message = message.as_object_mut().unwrap();
        assert!(message.remove("timestamp").unwrap().as_str().unwrap().ends_with('Z'));
        assert!(message.remove("id").unwrap().is_string());
        assert!(!message.values().any(Value::is_null));
    }
    messages
}

fn started(input: &str) -> Event {
    let team = TeamStart {
        agent: Specialist::Orchestrator,
        route: true,
        switch_to: None,
        reason: None,
        model: "demo:echo".into(),
    };
    Event::RunStarted {
        agent_id: AgentId(Uuid::nil()),
        agent_version: 1,
        trace_id: String::new(),
        input: input.into(),
        team: Some(team),
    }
}

fn switched(from: Specialist, to: Specialist) -> Event {
    Event::AgentSwitched { from, to, reason: "code".into(), confidence: None, cause: SwitchCause::Router }
}

fn answered(text: &str, planned: u32) -> Event {
    Event::ModelAnswered { step: 1, text: text.into(), finish: FinishReason::Stop, usage: None, planned, opaque: None }
}

fn call(number: u32) -> CallId {
    CallId::derive(RUN, 1, number)
}

fn planned(number: u32, name: &str, tool: fn(&str) -> ToolRef, args: Value) -> Event {
    Event::ToolPlanned(PlannedCall {
        call_id: call(number),
        step: 1,
        ordinal: number,
        provider_call_id: "call_1".into(),
        offered_name: name.into(),
        name: name.into(),
        tool: Some(tool(name)),
        args,
        effect: EffectClass::AtMostOnce,
        verdict: Verdict::Allow,
    })
}

fn finished(number: u32, outcome: ToolOutcome) -> Event {
    Event::ToolFinished {
        call_id: call(number),
        name: "read_file".into(),
        outcome,
        attempts: 1,
        duration_ms: 1,
        cached_age_seconds: None,
        request: None,
        usage: None,
    }
}

fn succeeded(output: &str) -> Event {
    Event::RunSucceeded { output: output.into(), usage: None }
}

#[test]
fn a_question_and_its_answer_are_two_messages_and_the_answer_has_its_agent() {
    let told = messages(vec![
        started("hi"),
        switched(Specialist::Orchestrator, Specialist::Ask),
        answered("hello", 0),
        succeeded("hello"),
    ]);
    let wanted =
        json!([{ "role": "user", "content": "hi" }, { "role": "assistant", "content": "hello", "agent_name": "ask" }]);
    assert_eq!(told, wanted);
}

#[test]
fn each_call_has_a_message_of_its_own_and_its_result_right_behind_it() {
    let client = ToolRef::client;
    let told = messages(vec![
        started("look"),
        answered("I look.", 2),
        planned(0, "read_file", client, json!({ "path": "a" })),
        planned(1, "read_file", client, json!({ "path": "b" })),
        finished(0, ToolOutcome::Succeeded { output: json!({ "content": "x" }) }),
        finished(1, ToolOutcome::Failed { error: "no such file".into() }),
    ]);
    let asked = |number: u32, path: &str| {
        let function = json!({ "name": "read_file", "arguments": format!("{{\"path\":\"{path}\"}}") });
        json!({ "role": "assistant", "content": "", "agent_name": "orchestrator", "tool_calls": [{ "id": call(number), "type": "function", "function": function }] })
    };
    let result = |number: u32, text: &str| json!({ "role": "tool", "content": text, "name": "read_file", "tool_call_id": call(number) });
    let wanted = json!([
        { "role": "user", "content": "look" },
        { "role": "assistant", "content": "I look.", "agent_name": "orchestrator" },
        asked(0, "a"),
        result(0, r#"{"content":"x"}"#),
        asked(1, "b"),
        result(1, "Error: no such file"),
    ]);
    assert_eq!(told, wanted);
}

#[test]
fn a_call_that_was_edited_is_told_as_it_was_made() {
    let decided = Event::ApprovalDecided {
        approval_id: ApprovalId::derive(call(0)),
        call_id: call(0),
        decision: Decision::Edit,
        args: Some(json!({ "path": "b" })),
        feedback: None,
        decided_by: None,
        answered: false,
    };
    let told = messages(vec![
        started("x"),
        answered("", 1),
        planned(0, "read_file", ToolRef::client, json!({ "path": "a" })),
        decided,
    ]);
    assert_eq!(told[1]["tool_calls"][0]["function"]["arguments"], r#"{"path":"b"}"#);
}

#[test]
fn what_steers_a_run_is_not_a_message_but_what_is_said_by_it_is() {
    let told = messages(vec![
        started("do it"),
        answered("", 1),
        planned(0, "attempt_completion", ToolRef::control, json!({ "result": "Done." })),
        succeeded("Done."),
    ]);
    assert_eq!(told[1], json!({ "role": "assistant", "content": "Done.", "agent_name": "orchestrator" }));
    assert_eq!(told.as_array().unwrap().len(), 2);
}

#[test]
fn a_plan_is_told_and_what_came_of_its_parts() {
    let part = |title: &str| Subtask {
        title: title.into(),
        description: String::new(),
        agent: Specialist::Coder,
        estimated_time_minutes: 5,
        dependencies: Vec::new(),
    };
    let plan =
        Plan { title: "Rewrite it".into(), description: "In Rust".into(), subtasks: vec![part("Write"), part("Test")] };
    let told = messages(vec![
        started("rewrite it"),
        answered("", 1),
        planned(0, "create_plan", ToolRef::control, json!({})),
        Event::PlanStarted { call_id: call(0), plan },
        switched(Specialist::Orchestrator, Specialist::Coder),
        Event::SubtaskFinished { index: 0, result: "Written.".into() },
        answered("Tested.", 0),
        Event::SubtaskFinished { index: 1, result: "Tested.".into() },
        Event::PlanFinished,
        succeeded("All is done."),
    ]);
    let texts: Vec<_> = told.as_array().unwrap().iter().map(|message| message["content"].as_str().unwrap()).collect();
    assert!(texts[1].contains("Rewrite it") && texts[1].contains("Write") && texts[1].contains("Test"), "{}", texts[1]);
    assert_eq!(texts[2..], ["Written.", "Tested.", "All is done."]);
}

#[test]
fn a_switch_alone_says_nothing_but_is_in_the_list_of_agents() {
    let told = story(vec![started(""), switched(Specialist::Orchestrator, Specialist::Debug), succeeded("")]);
    assert_eq!(told.messages, []);
    assert_eq!(told.agent, Some(Specialist::Debug));
    assert_eq!(told.turnovers.len(), 1);
    let same = story(vec![started(""), switched(Specialist::Debug, Specialist::Debug), succeeded("")]);
    assert_eq!(same.turnovers, []);
}

#[test]
fn a_story_that_begins_in_the_middle_is_told_from_there() {
    let told =
        messages(vec![finished(0, ToolOutcome::Succeeded { output: json!("x") }), answered("so", 0), succeeded("so")]);
    assert_eq!(told, json!([{ "role": "assistant", "content": "so" }]));
}
