use artel_domain::clock::micros;
use artel_domain::event::{Optional, Verdict};
use artel_domain::{ApprovalId, CallId, Decision, EffectClass, FinishReason, RunId};
use rstest::rstest;
use uuid::Uuid;

use super::*;

const RUN: RunId = RunId(Uuid::from_u128(1));
const CALL: CallId = CallId(Uuid::from_u128(2));

fn shown(event: Event) -> Option<(&'static str, String)> {
    let entry = Entry { seq: 7, run_id: RUN, at: micros(0), event };
    super::event(&entry).map(|(name, data)| (name, data.to_string()))
}

fn planned() -> Event {
    Event::ToolPlanned(PlannedCall {
        call_id: CALL,
        step: 1,
        ordinal: 0,
        provider_call_id: "call_1".into(),
        offered_name: "echo".into(),
        name: "Echo!".into(),
        tool: Some(artel_domain::ToolRef::builtin("echo")),
        args: json!({"text": "hello"}),
        effect: EffectClass::ReadOnly,
        verdict: Verdict::Allow,
    })
}

fn finished(outcome: ToolOutcome) -> Event {
    Event::ToolFinished {
        call_id: CALL,
        name: "Echo!".into(),
        outcome,
        attempts: 1,
        duration_ms: 12,
        cached_age_seconds: None,
        request: None,
        usage: None,
    }
}

fn answered(finish: FinishReason) -> Event {
    Event::ModelAnswered { step: 2, text: "Hello".into(), finish, usage: None, planned: 0, opaque: None }
}

const USAGE: Usage =
    Usage { prompt_tokens: 150, completion_tokens: 45, cached_tokens: 0, reasoning_tokens: 0, cache_write_tokens: 0 };

#[rstest]
#[case(Event::RunStarted { agent_id: artel_domain::AgentId(Uuid::nil()), agent_version: 1, trace_id: "t".into(), input: "i".into(), team: None },
    "start", r#"{"run_id":"00000000-0000-0000-0000-000000000001","trace_id":"t"}"#)]
#[case(Event::Delta { step: 1, text: "Hel\nlo".into() }, "token", r#"{"delta":"Hel\nlo"}"#)]
#[case(Event::MessageReset { step: 2 }, "message_reset", r#"{"step":2}"#)]
#[case(answered(FinishReason::Length), "message_cut", r#"{"step":2,"finish_reason":"length"}"#)]
#[case(answered(FinishReason::ContentFilter), "message_cut", r#"{"step":2,"finish_reason":"content_filter"}"#)]
#[case(
    planned(),
    "tool_call",
    r#"{"tool_call_id":"00000000-0000-0000-0000-000000000002","name":"Echo!","args":{"text":"hello"}}"#
)]
#[case(finished(ToolOutcome::Succeeded { output: json!({"text": "hello"}) }), "tool_result",
    r#"{"tool_call_id":"00000000-0000-0000-0000-000000000002","name":"Echo!","status":"succeeded","output":{"text":"hello"},"duration_ms":12}"#)]
#[case(finished(ToolOutcome::Unknown { error: "cut off".into() }), "tool_result",
    r#"{"tool_call_id":"00000000-0000-0000-0000-000000000002","name":"Echo!","status":"unknown","error":"cut off","duration_ms":12}"#)]
#[case(Event::SubagentAsks { run_id: RunId(Uuid::nil()), approval_id: ApprovalId(Uuid::nil()), name: "rm".into(), args: json!({"path": "/"}),
    reason: "dangerous".into(), optional: Optional }, "subagent_approval",
    r#"{"approval_id":"00000000-0000-0000-0000-000000000000","run_id":"00000000-0000-0000-0000-000000000000","name":"rm","args":{"path":"/"},"reason":"dangerous"}"#)]
#[case(Event::RunSucceeded { output: "Done".into(), usage: Some(USAGE) }, "result",
    r#"{"output":"Done","tokens":{"prompt_tokens":150,"completion_tokens":45,"total_tokens":195}}"#)]
