//! Promises about runs of the specialists: what they are asked for, and how they follow one another.

use std::sync::Arc;

use artel_domain::{Phase, TeamRequest, Timestamp, ToolCallRow};

use super::answers::{asks, dispatched, drives, sleeps, takes, team, waits};
use super::sessions::opens;
use super::world::{LEASE, World, at_once, ending};
use crate::{Created, NewRun, Step, Store};

pub async fn what_the_specialists_are_asked_is_kept(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let run = asks(&world, "s").await;
    assert_eq!(run.team, Some(team()));
    assert_eq!(world.finds(run.id).await, run);
    assert_eq!(takes(&world).await.0.run.team, Some(team()));
    assert_eq!(world.starts("another").await.team, None);
    let least = TeamRequest::default();
    let Created::Run(run) = world.creates(NewRun { team: Some(least.clone()), ..world.new_run("third") }).await else {
        panic!("refused")
    };
    assert_eq!(world.finds(run.id).await.team, Some(least));
}

pub async fn a_run_of_the_specialists_wakes_the_one_that_waits_before_it(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let opened = opens(&world, "s").await;
    let (first, _) = waits(&world, "s").await;
    let (elsewhere, _) = waits(&world, "elsewhere").await;
    let new = NewRun { team: Some(team()), ..world.new_run("s") };
    world.creates(new.clone()).await;
    assert_eq!(world.finds(first.id).await.phase, Phase::Queued);
    assert_eq!(world.finds(elsewhere.id).await.phase, Phase::Waiting);

    let (claim, held) = takes(&world).await;
    assert_eq!((claim.run.id, claim.recovered), (first.id, false), "in its turn");
    let turn = store.load_turn(&held, 10).await.unwrap();
    assert!(turn.has_successor);
    assert_eq!(turn.session.map(|session| (session.id, session.created_at)), Some((opened.id, opened.created_at)));
    sleeps(&world, &held, claim.first_seq).await;
    world.creates(new.clone()).await;
    assert_eq!(world.finds(first.id).await.phase, Phase::Waiting, "a create that is tried again wakes nobody");

    asks(&world, "s").await;
    let (claim, held) = takes(&world).await;
    assert_eq!(claim.run.id, first.id);
    store.commit(&held, ending(claim.first_seq, Phase::Failed)).await.unwrap();
    let (claim, held) = takes(&world).await;
    assert_eq!(claim.run.id, new.id);
    assert!(store.load_turn(&held, 10).await.unwrap().has_successor, "the third one");
    store.commit(&held, ending(claim.first_seq, Phase::Failed)).await.unwrap();
    let (_, held) = takes(&world).await;
    assert!(!store.load_turn(&held, 10).await.unwrap().has_successor, "nobody is behind the last one");
}

pub async fn a_run_that_is_followed_while_its_worker_has_it_does_not_fall_asleep(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held, _) = drives(&world, "s").await;
    assert!(!store.load_turn(&held, 10).await.unwrap().has_successor);
    asks(&world, "s").await;
    assert_eq!(world.finds(claim.run.id).await.phase, Phase::Running);
    assert_eq!(world.claims("other", LEASE).await, None);
    sleeps(&world, &held, 1).await;
    let (again, held) = takes(&world).await;
    assert_eq!(again.run.id, claim.run.id);
    assert!(store.load_turn(&held, 10).await.unwrap().has_successor);
}

pub async fn of_many_creates_at_once_each_wakes_the_one_that_waits(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    for round in 0..10 {
        let name = format!("s{round}");
        let (claim, held, _) = drives(&world, &name).await;
        let first_seq = claim.first_seq;
        let tasks =
            at_once(
                (0..4).map(|i| {
                    let (world, name, held) = (world.clone(), name.clone(), held.clone());
                    async move {
                        if i == 0 { sleeps(&world, &held, first_seq).await } else { drop(asks(&world, &name).await) }
                    }
                }),
            );
        tasks.await;
        let (mut again, mut held) = takes(&world).await;
        assert_eq!(again.run.id, claim.run.id, "round {round}: it never sleeps with others behind it");
        for behind in (0..4).rev() {
            assert_eq!(store.load_turn(&held, 10).await.unwrap().has_successor, behind > 0, "round {round}");
            store.commit(&held, ending(again.first_seq, Phase::Failed)).await.unwrap();
            if behind > 0 {
                (again, held) = takes(&world).await;
            }
        }
    }
}

pub async fn other_runs_of_a_session_wait_and_are_not_asked_about(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held) = world.drives("s").await;
    let call = ToolCallRow { finished_at: Some(Timestamp::UNIX_EPOCH), ..dispatched(&claim.run, 0) };
    store.commit(&held, Step { new_calls: vec![call], ..ending(1, Phase::Waiting) }).await.unwrap();
    world.starts("s").await;
    assert_eq!(world.finds(claim.run.id).await.phase, Phase::Waiting, "a platform's run waits for its turn");
    asks(&world, "s").await;
    let (claim, held) = takes(&world).await;
    let turn = store.load_turn(&held, 10).await.unwrap();
    assert_eq!((turn.answers, turn.session, turn.has_successor), (vec![], None, false));
    assert_eq!(claim.run.team, None);
}
