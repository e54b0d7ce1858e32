//! Several processes, and processes that die.

use std::io::{BufRead, BufReader, Read};
use std::time::Duration;

use crate::support::{Tenant, child, open, told};
use artel_domain::{Clock, RunId, SystemClock};
use artel_store::{Operations, Runs};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};
use tokio::task::JoinSet;

/// Starts runs, several at a time, and says on stdout which were acknowledged, until it is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child_starts_runs_until_it_is_killed() {
    let Some((tenant, path)) = told() else { return };
    let store = std::sync::Arc::new(open(&path).await);
    let tenant = Tenant::of(tenant);
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let store = std::sync::Arc::clone(&store);
        tasks.spawn(async move {
            loop {
                println!("started {}", tenant.starts_run(&store).await);
            }
        });
    }
    tasks.join_next().await;
}

#[tokio::test]
async fn a_row_that_cannot_be_read_costs_only_its_own_run() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("artel.db");
    let store = open(path.to_str().unwrap()).await;
    let tenant = Tenant::fresh(&store).await;
    let (damaged, well) = (tenant.starts_run(&store).await, tenant.starts_run(&store).await);
    let mut database = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(&path)).await.unwrap();
    let damage = sqlx::query("UPDATE runs SET principal = 'nonsense' WHERE id = ?1").bind(damaged.0);
    damage.execute(&mut database).await.unwrap();
    let claims = async |limit| store.claim_runs("worker", Duration::from_mins(1), limit, 10, &[]).await.unwrap();
    assert_eq!(claims(2).await.iter().map(|claim| claim.run.id).collect::<Vec<_>>(), [well]);
    assert!(claims(1).await.is_empty(), "the damaged one keeps nobody busy");
}

#[tokio::test]
async fn what_was_acknowledged_survives_sigkill() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("artel.db");
    let path = path.to_str().unwrap();
    let store = open(path).await;
    let tenant = Tenant::fresh(&store).await;
    store.close().await;

    let mut acknowledged = Vec::new();
    for _ in 0..12 {
        acknowledged.extend(killed_while_it_writes(path, &tenant));
    }
    assert!(acknowledged.len() > 100, "the children got to write: {}", acknowledged.len());

    let store = open(path).await;
    for run in &acknowledged {
        assert!(
            store.find_run(&tenant.viewer(), *run).await.unwrap().is_some(),
            "run {run} was acknowledged and is lost"
        );
    }
    assert!(tenant.audit_is_whole(&store).await > acknowledged.len() as i64);
}

/// The runs that a child acknowledged before it was killed, at some moment after its first one.
fn killed_while_it_writes(path: &str, tenant: &Tenant) -> Vec<RunId> {
    let mut child = child("processes::child_starts_runs_until_it_is_killed", path, tenant.id.0);
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut text = String::new();
    while !text.contains("started ") {
        assert!(out.read_line(&mut text).unwrap() > 0, "the child died by itself: {text}");
    }
    std::thread::sleep(Duration::from_micros((SystemClock.uuid().as_u128() % 120_000) as u64));
    child.kill().unwrap();
    child.wait().unwrap();
    out.read_to_string(&mut text).unwrap();
    // The last line may be cut off.
    let whole = text.rsplit_once('\n').unwrap().0;
    whole.lines().filter_map(|line| line.split_once("started ")).map(|(_, id)| id.parse().unwrap()).collect()
}

/// Opens the database and leaves.
#[tokio::test]
async fn child_opens_the_database() {
    let Some((_, path)) = told() else { return };
    open(&path).await.close().await;
}

#[tokio::test]
async fn processes_that_start_at_once_do_not_collide() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("made/on/the/way/artel.db");
    let path = path.to_str().unwrap();
    let mut children: Vec<_> =
        (0..6).map(|_| child("processes::child_opens_the_database", path, SystemClock.uuid())).collect();
    for child in &mut children {
        assert!(child.wait().unwrap().success());
    }
}

/// Starts a hundred runs.
#[tokio::test]
async fn child_starts_a_hundred_runs() {
    let Some((tenant, path)) = told() else { return };
    let store = open(&path).await;
    for _ in 0..100 {
        Tenant::of(tenant).starts_run(&store).await;
    }
    store.close().await;
}

#[tokio::test]
async fn processes_that_write_at_the_same_time_wait_for_each_other() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("artel.db");
    let path = path.to_str().unwrap();
    let store = open(path).await;
    let tenant = Tenant::fresh(&store).await;
    let mut children: Vec<_> =
        (0..2).map(|_| child("processes::child_starts_a_hundred_runs", path, tenant.id.0)).collect();
    for _ in 0..100 {
        tenant.starts_run(&store).await;
    }
    for child in &mut children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(tenant.audit_is_whole(&store).await, 301, "one chain, whoever wrote");
}
