use serde_json::json;

use super::*;
use crate::{Entry, RunId, Timestamp};

fn other(kind: &str, payload: &str) -> Event {
    Event::Other { kind: kind.to_owned(), payload: payload.to_owned() }
}

#[test]
fn an_entry_that_cannot_be_read_is_kept_byte_for_byte() {
    let unreadable = [
        ("form_asked", r#"{ "kind":"form_asked", "z": 1.0, "a": [ ] }"#),
        ("form_asked", ""),
        ("model_requested", r#"{"kind":"model_requested","step":"one"}"#),
        ("model_requested", r#"{"kind":"model_requested","step":1} and more"#),
        ("model_requested", r#"{"kind":"delta","step":1,"text":""}"#),
        ("approval_decided", r#"{"kind":"approval_decided","decision":"later"}"#),
    ];
    for (kind, payload) in unreadable {
        let event = Event::read(kind, payload);
        assert_eq!(event, other(kind, payload));
        assert_eq!((event.kind(), event.payload().unwrap().as_ref()), (kind, payload));
    }
}

#[test]
fn a_run_is_driven_over_an_unknown_entry_only_when_the_entry_says_so() {
    let must = |payload: &str| Event::read("form_asked", payload).must_be_understood();
    assert!(!must(r#"{"kind":"form_asked","optional":true}"#));
    for payload in [
        r#"{"kind":"form_asked"}"#,
        r#"{"kind":"form_asked","optional":false}"#,
        r#"{"optional":"true"}"#,
        "",
        "[true]",
    ] {
        assert!(must(payload), "{payload}");
    }
    assert!(!Event::ModelRequested { step: 1 }.must_be_understood());
}

#[test]
fn an_unknown_entry_travels_between_processes_as_it_is() {
    let text = r#"{"seq":7,"run_id":"00000000-0000-0000-0000-000000000000","at":"1970-01-01T00:00:00Z","event":{"kind":"form_asked","b":1,"a":2}}"#;
    let entry: Entry = serde_json::from_str(text).unwrap();
    assert_eq!(entry.event, other("form_asked", r#"{"kind":"form_asked","b":1,"a":2}"#));
    assert_eq!(serde_json::to_string(&entry).unwrap(), text);
    let known = Entry {
        seq: 7,
        run_id: RunId(uuid::Uuid::nil()),
        at: Timestamp::UNIX_EPOCH,
        event: Event::Delta { step: 1, text: "a".into() },
    };
    let value = serde_json::to_value(&known).unwrap();
    assert_eq!(value["event"], json!({ "kind": "delta", "step": 1, "text": "a" }));
    assert_eq!(serde_json::from_value::<Entry>(value).unwrap(), known);
}

#[test]
fn a_damaged_end_is_an_end_for_those_who_follow() {
    assert!(Event::read("run_failed", "{").is_end());
    assert!(!Event::read("form_asked", "{").is_end());
}
