//! Promises about the rows of tool calls.

use std::sync::Arc;

use artel_domain::{CallId, CallState, EffectClass, Run, TenantId, ToolCallRow, ToolId, ToolRef, digest};
use serde_json::{Value, json};

use super::world::{World, now, uuid, writing};
use crate::{CallChange, Step, Store, Viewer};

pub(super) fn planned(run: &Run, ordinal: u32) -> ToolCallRow {
    let args = json!({"b": [1, 2.5, null], "a": "ü \u{0000} \" \\"});
    ToolCallRow {
        id: CallId::derive(run.id, 1, ordinal),
        tenant_id: run.tenant_id,
        run_id: run.id,
        step: 1,
        ordinal,
        provider_call_id: "call_1".to_owned(),
        tool: Some(ToolRef::Row { id: ToolId(uuid()), version: 3 }),
        name: "sum".to_owned(),
        args_digest: digest::of(&args),
        args,
        effect: EffectClass::AtMostOnce,
        state: CallState::Planned,
        wait: None,
        answered_by: None,
        attempts: 0,
        result: None,
        error: None,
        duration_ms: None,
        planned_at: now(),
        dispatched_at: None,
        finished_at: None,
    }
}

pub(super) fn changed(id: CallId, state: CallState) -> CallChange {
    CallChange {
        id,
        state,
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

pub async fn the_calls_of_many_runs_come_in_the_order_they_were_planned(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let mut expected = Vec::new();
    for name in ["a", "b"] {
        let (claim, held) = world.drives(name).await;
        let later = ToolCallRow { id: CallId::derive(claim.run.id, 2, 0), step: 2, ..planned(&claim.run, 0) };
        let calls = vec![planned(&claim.run, 0), planned(&claim.run, 1), later];
        store
            .commit(&held, Step { new_calls: calls.iter().rev().cloned().collect(), ..writing(vec![]) })
            .await
            .unwrap();
        expected.extend(calls);
    }
    let runs: Vec<_> = expected.iter().map(|call| call.run_id).collect();
    assert_eq!(store.list_tool_calls(&world.viewer(), &runs).await.unwrap(), expected);
    assert_eq!(store.list_tool_calls(&world.viewer(), &[]).await.unwrap(), []);
    assert_eq!(store.list_tool_calls(&Viewer::service(TenantId(uuid())), &runs).await.unwrap(), []);
}

pub async fn json_is_kept_as_it_was_written(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held) = world.drives("s").await;
    let text = r#"{"z":1,"a":{"c":[1.0,-0.5,12345678901234567890],"b":"\u0000é"},"m":null}"#;
    let args: Value = serde_json::from_str(text).unwrap();
    let call = ToolCallRow { args_digest: digest::of(&args), args: args.clone(), ..planned(&claim.run, 0) };
    store.commit(&held, Step { new_calls: vec![call], ..writing(vec![]) }).await.unwrap();
    let kept = store.list_tool_calls(&world.viewer(), &[claim.run.id]).await.unwrap().remove(0);
    assert_eq!(kept.args.to_string(), args.to_string());
}
