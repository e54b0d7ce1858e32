//! Promises about jobs that several processes share.

use std::sync::Arc;
use std::time::Duration;

use super::login_world::unique;
use super::world::{LAPSE, LEASE, SHORT_LEASE, at_once};
use crate::{JobClaim, JobOutcome, JobTurn, Store};

async fn claims(store: &Arc<dyn Store>, name: &str, lease: Duration) -> JobClaim {
    match store.claim_job(name, "ada", lease).await.unwrap() {
        JobTurn::Claimed(claim) => claim,
        JobTurn::Later(wait) => panic!("not to be had for {wait:?}"),
    }
}

async fn waits(store: &Arc<dyn Store>, name: &str) -> Duration {
    match store.claim_job(name, "bob", LEASE).await.unwrap() {
        JobTurn::Claimed(claim) => panic!("claimed: {claim:?}"),
        JobTurn::Later(wait) => wait,
    }
}

pub async fn a_new_job_is_due_at_once_and_one_of_many_gets_it(store: Arc<dyn Store>) {
    let name = unique("job");
    let turns = at_once((0..20).map(|number| {
        let (store, name) = (Arc::clone(&store), name.clone());
        async move { store.claim_job(&name, &format!("process-{number}"), LEASE).await.unwrap() }
    }))
    .await;
    assert_eq!(turns.iter().filter(|turn| matches!(turn, JobTurn::Claimed(_))).count(), 1);
    assert!(waits(&store, &name).await <= LEASE);
}

pub async fn a_finished_job_is_due_again_after_its_time(store: Arc<dyn Store>) {
    let name = unique("job");
    let first = claims(&store, &name, LEASE).await;
    assert!(store.finish_job(&first, JobOutcome::Succeeded, SHORT_LEASE).await.unwrap());
    assert!(waits(&store, &name).await <= SHORT_LEASE);
    tokio::time::sleep(LAPSE).await;
    let second = claims(&store, &name, LEASE).await;
    assert!(second.epoch > first.epoch);
}

pub async fn a_job_whose_holder_died_is_taken_over_when_its_lease_lapses(store: Arc<dyn Store>) {
    let name = unique("job");
    let died = claims(&store, &name, SHORT_LEASE).await;
    tokio::time::sleep(LAPSE).await;
    let taken_over = claims(&store, &name, LEASE).await;
    assert!(!store.renew_job(&died, LEASE).await.unwrap(), "the claim that lapsed is void");
    assert!(!store.finish_job(&died, JobOutcome::Succeeded, Duration::ZERO).await.unwrap());
    assert!(waits(&store, &name).await > Duration::ZERO, "the job is still the second holder's");
    assert!(store.finish_job(&taken_over, JobOutcome::Succeeded, LEASE).await.unwrap());
}

pub async fn a_renewed_job_stays_its_holders(store: Arc<dyn Store>) {
    let name = unique("job");
    let claim = claims(&store, &name, SHORT_LEASE).await;
    assert!(store.renew_job(&claim, LEASE).await.unwrap());
    tokio::time::sleep(LAPSE).await;
    assert!(waits(&store, &name).await > Duration::ZERO);
}

pub async fn failures_are_counted_until_the_job_succeeds(store: Arc<dyn Store>) {
    let name = unique("job");
    let outcomes =
        [JobOutcome::Failed, JobOutcome::Failed, JobOutcome::Interrupted, JobOutcome::Succeeded, JobOutcome::Failed];
    for (outcome, failures) in outcomes.into_iter().zip([0, 1, 2, 2, 0]) {
        let claim = claims(&store, &name, LEASE).await;
        assert_eq!(claim.failures, failures);
        assert!(store.finish_job(&claim, outcome, Duration::ZERO).await.unwrap());
        assert!(!store.finish_job(&claim, outcome, Duration::ZERO).await.unwrap(), "it is given up once");
    }
}
