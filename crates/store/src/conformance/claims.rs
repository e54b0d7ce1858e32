//! Promises about claiming runs: whose turn it is, and who holds what for how long.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use artel_domain::{Phase, RunId, TenantId};

use super::world::{BLOCK, LAPSE, LEASE, SHORT_LEASE, World, at_once, ending, fence, now, uuid};
use crate::{Claim, Step, Store};

pub async fn a_claim_takes_the_oldest_run(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (first, second) = (world.starts("a").await, world.starts("b").await);
    let claim = world.claims("worker", LEASE).await.unwrap();
    assert_eq!((claim.run.id, claim.run.phase, claim.run.epoch, claim.recovered), (first.id, Phase::Running, 1, false));
    assert_eq!((claim.first_seq, claim.run.crash_count), (1, 0));
    assert_eq!(world.finds(first.id).await, claim.run);
    assert_eq!(world.claims("worker", LEASE).await.unwrap().run.id, second.id);
    assert_eq!(world.claims("worker", LEASE).await, None);
}

pub async fn of_fifty_workers_at_once_each_gets_another_run(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    for i in 0..30 {
        world.starts(&format!("s{i}")).await;
    }
    let claims = at_once((0..50).map(|i| {
        let world = world.clone();
        async move { world.claims(&format!("worker-{i}"), LEASE).await }
    }));
    let claims: Vec<Claim> = claims.await.into_iter().flatten().collect();
    assert_eq!(claims.len(), 30);
    assert!(claims.iter().all(|claim| claim.run.epoch == 1));
    assert_eq!(claims.iter().map(|claim| claim.run.id).collect::<HashSet<_>>().len(), 30, "no run is claimed twice");
}

pub async fn of_two_workers_at_once_one_gets_the_run(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    for round in 0..20 {
        world.starts(&format!("s{round}")).await;
        let claims = at_once(["one", "other"].map(|worker| {
            let world = world.clone();
            async move { world.claims(worker, LEASE).await }
        }));
        assert_eq!(claims.await.into_iter().flatten().count(), 1, "round {round}");
    }
}

pub async fn runs_of_a_session_go_one_after_the_other(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (first, second, third) = (world.starts("s").await, world.starts("s").await, world.starts("s").await);
    let claims = world.claims_up_to(10, "worker", LEASE).await;
    assert_eq!(claims.iter().map(|claim| claim.run.id).collect::<Vec<_>>(), [first.id]);
    let held = fence(&claims[0].run);

    store.commit(&held, ending(2, Phase::Waiting)).await.unwrap();
    assert_eq!(world.claims("worker", LEASE).await, None, "a sleeping run is not over");
    store.cancel_run(&world.viewer(), first.id, world.audit("run.cancel")).await.unwrap();
    let again = world.claims("worker", LEASE).await.unwrap();
    assert_eq!(again.run.id, first.id);
    store.commit(&fence(&again.run), ending(again.first_seq, Phase::Cancelled)).await.unwrap();

    let next = world.claims("worker", LEASE).await.unwrap();
    assert_eq!(next.run.id, second.id);
    assert_eq!(world.claims("worker", LEASE).await, None);
    world.ends(&fence(&next.run), next.first_seq).await;
    assert_eq!(world.claims("worker", LEASE).await.unwrap().run.id, third.id);
}

pub async fn creates_in_one_session_at_once_keep_its_order(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let creates = at_once((0..20).map(|_| {
        let world = world.clone();
        async move { world.starts("s").await }
    }));
    creates.await;
    let mut done = Vec::new();
    while let [claim] = world.claims_up_to(10, "worker", LEASE).await.as_slice() {
        world.ends(&fence(&claim.run), claim.first_seq).await;
        done.push(claim.run.id);
    }
    assert_eq!(done.len(), 20, "each got its turn, alone");
    assert_eq!(done.iter().collect::<HashSet<_>>().len(), 20);
}

