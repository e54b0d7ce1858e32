//! Promises about calls that wait for events, and about what executions keep for each other.

use std::sync::Arc;

use artel_domain::{CallState, HookId, Phase, Run, RunId, ToolCallRow, Wait, WaitFor};
use serde_json::json;

use super::answers::sleeps_over;
use super::inbound_events::event;
use super::tasks::{executes, task};
use super::world::{LEASE, World, at_once, ending, uuid};
use crate::{InboundEventWrite, NewInboundEvent, Step, Store};

fn waits() -> Wait {
    Wait::Event { service: "shop".to_owned(), kind: "shop.changed".to_owned() }
}

async fn call_of(world: &World, run: &Run) -> ToolCallRow {
    world.store.list_tool_calls(&world.viewer(), &[run.id]).await.unwrap().remove(0)
}

async fn comes(world: &World, new: NewInboundEvent) {
    assert_eq!(world.store.record_inbound_event(new).await.unwrap(), InboundEventWrite::Done);
}

pub async fn an_event_ends_the_waits_for_it_once(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    let hook = HookId(uuid());
    let (run, _) = sleeps_over(&world, "a", waits()).await;
    let (beside, _) = sleeps_over(&world, "b", waits()).await;
    let (foreign, _) = sleeps_over(&other, "a", waits()).await;
    comes(&world, event(&world, hook, "bank", 1)).await;
    comes(&world, NewInboundEvent { kind: None, ..event(&world, hook, "shop", 2) }).await;
    comes(&world, NewInboundEvent { kind: Some("shop.closed".into()), ..event(&world, hook, "shop", 3) }).await;
    assert_eq!(world.claims("worker", LEASE).await, None, "these are other events");

    let events: Vec<_> = (4..12).map(|number| event(&world, hook, "shop", number)).collect();
    at_once(events.clone().into_iter().map(|new| {
        let world = world.clone();
        async move { comes(&world, new).await }
    }))
    .await;
    for run in [&run, &beside] {
        let call = call_of(&world, run).await;
        let result = call.result.unwrap();
        assert_eq!((call.state, &result["cause"]), (CallState::Succeeded, &json!("event")));
        let by = events.iter().find(|new| result["event"]["event_id"] == json!(new.id)).expect("one of them");
        assert_eq!(result["resumed_at"], json!(by.received_at));
        assert_eq!((&result["event"]["service"], &result["event"]["type"]), (&json!("shop"), &json!("shop.changed")));
        assert!(result.to_string().len() < 300, "nothing of the payload: {result}");
    }
    let woken = [world.claims("worker", LEASE).await, world.claims("worker", LEASE).await];
    let woken: Vec<RunId> = woken.into_iter().flatten().map(|claim| claim.run.id).collect();
    assert!(woken.contains(&run.id) && woken.contains(&beside.id), "{woken:?}");
    assert_eq!(world.claims("worker", LEASE).await, None, "each once");
    assert_eq!(call_of(&other, &foreign).await.finished_at, None, "another tenant's event says nothing here");
}

pub async fn an_event_while_the_worker_has_the_run_is_not_slept_over(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held) = world.drives("t").await;
    let call = super::answers::dispatched(&claim.run, 0);
    let said = super::answers::says(&call, waits());
    let awake = Step { phase: None, ..ending(claim.first_seq, Phase::Waiting) };
    store.commit(&held, Step { new_calls: vec![call], calls: vec![said], ..awake }).await.unwrap();
    comes(&world, event(&world, HookId(uuid()), "shop", 1)).await;
    let sleeps = Step { waits_for: vec![WaitFor::Event], ..ending(claim.first_seq, Phase::Waiting) };
    store.commit(&held, sleeps).await.unwrap();
    assert_eq!(world.claims("worker", LEASE).await.map(|claim| claim.run.id), Some(claim.run.id));
}

pub async fn a_run_that_is_cancelled_is_no_more_woken_by_an_event(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (run, _) = sleeps_over(&world, "s", waits()).await;
    store.cancel_run(&world.viewer(), run.id, world.audit("run.cancel")).await.unwrap();
    comes(&world, event(&world, HookId(uuid()), "shop", 1)).await;
    assert_eq!(call_of(&world, &run).await.finished_at, None);
}

pub async fn executions_keep_a_state_for_each_other(store: Arc<dyn Store>) {
    let (ada, bob) = (World::new(&store).await, World::new(&store).await);
    let (daily, other) = (task(&ada), task(&ada));
    let (first, second, beside) =
        (executes(&ada, &daily).await, executes(&ada, &daily).await, executes(&ada, &other).await);
    assert_eq!(store.load_task_state(ada.tenant, first).await.unwrap(), Some(None), "nothing was kept yet");
    assert!(store.save_task_state(ada.tenant, first, r#"{"last":1,"nul":"\u0000"}"#).await.unwrap());
    assert!(store.save_task_state(ada.tenant, second, r#"{"last":2}"#).await.unwrap());
    for run in [first, second] {
        let kept = store.load_task_state(ada.tenant, run).await.unwrap();
        assert_eq!(kept, Some(Some(r#"{"last":2}"#.to_owned())), "the task's");
    }
    assert_eq!(store.load_task_state(ada.tenant, beside).await.unwrap(), Some(None), "another task's is another");

    assert!(!store.save_task_state(bob.tenant, first, "{}").await.unwrap());
    assert_eq!(store.load_task_state(bob.tenant, first).await.unwrap(), None);
    let run = ada.starts("s").await;
    assert!(!store.save_task_state(ada.tenant, run.id, "{}").await.unwrap(), "it is no execution");
    assert_eq!(store.load_task_state(ada.tenant, run.id).await.unwrap(), None);
}
