//! Promises about accepting, finding, claiming and steering runs.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use artel_domain::{ApiKeyId, ApprovalId, CallId, Phase, Principal, Run, RunId, TenantId, Timestamp, UserId};

use super::world::{BLOCK, LAPSE, LEASE, SHORT_LEASE, World, at_once, ending, fence, now, session, uuid};
use crate::{ApprovalFilter, AuditFilter, CancelOutcome, Claim, Created, NewRun, RunFilter, Store};

fn ids(runs: &[Run]) -> Vec<RunId> {
    runs.iter().map(|run| run.id).collect()
}

fn newest(limit: u32) -> RunFilter {
    RunFilter { limit, ..RunFilter::default() }
}

async fn audited(world: &World, action: &str) -> usize {
    let rows = world.store.list_audit(world.tenant, AuditFilter { limit: 1000, ..AuditFilter::default() }).await.unwrap();
    rows.iter().filter(|row| row.action == action).count()
}

pub async fn an_accepted_run_is_found_as_it_was_accepted(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let new = NewRun {
        principal: Principal { user_id: world.user, api_key_id: Some(ApiKeyId(uuid())), scopes: vec!["a".to_owned(), "b".to_owned()] },
        input_message: "Grüße, \"мир\" \u{1F980}\n\u{0001}".to_owned(),
        ..world.new_run("s")
    };
    let Created::Run(run) = world.creates(new.clone()).await else { panic!("refused") };
    assert_eq!(world.finds(new.id).await, *run);
    assert_eq!((run.phase, run.epoch, run.crash_count, run.agent_version), (Phase::Queued, 0, 0, 1));
    assert_eq!((run.principal, run.input_message, run.created_at), (new.principal, new.input_message, new.at));
    assert_eq!(audited(&world, "run.create").await, 1);
}

pub async fn a_retried_create_returns_the_same_run_and_writes_nothing(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let new = NewRun { daily_limit: Some(1), ..world.new_run("s") };
    let new = NewRun { principal: Principal { api_key_id: Some(ApiKeyId(uuid())), ..new.principal }, ..new };
    let Created::Run(first) = world.creates(new.clone()).await else { panic!("refused") };
    store.claim_runs("worker", LEASE, 1, BLOCK).await.unwrap();
    store.delete_agent(world.tenant, world.agent, world.audit("agent.delete")).await.unwrap();
    let Created::Run(again) = world.creates(NewRun { input_message: "another".to_owned(), ..new }).await else { panic!("refused") };
    assert_eq!((again.id, again.input_message, again.phase), (first.id, first.input_message, Phase::Running));
    assert_eq!(audited(&world, "run.create").await, 1);
    assert_eq!(store.list_runs(world.tenant, newest(10)).await.unwrap().len(), 1);
}

pub async fn creates_of_one_id_at_once_make_one_run(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let new = world.new_run("s");
    let tries = at_once((0..20).map(|_| {
        let (world, new) = (world.clone(), new.clone());
        async move { world.creates(new).await }
    }));
    for created in tries.await {
        assert!(matches!(created, Created::Run(run) if run.id == new.id));
    }
    assert_eq!(audited(&world, "run.create").await, 1);
}

pub async fn a_run_of_an_absent_deleted_or_foreign_agent_is_refused(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    let absent = NewRun { agent_id: artel_domain::AgentId(uuid()), ..world.new_run("s") };
    let foreign = NewRun { agent_id: other.agent, ..world.new_run("s") };
    let deleted = world.new_run("s");
    store.delete_agent(world.tenant, world.agent, world.audit("agent.delete")).await.unwrap();
    for new in [absent, foreign, deleted] {
        assert_eq!(world.creates(new).await, Created::AgentMissing);
    }
    assert_eq!(store.find_session(world.tenant, &session("s")).await.unwrap(), None);
    assert_eq!(audited(&world, "run.create").await, 0);
}

pub async fn another_tenants_run_id_is_not_given_away(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    let taken = world.starts("s").await;
    let answer = store.create_run(NewRun { id: taken.id, ..other.new_run("s") }, other.audit("run.create")).await;
    assert!(matches!(answer, Err(crate::StoreError::Duplicate(_))), "{answer:?}");
    assert_eq!(world.finds(taken.id).await, taken);
}

