use artel_domain::{ApprovalId, Decision, Event, Plan, Specialist, Subtask, ToolRef};
use serde_json::json;

use super::frames;
use super::story::{PLANS, TOKENS, WHOLE, answered, asked, asks_human, call, decided, finished, planned, succeeded};

fn plan() -> Plan {
    let subtask = |title: &str, dependencies| Subtask {
        title: title.into(),
        description: "do it".into(),
        agent: Specialist::Coder,
        estimated_time_minutes: 5,
        dependencies,
    };
    Plan {
        title: "Big".into(),
        description: String::new(),
        subtasks: vec![subtask("one", vec![]), subtask("two", vec![0])],
    }
}

fn planning(rest: &[Event]) -> Vec<Event> {
    let args = serde_json::to_value(plan()).unwrap();
    let head = [
        asked(1),
        answered("", 1),
        planned(0, "create_plan", args.clone(), ToolRef::control),
        asks_human(0, "create_plan", args),
    ];
    head.into_iter().chain(rest.iter().cloned()).collect()
}

fn carried_out() -> Vec<Event> {
    vec![
        Event::PlanStarted { call_id: call(0), plan: plan() },
        Event::SubtaskStarted { index: 0 },
        Event::SubtaskFinished { index: 0, result: "r1".into() },
        Event::PlanFinished,
        succeeded("all"),
    ]
}

#[test]
fn a_client_that_shows_plans_is_asked_and_hears_how_they_go() {
    let rest: Vec<Event> =
        [decided(0, Decision::Approve, None, false), finished(0)].into_iter().chain(carried_out()).collect();
    let frames = frames(PLANS, &planning(&rest));
    let kinds: Vec<&str> = frames.iter().map(|frame| frame["type"].as_str().unwrap()).collect();
    assert_eq!(
        kinds,
        [
            "plan_approval_required",
            "status",
            "plan_progress",
            "subtask_completed",
            "plan_completed",
            "assistant_message"
        ]
    );
    assert_eq!(frames[0]["approval_request_id"], json!(ApprovalId::derive(call(0))));
    assert_eq!(frames[0]["plan_id"], json!(call(0)));
    assert_eq!(frames[0]["plan_summary"]["subtasks_count"], 2);
    assert_eq!(frames[0]["plan_summary"]["total_estimated_time"], "10 min");
    assert_eq!(frames[0]["plan_summary"]["subtasks"][1]["dependencies"], json!(["0"]));
    assert_eq!(
        (&frames[3]["metadata"]["result"], &frames[3]["metadata"]["duration_seconds"]),
        (&json!("r1"), &json!(1.0))
    );
}

#[test]
fn a_plan_that_nobody_wants_is_rejected() {
    let frames = frames(PLANS, &planning(&[decided(0, Decision::Reject, None, false), finished(0)]));
    assert_eq!(frames[1]["type"], "plan_rejected");
}

#[test]
fn other_clients_read_plans_as_text() {
    for view in [WHOLE, TOKENS] {
        let frames = frames(view, &planning(&carried_out()));
        assert!(frames.iter().all(|frame| frame["type"] == "assistant_message"), "{frames:?}");
        assert!(frames[0]["token"].as_str().unwrap().starts_with("Big\n\n1. [coder] one: do it"), "{frames:?}");
        assert_eq!(frames.iter().filter(|frame| frame["is_final"] == true).count(), 1);
        assert_eq!(frames[1]["token"].as_str().unwrap().trim(), "r1");
    }
}