pub async fn a_lapsed_lease_is_taken_over_under_a_higher_epoch(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    world.starts("s").await;
    let first = world.claims("dead", SHORT_LEASE).await.unwrap();
    assert_eq!(world.claims("other", LEASE).await, None, "the lease holds");
    tokio::time::sleep(LAPSE).await;
    let second = world.claims("other", SHORT_LEASE).await.unwrap();
    assert_eq!((second.run.id, second.run.epoch, second.run.crash_count, second.recovered), (first.run.id, 2, 1, true));
    assert_eq!(second.first_seq, first.first_seq + BLOCK, "no number is given out twice");
    tokio::time::sleep(LAPSE).await;
    let third = world.claims("third", LEASE).await.unwrap();
    assert_eq!((third.run.epoch, third.run.crash_count, third.recovered), (3, 2, true));
    assert_eq!(world.finds(first.run.id).await.crash_count, 2);
}

pub async fn of_many_workers_one_takes_over_a_lapsed_lease(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    for i in 0..5 {
        world.starts(&format!("s{i}")).await;
    }
    assert_eq!(world.claims_up_to(5, "dead", SHORT_LEASE).await.len(), 5);
    tokio::time::sleep(LAPSE).await;
    let claims = at_once((0..20).map(|i| {
        let world = world.clone();
        async move { world.claims_up_to(2, &format!("worker-{i}"), LEASE).await }
    }));
    let claims: Vec<Claim> = claims.await.into_iter().flatten().collect();
    assert_eq!(claims.len(), 5);
    assert!(claims.iter().all(|claim| claim.recovered && claim.run.epoch == 2));
}

pub async fn a_worker_that_dies_over_many_runs_counts_against_each_a_quarter(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    for i in 0..3 {
        world.starts(&format!("s{i}")).await;
    }
    let mut counts = Vec::new();
    for life in 0..6 {
        let claims = world.claims_up_to(3, &format!("worker-{life}"), SHORT_LEASE).await;
        assert_eq!(claims.len(), 3);
        counts.push(claims.iter().map(|claim| claim.run.crash_count).collect::<Vec<_>>());
        for claim in &claims {
            assert_eq!(world.finds(claim.run.id).await.crash_count, claim.run.crash_count);
        }
        tokio::time::sleep(LAPSE).await;
    }
    assert_eq!(counts, [[0; 3], [0; 3], [0; 3], [0; 3], [1; 3], [1; 3]]);
}

pub async fn a_renewed_lease_holds(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    world.starts("s").await;
    let run = world.claims("worker", Duration::from_millis(300)).await.unwrap().run;
    let renewed = store.renew_leases("worker", LEASE, &[(run.id, run.epoch)]).await.unwrap();
    assert_eq!((renewed.lost, renewed.cancelled), (vec![], vec![]));
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(world.claims("other", LEASE).await, None);
}

pub async fn renewing_tells_what_was_lost_and_what_was_cancelled(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    for name in ["kept", "stolen", "cancelled"] {
        world.starts(name).await;
    }
    let mine = world.claims_up_to(3, "worker", SHORT_LEASE).await;
    let held: Vec<_> = mine.iter().map(|claim| (claim.run.id, claim.run.epoch)).collect();
    let (kept, stolen, cancelled) = (held[0], held[1], held[2]);
    store.renew_leases("worker", LEASE, &[kept, cancelled]).await.unwrap();
    tokio::time::sleep(LAPSE).await;
    assert_eq!(world.claims("thief", LEASE).await.unwrap().run.id, stolen.0);
    store.cancel_run(&world.viewer(), cancelled.0, world.audit("run.cancel")).await.unwrap();

    let unknown = (RunId(uuid()), 1);
    let renewed = store.renew_leases("worker", LEASE, &[kept, stolen, cancelled, unknown]).await.unwrap();
    assert_eq!((renewed.lost, renewed.cancelled), (vec![stolen.0, unknown.0], vec![cancelled.0]));
    let by_another = store.renew_leases("stranger", LEASE, &[kept]).await.unwrap();
    assert_eq!(by_another.lost, [kept.0]);
}

