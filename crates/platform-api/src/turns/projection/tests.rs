use artel_domain::clock::micros;
use artel_domain::{AgentId, Clock as _, FinishReason, RunId, SystemClock, TenantId, UserId};
use uuid::Uuid;

use super::*;

const RUN: RunId = RunId(Uuid::from_u128(1));
const CALL: CallId = CallId(Uuid::from_u128(2));
const FILE: ArtifactId = ArtifactId(Uuid::from_u128(3));

fn entry(seq: i64, event: Event) -> Entry {
    Entry { seq, run_id: RUN, at: micros(0), event }
}

fn started() -> Event {
    Event::RunStarted {
        agent_id: AgentId(Uuid::nil()),
        agent_version: 1,
        trace_id: "t".into(),
        input: "i".into(),
        team: None,
    }
}

fn finished(output: Value) -> Event {
    let outcome = ToolOutcome::Succeeded { output };
    Event::ToolFinished {
        call_id: CALL,
        name: "draw".into(),
        outcome,
        attempts: 1,
        duration_ms: 12,
        cached_age_seconds: None,
        request: None,
        usage: None,
    }
}

fn artifact() -> Artifact {
    Artifact {
        id: FILE,
        attempt: None,
        tenant_id: TenantId(Uuid::nil()),
        owner_id: UserId(Uuid::nil()),
        session_id: None,
        kind: "draft".to_owned(),
        title: Some("A".to_owned()),
        media_type: "text/plain".to_owned(),
        bytes: 1,
        sha256: "ab".to_owned(),
        ephemeral: true,
        created_at: SystemClock.now(),
    }
}

fn told(projection: &mut Projection, seq: i64, event: Event, artifacts: &[Artifact]) -> Vec<String> {
    let events = projection.events(&entry(seq, event), artifacts);
    events.iter().map(|event| format!("{} {} {}", event.at, event.name, event.data)).collect()
}

#[test]
fn every_kind_of_entry_has_its_frozen_text() {
    let mut all = Projection::new(SessionId("s".to_owned()));
    let usage = artel_domain::Usage { prompt_tokens: 3, completion_tokens: 4, ..artel_domain::Usage::default() };
    let answered = |usage| Event::ModelAnswered {
        step: 1,
        text: "x".into(),
        finish: FinishReason::Stop,
        usage,
        planned: 0,
        opaque: None,
    };
    let failed = |code: &str| Event::RunFailed { code: code.into(), message: "no".into(), usage: None };
    for (event, expected) in [
        (
            started(),
            r#"7 turn_started {"session_id":"s","turn_id":"00000000-0000-0000-0000-000000000001","agent_id":"00000000-0000-0000-0000-000000000000"}"#,
        ),
        (Event::Delta { step: 1, text: "Hel\nlo".into() }, r#"7 text_delta {"delta":"Hel\nlo"}"#),
        (Event::MessageReset { step: 2 }, r#"7 message_reset {"step":2}"#),
        (answered(Some(usage)), r#"7 usage {"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}"#),
        (
            Event::RunSucceeded { output: "Done".into(), usage: None },
            r#"7 turn_completed {"output":"Done","files":[],"usage":null}"#,
        ),
        (failed("max_steps"), r#"7 turn_failed {"error":"no","code":"max_steps"}"#),
        (failed("cancelled"), "7 turn_cancelled {}"),
    ] {
        assert_eq!(told(&mut all, 7, event, &[]), [expected]);
    }
    for silent in [answered(None), Event::ModelRequested { step: 1 }, Event::CancelRequested] {
        assert_eq!(told(&mut all, 7, silent, &[]), [""; 0]);
    }
}

#[test]
fn a_files_event_comes_after_its_result_and_the_end_lists_it() {
    let mut projection = Projection::new(SessionId("s".to_owned()));
    told(&mut projection, 1, started(), &[]);
    let output = json!({ "made": [{ "artifact_id": FILE }], "artifact_id": "no id" });
    assert_eq!(artifact_ids(&finished(output.clone())), [FILE]);
    let events = told(&mut projection, 4, finished(output), &[artifact()]);
    let file = r#"{"artifact_id":"00000000-0000-0000-0000-000000000003","kind":"draft","title":"A","media_type":"text/plain","ephemeral":true,"url":"/v1/artifacts/00000000-0000-0000-0000-000000000003"}"#;
    assert!(events[0].starts_with("4 tool_result "), "{events:?}");
    assert!(events[0].ends_with(r#""artifact_ids":["00000000-0000-0000-0000-000000000003"]}"#), "{events:?}");
    assert_eq!(events[1..], [format!("4.1 artifact {file}")]);
    let end = told(&mut projection, 9, Event::RunSucceeded { output: String::new(), usage: None }, &[]);
    assert_eq!(end, [format!(r#"9 turn_completed {{"output":"","files":[{file}],"usage":null}}"#)]);
    told(&mut projection, 10, started(), &[]);
    let end = told(&mut projection, 12, Event::RunSucceeded { output: String::new(), usage: None }, &[]);
    assert!(end[0].contains(r#""files":[]"#), "another turn has files of its own: {end:?}");
}

#[test]
fn files_keep_their_numbers_when_one_is_deleted() {
    let other = ArtifactId(Uuid::from_u128(4));
    let output = json!([{ "artifact_id": FILE }, { "artifact_id": other }]);
    let left = Artifact { id: other, ..artifact() };
    let events = Projection::new(SessionId("s".to_owned())).events(&entry(4, finished(output)), &[left]);
    assert_eq!(events.iter().map(|event| event.at.to_string()).collect::<Vec<_>>(), ["4", "4.2"]);
}

#[test]
fn a_result_that_names_many_files_shows_a_hundred() {
    let many: Vec<Value> = (0..500).map(|n| json!({ "artifact_id": Uuid::from_u128(n) })).collect();
    assert_eq!(artifact_ids(&finished(json!(many))).len(), MOST_FILES);
}

#[test]
fn a_long_result_is_cut_and_says_so() {
    let mut projection = Projection::new(SessionId("s".to_owned()));
    let events = projection.events(&entry(1, finished(json!("я".repeat(LONGEST_SUMMARY + 1)))), &[]);
    let summary = events[0].data["summary"].as_str().unwrap();
    assert_eq!((summary.chars().count(), summary.ends_with('…')), (LONGEST_SUMMARY + 1, true));
}
