use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::{Event, RunId};

/// An entry as the release before wrote it.
fn earlier(members: &Value) -> Value {
    let mut entry = json!({
        "kind": "tool_planned",
        "call_id": CallId::derive(RunId(Uuid::from_u128(7)), 1, 0),
        "step": 1, "ordinal": 0, "provider_call_id": "call_0", "offered_name": "pay", "name": "pay", "tool_id": null,
        "args": { "amount": 5 }, "effect": "at_most_once", "verdict": { "verdict": "ask", "reason": "money" },
    });
    entry.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    entry
}

fn read(entry: &Value) -> PlannedCall {
    match serde_json::from_value(entry.clone()).unwrap() {
        Event::ToolPlanned(planned) => planned,
        other => panic!("{other:?}"),
    }
}

#[test]
fn journals_of_the_release_before_name_their_tools() {
    let id = ToolId(Uuid::from_u128(9));
    for (members, expected) in [
        (json!({ "tool_id": id }), Some(ToolRef::Row { id, version: 0 })),
        (json!({ "executor": "client" }), Some(ToolRef::client("pay"))),
        (json!({ "executor": "control" }), Some(ToolRef::control("pay"))),
        (json!({}), None),
    ] {
        assert_eq!(read(&earlier(&members)).tool, expected);
    }
}

#[test]
fn the_release_before_reads_what_is_written_now() {
    let id = ToolId(Uuid::from_u128(9));
    for (tool, tool_id, executor) in [
        (Some(ToolRef::Row { id, version: 4 }), json!(id), None),
        (Some(ToolRef::client("pay")), Value::Null, Some("client")),
        (Some(ToolRef::control("pay")), Value::Null, Some("control")),
        (Some(ToolRef::builtin("pay")), Value::Null, None),
        (None, Value::Null, None),
    ] {
        let planned = PlannedCall { tool, ..read(&earlier(&json!({}))) };
        let written = serde_json::to_value(Event::ToolPlanned(planned.clone())).unwrap();
        assert_eq!((&written["tool_id"], written.get("executor").and_then(Value::as_str)), (&tool_id, executor));
        assert_eq!(read(&written), planned);
    }
}