#[case(Event::RunSucceeded { output: "Done".into(), usage: None }, "result",
    r#"{"output":"Done","tokens":{"prompt_tokens":null,"completion_tokens":null,"total_tokens":null}}"#)]
#[case(Event::RunFailed { code: "cancelled".into(), message: "cancelled".into(), usage: None }, "error",
    r#"{"error":"cancelled","code":"cancelled"}"#)]
fn clients_see_the_events_of_the_contract(#[case] event: Event, #[case] name: &str, #[case] data: &str) {
    assert_eq!(shown(event), Some((name, data.to_owned())));
}

#[test]
fn a_result_that_was_kept_says_how_old_it_is() {
    let mut event = finished(ToolOutcome::Succeeded { output: json!("sunny") });
    if let Event::ToolFinished { cached_age_seconds, .. } = &mut event {
        *cached_age_seconds = Some(30);
    }
    let (_, data) = shown(event).unwrap();
    assert!(data.ends_with(r#""output":"sunny","duration_ms":12,"cached":true,"age_seconds":30}"#), "{data}");
}

#[test]
fn an_approval_shows_what_is_asked() {
    let (name, data) = shown(Event::ApprovalRequested {
        approval_id: ApprovalId(Uuid::from_u128(3)),
        call_id: CALL,
        name: "rm".into(),
        args: json!({"path": "/"}),
        args_digest: "d".into(),
        reason: "dangerous".into(),
        target: None,
        changed: Vec::new(),
        replaces: None,
        approvers: Vec::new(),
    })
    .unwrap();
    assert_eq!(name, "approval");
    assert!(!data.contains("changed"), "{data}");
    assert!(data.contains("\"reason\":\"dangerous\"") && data.contains("\"args_digest\":\"d\""), "{data}");
}

#[rstest]
#[case(Decision::Edit, Some(json!({"path": "/tmp/a"})), None, r#""decision":"edit","feedback":null,"args":{"path":"/tmp/a"}}"#)]
#[case(Decision::Reject, None, Some("no".to_owned()), r#""decision":"reject","feedback":"no"}"#)]
fn a_decision_is_shown(
    #[case] decision: Decision,
    #[case] args: Option<Value>,
    #[case] feedback: Option<String>,
    #[case] end: &str,
) {
    let approval_id = ApprovalId(Uuid::from_u128(3));
    let (name, data) = shown(Event::ApprovalDecided {
        approval_id,
        call_id: CALL,
        decision,
        args,
        feedback,
        decided_by: None,
        answered: false,
    })
    .unwrap();
    assert_eq!(name, "approval_decided");
    assert!(data.contains("\"tool_call_id\"") && data.ends_with(end), "{data}");
}

#[test]
fn a_form_and_its_answer_are_shown() {
    let form = Form { title: "Who?".into(), description: None, fields: Vec::new(), connect: None };
    let asked = shown(Event::CallWaits { call_id: CALL, wait: Wait::Form { form, until: None } }).unwrap();
    let id = "00000000-0000-0000-0000-000000000002";
    let expected = format!(
        r#"{{"form_id":"{id}","title":"Who?","description":null,"fields":[],"connect":null,"expires_at":null}}"#
    );
    assert_eq!(asked, ("form_requested", expected));
    let answered = Event::FormAnswered { call_id: CALL, values: Some(json!({"name": "Ada"})), reason: None, by: None };
    let expected =
        format!(r#"{{"form_id":"{id}","submitted":true,"values":{{"name":"Ada"}},"reason":null,"answered_by":null}}"#);
    assert_eq!(shown(answered), Some(("form_answered", expected)));
    assert_eq!(shown(Event::CallWaits { call_id: CALL, wait: Wait::Child }), None);
}

#[test]
fn what_happens_inside_is_not_shown() {
    assert_eq!(shown(Event::ModelRequested { step: 1 }), None);
    assert_eq!(shown(answered(FinishReason::Stop)), None);
    assert_eq!(shown(answered(FinishReason::Other("odd".into()))), None);
    assert_eq!(shown(Event::ToolDispatched { call_id: CALL, attempt: 1 }), None);
    assert_eq!(shown(Event::CancelRequested), None);
}
