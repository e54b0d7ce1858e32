//! Journals of the last release and of this version, each read by the other: both run side by side during an upgrade.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[expect(clippy::trivially_copy_pass_by_ref, clippy::struct_field_names, reason = "a copy of what was released")]
#[path = "last_release/types.rs"]
mod released;

use std::collections::BTreeSet;

use artel_domain::{ApprovalId, CallId, Event, RunId};
use serde_json::Value;

/// One entry of each kind and form, as the last release wrote it.
const RECORDED: &str = include_str!("recorded/journal.jsonl");
/// Its kinds.
const KINDS: usize = 21;

fn kind(line: &str) -> String {
    serde_json::from_str::<Value>(line).unwrap()["kind"].as_str().unwrap().to_owned()
}

fn released(text: &str) -> released::Event {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn the_recording_is_whole_and_what_the_last_release_writes() {
    assert_eq!(RECORDED.lines().map(kind).collect::<BTreeSet<_>>().len(), KINDS);
    for line in RECORDED.lines() {
        assert_eq!(serde_json::to_string(&released(line)).unwrap(), line);
    }
}

#[test]
fn this_version_reads_what_the_last_release_wrote() {
    for line in RECORDED.lines() {
        let event = Event::read(&kind(line), line);
        assert!(!matches!(event, Event::Other { .. }), "{line}");
        assert_eq!(event.kind(), kind(line));
    }
}

#[test]
fn the_last_release_reads_what_this_version_writes() {
    for line in RECORDED.lines() {
        let written = Event::read(&kind(line), line).payload().unwrap().into_owned();
        assert_eq!(released(&written), released(line), "old members stay written: {written}");
    }
}

#[test]
fn an_entry_that_this_version_writes_is_read_back_as_it_was() {
    for line in RECORDED.lines() {
        let event = Event::read(&kind(line), line);
        assert_eq!(Event::read(event.kind(), &event.payload().unwrap()), event);
    }
}

#[test]
fn recorded_ids_are_the_ones_that_this_version_makes() {
    let entries = include_str!("../../agent/tests/recorded/journal.jsonl");
    let mut calls = 0;
    for entry in entries.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        let event = &entry["event"];
        let id = |member: &Value| member.as_str().unwrap().to_owned();
        if event["kind"] == "tool_planned" {
            let run: RunId = id(&entry["run_id"]).parse().unwrap();
            let number = |member: &str| event[member].as_u64().unwrap() as u32;
            assert_eq!(CallId::derive(run, number("step"), number("ordinal")).to_string(), id(&event["call_id"]));
            calls += 1;
        }
        if event["kind"] == "approval_requested" {
            assert_eq!(
                ApprovalId::derive(id(&event["call_id"]).parse().unwrap()).to_string(),
                id(&event["approval_id"])
            );
        }
    }
    assert!(calls > 10);
}