pub async fn fifty_creates_at_once_stay_within_the_daily_limit(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let key = ApiKeyId(uuid());
    let by_key = |name: &str, at: Timestamp| NewRun {
        principal: Principal { user_id: world.user, api_key_id: Some(key), scopes: Vec::new() },
        daily_limit: Some(10),
        at,
        ..world.new_run(name)
    };
    let noon = Timestamp::from_second(1_760_011_200).unwrap();
    let tries = at_once((0..50).map(|i| {
        let (world, new) = (world.clone(), by_key(&format!("s{i}"), noon));
        async move { world.creates(new).await }
    }));
    let accepted = tries.await.into_iter().filter(|created| matches!(created, Created::Run(_))).count();
    assert_eq!(accepted, 10);
    assert_eq!(world.creates(by_key("s", noon)).await, Created::DailyLimit);
    assert_eq!(store.list_runs(world.tenant, newest(100)).await.unwrap().len(), 10);

    let midnight_after = Timestamp::from_second(1_760_054_400).unwrap();
    assert!(matches!(world.creates(by_key("s", midnight_after)).await, Created::Run(_)), "the next day counts anew");
    let of_another =
        NewRun { principal: Principal { api_key_id: Some(ApiKeyId(uuid())), ..by_key("s", noon).principal }, ..by_key("s", noon) };
    assert!(matches!(world.creates(of_another).await, Created::Run(_)), "another key has a count of its own");
}

pub async fn a_session_is_made_once_and_follows_its_newest_agent(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    world.starts("s").await;
    let made = store.find_session(world.tenant, &session("s")).await.unwrap().unwrap();
    assert_eq!(made.agent_id, world.agent);
    let second = world.creates_agent("second").await;
    world.creates(NewRun { agent_id: second.id, ..world.new_run("s") }).await;
    let followed = store.find_session(world.tenant, &session("s")).await.unwrap().unwrap();
    assert_eq!((followed.agent_id, followed.created_at), (second.id, made.created_at));
    assert!(followed.updated_at >= made.updated_at);
}

pub async fn runs_are_listed_newest_first_and_by_filter(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let second = world.creates_agent("second").await;
    let mut all = Vec::new();
    for name in ["a", "b", "a", "c"] {
        all.insert(0, world.starts(name).await.id);
    }
    let Created::Run(other) = world.creates(NewRun { agent_id: second.id, ..world.new_run("b") }).await else { panic!("refused") };
    all.insert(0, other.id);
    let list = async |filter: RunFilter| ids(&store.list_runs(world.tenant, filter).await.unwrap());

    assert_eq!(list(newest(10)).await, all);
    assert_eq!(list(newest(2)).await, all[..2]);
    assert_eq!(list(RunFilter { before: Some(all[1]), ..newest(2) }).await, all[2..4]);
    assert_eq!(list(RunFilter { session_id: Some(session("a")), ..newest(10) }).await, [all[2], all[4]]);
    assert_eq!(list(RunFilter { session_id: Some(session("a")), before: Some(all[2]), ..newest(10) }).await, [all[4]]);
    assert_eq!(list(RunFilter { agent_id: Some(second.id), ..newest(10) }).await, [all[0]]);

    let claimed = world.claims("worker", LEASE).await.unwrap().run;
    assert_eq!(list(RunFilter { phases: vec![Phase::Running], ..newest(10) }).await, [claimed.id]);
    assert_eq!(list(RunFilter { phases: vec![Phase::Running, Phase::Queued], ..newest(10) }).await, all);
    assert_eq!(list(RunFilter { phases: vec![Phase::Failed], session_id: Some(session("a")), ..newest(10) }).await, []);
}

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

    store.commit(&held, ending(2, Phase::WaitingForApproval)).await.unwrap();
    assert_eq!(world.claims("worker", LEASE).await, None, "a sleeping run is not over");
    store.cancel_run(world.tenant, first.id, world.audit("run.cancel")).await.unwrap();
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
    assert!(claims.iter().all(|claim| claim.recovered && claim.run.epoch == 2 && claim.run.crash_count == 1));
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
    store.cancel_run(world.tenant, cancelled.0, world.audit("run.cancel")).await.unwrap();

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

pub async fn a_sleeping_run_is_not_claimed(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held) = world.drives("s").await;
    store.commit(&held, ending(claim.first_seq, Phase::WaitingForApproval)).await.unwrap();
    assert_eq!(world.finds(claim.run.id).await.phase, Phase::WaitingForApproval);
    assert_eq!(world.claims("worker", LEASE).await, None);
    assert_eq!(store.release_runs("worker").await.unwrap(), 0, "nobody holds it");
}

