//! Promises about what a worker gets to go on with a run.

use std::sync::Arc;

use artel_domain::{Event, FinishReason, Phase};

use super::approvals::question;
use super::journal::requested;
use super::world::{World, delta, entry, writing};
use crate::{Step, Store};

pub async fn a_fresh_turn_is_loaded_with_its_agent_and_nothing_else(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (_, held) = world.drives("s").await;
    let turn = store.load_turn(&held, 50).await.unwrap();
    assert_eq!(turn.agent.id, world.agent);
    assert!(
        turn.bindings.is_empty() && turn.journal.is_empty() && turn.dialogue.is_empty() && turn.approvals.is_empty()
    );
    assert_eq!(turn.last_seq, 0);
}

pub async fn a_turn_is_loaded_without_deltas_and_with_what_came_before(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (_, first) = world.drives("s").await;
    let answered = |seq: i64, text: &str| {
        let event = Event::ModelAnswered {
            step: 1,
            text: text.to_owned(),
            finish: FinishReason::Stop,
            usage: None,
            planned: 0,
            opaque: None,
        };
        entry(&first, seq, event)
    };
    let told = vec![requested(&first, 1), delta(&first, 2, 1, "a"), answered(3, "a"), answered(4, "b")];
    store.commit(&first, Step { phase: Some(Phase::Succeeded), ..writing(told.clone()) }).await.unwrap();
    world.drives("elsewhere").await;

    let (claim, held) = world.drives("s").await;
    let asked = question(&claim.run, 0);
    let own = vec![requested(&held, 5), delta(&held, 6, 1, "c"), delta(&held, 7, 1, "d")];
    store.commit(&held, Step { approvals: vec![asked.clone()], ..writing(own.clone()) }).await.unwrap();
    let turn = store.load_turn(&held, 50).await.unwrap();
    assert_eq!(turn.journal, own[..1]);
    assert_eq!(turn.dialogue, [told[0].clone(), told[2].clone(), told[3].clone()]);
    assert_eq!((turn.approvals, turn.last_seq), (vec![asked], 7));
    let short = store.load_turn(&held, 2).await.unwrap();
    assert_eq!(short.dialogue, told[2..], "the newest, oldest first");
}

pub async fn a_turn_of_a_deleted_agent_is_loaded(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (_, held) = world.drives("s").await;
    store.delete_agent(&world.viewer(), world.agent, world.audit("agent.delete")).await.unwrap();
    assert_eq!(store.load_turn(&held, 50).await.unwrap().agent.id, world.agent);
}
