//! Promises about the rows of tool calls.

use std::sync::Arc;

use artel_domain::{CallId, CallState, EffectClass, Phase, Run, RunId, TenantId, ToolCallRow, ToolId, ToolRef, digest};
use serde_json::{Value, json};

use super::world::{World, ending, now, uuid, writing};
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

pub async fn calls_without_a_result_are_closed_with_their_run(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held) = world.drives("s").await;
    let (other, others) = world.drives("other").await;
    let calls = (0..3).map(|ordinal| planned(&claim.run, ordinal)).collect();
    store.commit(&held, Step { new_calls: calls, ..writing(vec![]) }).await.unwrap();
    store.commit(&others, Step { new_calls: vec![planned(&other.run, 0)], ..writing(vec![]) }).await.unwrap();
    let [over, sent, waiting] = [0, 1, 2].map(|ordinal| CallId::derive(claim.run.id, 1, ordinal));
    let finished =
        CallChange { result: Some(json!(3)), finished_at: Some(now()), ..changed(over, CallState::Succeeded) };
    let dispatched = CallChange { dispatched_at: Some(now()), ..changed(sent, CallState::Dispatched) };
    let asked = changed(waiting, CallState::AwaitingApproval);
    store.commit(&held, Step { calls: vec![finished, dispatched, asked], ..writing(vec![]) }).await.unwrap();
    let step = Step { close_calls: Some("it ended".to_owned()), ..ending(claim.first_seq, Phase::Failed) };
    store.commit(&held, step).await.unwrap();
    let kept = store.list_tool_calls(&world.viewer(), &[claim.run.id, other.run.id]).await.unwrap();
    let of = |run: RunId| kept.iter().filter(move |call| call.run_id == run);
    let states: Vec<_> = of(claim.run.id).map(|call| (call.state, call.error.as_deref())).collect();
    let why = Some("it ended");
    assert_eq!(states, [(CallState::Succeeded, None), (CallState::Unknown, why), (CallState::Failed, why)]);
    assert!(of(claim.run.id).all(|call| call.finished_at.is_some()));
    assert_eq!(of(other.run.id).map(|call| call.state).collect::<Vec<_>>(), [CallState::Planned], "another run's");
}