pub async fn released_runs_are_claimable_at_once_and_no_crash(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    for name in ["a", "b", "c"] {
        world.starts(name).await;
    }
    world.claims_up_to(2, "leaving", LEASE).await;
    let staying = world.claims("staying", LEASE).await.unwrap();
    assert_eq!(store.release_runs("leaving").await.unwrap(), 2);
    assert_eq!(store.release_runs("leaving").await.unwrap(), 0);
    let claims = world.claims_up_to(10, "other", LEASE).await;
    assert_eq!(claims.len(), 2);
    assert!(claims.iter().all(|claim| claim.run.epoch == 2 && claim.run.crash_count == 0 && !claim.recovered));
    assert_eq!(world.finds(staying.run.id).await.epoch, 1);
}

pub async fn the_flood_of_one_tenant_does_not_starve_another(store: Arc<dyn Store>) {
    let (flood, quiet) = (World::new(&store).await, World::new(&store).await);
    let creates = at_once((0..2000).map(|i| {
        let flood = flood.clone();
        async move { flood.starts(&format!("s{i}")).await }
    }));
    creates.await;
    let lone = quiet.starts("s").await;
    let turns = [flood.claims("worker", LEASE).await.unwrap(), flood.claims("worker", LEASE).await.unwrap()];
    assert_eq!(turns.each_ref().map(|claim| claim.run.tenant_id), [flood.tenant, quiet.tenant]);
    assert_eq!(turns[1].run.id, lone.id);
}

pub async fn tenants_take_turns_within_one_claim(store: Arc<dyn Store>) {
    let worlds = [World::new(&store).await, World::new(&store).await, World::new(&store).await];
    for (world, runs) in worlds.iter().zip([6, 3, 1]) {
        for i in 0..runs {
            world.starts(&format!("s{i}")).await;
        }
    }
    let claimed = async |limit| -> Vec<usize> {
        let claims = worlds[0].claims_up_to(limit, "worker", LEASE).await;
        worlds.iter().map(|world| claims.iter().filter(|claim| claim.run.tenant_id == world.tenant).count()).collect()
    };
    assert_eq!(claimed(4).await, [2, 1, 1], "one each, and one more for the oldest run");
    assert_eq!(claimed(1).await, [0, 1, 0], "those with fewer runs under way come first");
    assert_eq!(claimed(2).await, [1, 1, 0], "with two each, both get one");
    assert_eq!(claimed(10).await, [3, 0, 0], "nothing stays behind when there is room");
}

pub async fn tenants_that_are_left_out_keep_their_runs(store: Arc<dyn Store>) {
    let (full, other) = (World::new(&store).await, World::new(&store).await);
    let (claim, held) = full.drives("asleep").await;
    let asleep = claim.run.id;
    let wake_at = Some(now().checked_add(LAPSE * 5).unwrap());
    store.commit(&held, Step { wake_at, ..ending(claim.first_seq, Phase::Waiting) }).await.unwrap();
    let lapsed = full.starts("lapsed").await.id;
    full.claims("dead", SHORT_LEASE).await.expect("the run can be claimed");
    let queued = full.starts("queued").await.id;
    let lone = other.starts("s").await.id;
    tokio::time::sleep(LAPSE * 6).await;

    let claimed = async |without: &[TenantId]| -> Vec<RunId> {
        let claims = store.claim_runs("worker", LEASE, 10, BLOCK, without).await.unwrap();
        let mut runs: Vec<_> = claims.into_iter().map(|claim| claim.run.id).collect();
        runs.sort_unstable();
        runs
    };
    assert_eq!(claimed(&[full.tenant, other.tenant]).await, []);
    assert_eq!(claimed(&[full.tenant]).await, [lone]);
    let mut kept = [lapsed, asleep, queued];
    kept.sort_unstable();
    assert_eq!(claimed(&[other.tenant]).await, kept, "what lapsed, slept or is queued");
}

pub async fn a_sleeping_run_is_not_claimed(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held) = world.drives("s").await;
    store.commit(&held, ending(claim.first_seq, Phase::Waiting)).await.unwrap();
    assert_eq!(world.finds(claim.run.id).await.phase, Phase::Waiting);
    assert_eq!(world.claims("worker", LEASE).await, None);
    assert_eq!(store.release_runs("worker").await.unwrap(), 0, "nobody holds it");
}