pub async fn a_cancelled_run_is_claimable_in_every_phase_but_the_last(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let cancel = async |run: RunId| store.cancel_run(world.tenant, run, world.audit("run.cancel")).await.unwrap();
    let requested = |outcome: CancelOutcome| match outcome {
        CancelOutcome::Requested(run) => *run,
        other => panic!("not requested: {other:?}"),
    };

    let queued = requested(cancel(world.starts("queued").await.id).await);
    assert_eq!((queued.phase, queued.cancel_requested), (Phase::Queued, true));
    let claim = world.claims("worker", LEASE).await.unwrap();
    assert!(claim.run.id == queued.id && claim.run.cancel_requested, "its worker ends it");

    let running = requested(cancel(claim.run.id).await);
    assert_eq!((running.phase, running.epoch), (Phase::Running, 1));
    assert_eq!(world.claims("other", LEASE).await, None, "its worker is told, nobody else");

    store.commit(&fence(&claim.run), ending(claim.first_seq, Phase::Cancelled)).await.unwrap();
    let over = cancel(claim.run.id).await;
    assert!(matches!(over, CancelOutcome::AlreadyOver(run) if run.phase == Phase::Cancelled));

    let (claim, held) = world.drives("sleeping").await;
    store.commit(&held, ending(claim.first_seq, Phase::WaitingForApproval)).await.unwrap();
    let woken = requested(cancel(claim.run.id).await);
    assert_eq!((woken.phase, woken.cancel_requested), (Phase::Queued, true));
    let again = world.claims("worker", LEASE).await.unwrap();
    assert_eq!((again.run.id, again.recovered, again.run.crash_count), (claim.run.id, false, 0));

    assert_eq!(cancel(RunId(uuid())).await, CancelOutcome::Missing);
    assert_eq!(audited(&world, "run.cancel").await, 3, "what changed nothing is not recorded");
}

pub async fn a_run_cancelled_while_it_falls_asleep_is_claimable(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held) = world.drives("s").await;
    store.cancel_run(world.tenant, claim.run.id, world.audit("run.cancel")).await.unwrap();
    store.commit(&held, ending(claim.first_seq, Phase::WaitingForApproval)).await.unwrap();
    let again = world.claims("worker", LEASE).await.expect("the cancel is not lost");
    assert!(again.run.cancel_requested && !again.recovered);
}

pub async fn open_runs_are_counted_by_phase(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held) = world.drives("sleeping").await;
    store.commit(&held, ending(claim.first_seq, Phase::WaitingForApproval)).await.unwrap();
    let (done, held) = world.drives("done").await;
    world.ends(&held, done.first_seq).await;
    for name in ["a", "b", "c"] {
        world.starts(name).await;
    }
    world.claims("worker", LEASE).await.unwrap();
    let mut counts: Vec<_> = store.count_open_runs().await.unwrap().into_iter().filter(|(_, runs)| *runs > 0).collect();
    counts.sort();
    let expected = [("queued", 2), ("running", 1), ("waiting_for_approval", 1)];
    assert_eq!(counts, expected.map(|(phase, runs)| (phase.to_owned(), runs)));
}

pub async fn a_foreign_tenant_sees_no_run(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    let (claim, _) = world.drives("s").await;
    let run = claim.run;
    let stranger = other.tenant;
    assert_eq!(store.find_run(stranger, run.id).await.unwrap(), None);
    assert_eq!(store.list_runs(stranger, newest(10)).await.unwrap(), []);
    let in_session = RunFilter { session_id: Some(session("s")), ..newest(10) };
    assert_eq!(store.list_runs(stranger, in_session).await.unwrap(), []);
    assert_eq!(store.list_tool_calls(stranger, &[run.id]).await.unwrap(), []);
    assert_eq!(store.find_session(stranger, &session("s")).await.unwrap(), None);
    assert_eq!(store.cancel_run(stranger, run.id, other.audit("run.cancel")).await.unwrap(), CancelOutcome::Missing);
    assert_eq!(store.run_entries(stranger, run.id, 0, 10).await.unwrap(), []);
    assert_eq!(
        store.list_approvals(stranger, ApprovalFilter { run_id: Some(run.id), limit: 10, ..ApprovalFilter::default() }).await.unwrap(),
        []
    );
    assert_eq!(store.find_approval(stranger, ApprovalId::derive(CallId::derive(run.id, 1, 0))).await.unwrap(), None);
    assert_eq!(world.finds(run.id).await, run, "and did nothing to it");

    let nobody = (TenantId(uuid()), UserId(uuid()));
    store.ensure_principal(nobody.0, nobody.1, now()).await.unwrap();
    assert_eq!(store.list_runs(nobody.0, newest(10)).await.unwrap(), []);
}
