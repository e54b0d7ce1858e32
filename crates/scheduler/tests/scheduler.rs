//! Jobs that two processes share. Each scheduler stands for a process; they meet in one store.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use artel_domain::SystemClock;
use artel_scheduler::{Job, Scheduler, SchedulerDeps};
use artel_store::{JobTurn, Jobs};
use artel_store_sqlite::{SqliteOptions, SqliteStore};

const EVERY: Duration = Duration::from_millis(100);
const LEASE: Duration = Duration::from_millis(300);
const PATIENCE: Duration = Duration::from_secs(20);

struct World {
    store: Arc<SqliteStore>,
    runs: Arc<AtomicU64>,
    _directory: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let options = SqliteOptions::new(&directory.path().join("artel.db").display().to_string());
        Self {
            store: Arc::new(SqliteStore::open(&options).await.unwrap()),
            runs: Arc::default(),
            _directory: directory,
        }
    }

    fn process(&self, owner: &str, job: Job) -> Scheduler {
        let store: Arc<dyn Jobs> = self.store.clone();
        Scheduler::start(
            &SchedulerDeps { store, clock: Arc::new(SystemClock), owner: owner.to_owned(), lease: LEASE },
            vec![job],
        )
    }

    /// Counts its runs.
    fn counted(&self) -> Job {
        let runs = self.runs.clone();
        Job::new("count", EVERY, move || {
            let runs = runs.clone();
            async move {
                runs.fetch_add(1, Ordering::SeqCst);
                Ok(1)
            }
        })
    }

    fn runs(&self) -> u64 {
        self.runs.load(Ordering::SeqCst)
    }

    async fn has_run(&self, times: u64) {
        let waited = tokio::time::timeout(PATIENCE, async {
            while self.runs() < times {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        waited.await.unwrap();
    }
}

#[tokio::test]
async fn of_two_processes_one_does_a_job_each_time() {
    let world = World::new().await;
    let began = Instant::now();
    let (ada, bob) = (world.process("ada", world.counted()), world.process("bob", world.counted()));
    world.has_run(5).await;
    ada.shutdown().await;
    bob.shutdown().await;
    let most = began.elapsed().as_millis() / EVERY.as_millis() + 1;
    assert!(u128::from(world.runs()) <= most, "{} runs in {:?}", world.runs(), began.elapsed());
}

#[tokio::test]
async fn the_job_of_a_process_that_died_is_taken_over_when_its_lease_lapses() {
    let world = World::new().await;
    let JobTurn::Claimed(_) = world.store.claim_job("count", "killed", LEASE).await.unwrap() else {
        panic!("not claimed")
    };
    let began = Instant::now();
    let process = world.process("ada", world.counted());
    world.has_run(1).await;
    assert!(began.elapsed() >= LEASE / 2, "the lease held until it lapsed");
    process.shutdown().await;
}

#[tokio::test]
async fn a_long_job_keeps_its_lease_and_is_given_up_when_its_process_stops() {
    let world = World::new().await;
    let endless = Job::new("count", EVERY, std::future::pending);
    let ada = world.process("ada", endless);
    tokio::time::sleep(LEASE * 3).await;
    let bob = world.process("bob", world.counted());
    tokio::time::sleep(LEASE).await;
    assert_eq!(world.runs(), 0, "the first process still has the job");
    ada.shutdown().await;
    world.has_run(1).await;
    bob.shutdown().await;
}

#[tokio::test]
async fn a_job_that_fails_or_panics_is_tried_again() {
    let world = World::new().await;
    let runs = world.runs.clone();
    let unlucky = Job::new("count", EVERY, move || {
        let run = runs.fetch_add(1, Ordering::SeqCst);
        async move {
            assert!(run != 0, "the first run panics");
            if run == 1 { Err("the second run fails".into()) } else { Ok(1) }
        }
    });
    let process = world.process("ada", unlucky);
    world.has_run(4).await;
    process.shutdown().await;
}
