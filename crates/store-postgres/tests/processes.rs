//! Several processes on one database: each store here stands for one.
#![expect(clippy::unwrap_used, reason = "these are tests")]

mod scratch;

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use artel_domain::{Event, Phase};
use artel_store::conformance::memory;
use artel_store::conformance::tasks::{push, task};
use artel_store::conformance::world::{BLOCK, LEASE, World, ending, entry, fence, now};
use artel_store::{Claim, MemoryOutcome, MemoryWhat, Page, Step, Store};
use sqlx::{Connection, PgConnection};
use tokio::task::JoinSet;

const PROCESSES: usize = 3;
const RUNS_EACH: usize = 60;
const SESSIONS: usize = 4;

/// The sessions that have a run under way.
type UnderWay = Arc<Mutex<HashSet<String>>>;

async fn creates(world: World) {
    for i in 0..RUNS_EACH {
        world.starts(&format!("session {}", i % SESSIONS)).await;
    }
}

/// Drives runs until all have ended; how many it drove.
async fn drives(world: World, worker: String, under_way: UnderWay, left: Arc<Mutex<usize>>) -> usize {
    let mut driven = 0;
    while *left.lock().unwrap() > 0 {
        let claims = world.store.claim_runs(&worker, LEASE, 4, BLOCK, &[]).await.unwrap();
        if claims.is_empty() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        for claim in claims {
            ends(&world, &claim, &under_way).await;
            *left.lock().unwrap() -= 1;
            driven += 1;
        }
    }
    driven
}

async fn ends(world: &World, claim: &Claim, under_way: &UnderWay) {
    let session = claim.run.session_id.0.clone();
    assert!(!claim.recovered);
    assert!(under_way.lock().unwrap().insert(session.clone()), "two runs of {session} at once");
    let fence = fence(&claim.run);
    let ended = Event::RunSucceeded { output: String::new(), usage: None };
    let step =
        Step { entries: vec![entry(&fence, claim.first_seq, ended)], ..ending(claim.first_seq + 1, Phase::Succeeded) };
    // Free before the end is written: after it another process may already have the next run.
    under_way.lock().unwrap().remove(&session);
    world.store.commit(&fence, step).await.unwrap();
}

#[tokio::test]
async fn a_row_that_cannot_be_read_costs_only_its_own_run() {
    let Some(url) = scratch::database().await else { return };
    let store: Arc<dyn Store> = Arc::new(scratch::store(&url).await);
    let world = World::new(&store).await;
    let (damaged, well) = (world.starts("a").await, world.starts("b").await);
    let mut database = PgConnection::connect(&url).await.unwrap();
    let damage = sqlx::query("UPDATE runs SET principal = 'nonsense' WHERE id = $1").bind(damaged.id.0);
    damage.execute(&mut database).await.unwrap();
    let claims = world.claims_up_to(2, "worker", LEASE).await;
    assert_eq!(claims.iter().map(|claim| claim.run.id).collect::<Vec<_>>(), [well.id]);
    assert!(world.claims("worker", LEASE).await.is_none(), "the damaged one keeps nobody busy");
}

#[tokio::test]
async fn changes_of_one_memory_hold_one_connection() {
    let Some(url) = scratch::database().await else { return };
    let store: Arc<dyn Store> = Arc::new(scratch::store(&url).await);
    let (ada, bob) = (World::new(&store).await, World::new(&store).await);
    let writes = |number: usize| MemoryWhat::Write {
        title: "Style".to_owned(),
        source: "the user".to_owned(),
        content: number.to_string(),
    };
    memory::changes(&ada, "a.md", writes(0)).await;
    // The first of the changes waits for this row, and all others for the first.
    let mut database = PgConnection::connect(&url).await.unwrap();
    let mut holding = database.begin().await.unwrap();
    sqlx::query("SELECT id FROM memory_versions FOR UPDATE").execute(&mut *holding).await.unwrap();
    let mut changes = JoinSet::new();
    for number in 1..=30 {
        let ada = ada.clone();
        changes.spawn(async move { memory::changes(&ada, "a.md", writes(number)).await });
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let page = Page { limit: 10, offset: 0 };
    let other = tokio::time::timeout(Duration::from_secs(5), async {
        store.list_memory(&bob.viewer(), bob.user, "", page).await
    });
    assert_eq!(other.await.unwrap().unwrap(), (Vec::new(), 0));
    holding.rollback().await.unwrap();
    while let Some(change) = changes.join_next().await {
        assert!(matches!(change.unwrap(), MemoryOutcome::Done { .. }));
    }
}

#[tokio::test]
async fn a_task_that_cannot_be_read_keeps_no_place_from_others() {
    let Some(url) = scratch::database().await else { return };
    let store: Arc<dyn Store> = Arc::new(scratch::store(&url).await);
    let world = World::new(&store).await;
    let makes = async || store.create_task(task(&world), 10, world.audit("task.create")).await.unwrap().unwrap().id;
    let (damaged, well) = (makes().await, makes().await);
    store.record_inbound_event(push(&world)).await.unwrap();
    let mut database = PgConnection::connect(&url).await.unwrap();
    let damage = sqlx::query("UPDATE tasks SET acts_for = 'nonsense' WHERE id = $1").bind(damaged.0);
    damage.execute(&mut database).await.unwrap();
    let due = async |limit| {
        let found = store.due_tasks(now(), limit).await.unwrap();
        found.into_iter().map(|task| task.id).collect::<Vec<_>>()
    };
    assert_eq!((due(2).await, due(1).await), (vec![well], vec![well]));
    let starts = async |limit| {
        let found = store.event_starts(now(), limit).await.unwrap();
        found.into_iter().map(|start| start.task.id).collect::<Vec<_>>()
    };
    assert_eq!((starts(2).await, starts(1).await), (vec![well], vec![well]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_processes_drive_the_runs_of_few_sessions_one_after_the_other_and_leave_none() {
    let Some(url) = scratch::database().await else { return };
    let first: Arc<dyn Store> = Arc::new(scratch::store(&url).await);
    let world = World::new(&first).await;
    let (under_way, left) = (UnderWay::default(), Arc::new(Mutex::new(PROCESSES * RUNS_EACH)));
    let (mut creators, mut workers) = (JoinSet::new(), JoinSet::new());
    for process in 0..PROCESSES {
        let world = World { store: Arc::new(scratch::store(&url).await), ..world.clone() };
        creators.spawn(creates(world.clone()));
        workers.spawn(drives(world, format!("worker {process}"), Arc::clone(&under_way), Arc::clone(&left)));
    }
    creators.join_all().await;
    let driven = tokio::time::timeout(Duration::from_mins(1), workers.join_all())
        .await
        .expect("no run is left behind in its session");
    assert_eq!(driven.iter().sum::<usize>(), PROCESSES * RUNS_EACH);
    assert!(first.count_open_runs().await.unwrap().iter().all(|(_, runs)| *runs == 0));
    for session in 0..SESSIONS {
        let name = artel_domain::SessionId(format!("session {session}"));
        let entries = first.session_entries(&world.viewer(), &name, 0, 1000).await.unwrap();
        assert_eq!(entries.len(), PROCESSES * RUNS_EACH / SESSIONS);
        assert!(
            entries.iter().zip(1..).all(|(entry, seq)| entry.seq == seq),
            "numbers given back are used by the next run"
        );
    }
}
