//! The server dies under load: nothing acknowledged is lost, and the pool finds its way back by itself.

mod server;

use std::sync::Arc;
use std::time::{Duration, Instant};

use artel_domain::{Phase, RunId, SessionId};
use artel_store::conformance::world::{LEASE, World, ending, fence};
use artel_store::{NewRun, Operations, Store, StoreError};
use artel_store_postgres::{PostgresOptions, PostgresStore};
use server::Server;
use tokio::task::JoinSet;

const CRASHES: u32 = 3;
const CLIENTS: u32 = 8;
const BACK_WITHIN: Duration = Duration::from_secs(5);

/// A run that was acknowledged, and whether its end was too.
struct Acknowledged {
    run: RunId,
    ended: bool,
}

fn options(server: &Server) -> PostgresOptions {
    PostgresOptions {
        url: server.url(),
        pool_size: 5,
        max_overflow: 5,
        pool_timeout_seconds: 1,
        pool_recycle_seconds: 300,
    }
}

/// Starts and ends runs until the store says that the database is gone.
async fn works(world: World) -> Vec<Acknowledged> {
    let mut acknowledged = Vec::new();
    loop {
        let new = world.new_run("");
        let run = new.id;
        let new = NewRun { session_id: SessionId(run.to_string()), ..new };
        match world.store.create_run(&world.viewer(), new, world.audit("run.create")).await {
            Ok(_) => acknowledged.push(Acknowledged { run, ended: false }),
            Err(error) => return stops(&error, acknowledged),
        }
        if let Err(error) = ends_one(&world, &mut acknowledged).await {
            return stops(&error, acknowledged);
        }
    }
}

/// Claims any run and ends it; it may be another client's.
async fn ends_one(world: &World, acknowledged: &mut Vec<Acknowledged>) -> artel_store::Result<()> {
    let Some(claim) = world.store.claim_runs("worker", LEASE, 1, 10, &[]).await?.pop() else { return Ok(()) };
    world.store.commit(&fence(&claim.run), ending(claim.first_seq, Phase::Succeeded)).await?;
    acknowledged.push(Acknowledged { run: claim.run.id, ended: true });
    Ok(())
}

fn stops(error: &StoreError, acknowledged: Vec<Acknowledged>) -> Vec<Acknowledged> {
    assert!(matches!(error, StoreError::Unavailable(_)), "a dead server is 'not available', not {error:?}");
    acknowledged
}

async fn is_back(store: &PostgresStore) -> Duration {
    let started = Instant::now();
    while store.health().await.is_err() {
        assert!(started.elapsed() < BACK_WITHIN, "the pool did not recover");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    started.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_dies_under_load_loses_no_acknowledged_write() {
    let Some(server) = Server::start().await else { return };
    let store = Arc::new(PostgresStore::connect(&options(&server)).await.unwrap());
    let shared: Arc<dyn Store> = Arc::<PostgresStore>::clone(&store);
    let world = World::new(&shared).await;
    let mut acknowledged = Vec::new();
    for _ in 0..CRASHES {
        let mut clients: JoinSet<_> = (0..CLIENTS).map(|_| works(world.clone())).collect();
        tokio::time::sleep(Duration::from_millis(700)).await;
        server.stops_at_once().await;
        while let Some(runs) = clients.join_next().await {
            acknowledged.extend(runs.unwrap());
        }
        server.starts_again().await;
        is_back(&store).await;
    }
    assert!(acknowledged.len() > 20, "the load was no load: {}", acknowledged.len());
    for Acknowledged { run, ended } in &acknowledged {
        let found = world.store.find_run(&world.viewer(), *run).await.unwrap();
        let found = found.unwrap_or_else(|| panic!("the acknowledged run {run} is lost"));
        assert!(!ended || found.phase.is_end(), "the acknowledged end of {run} is lost");
    }
    store.close().await;
    server.stops().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restarted_server_is_used_again_without_a_restart_of_ours() {
    let Some(server) = Server::start().await else { return };
    let store = PostgresStore::connect(&options(&server)).await.unwrap();
    server.stops_at_once().await;
    assert!(matches!(store.count_open_runs().await, Err(StoreError::Unavailable(_))));
    server.starts_again().await;
    let took = is_back(&store).await;
    assert!(took < BACK_WITHIN, "{took:?}");
    store.close().await;
    server.stops().await;
}
