//! Promises about accepting, finding and steering runs.

use std::sync::Arc;

use artel_domain::{
    ApiKeyId, ApprovalId, CallId, DailyLimit, Phase, Principal, Run, RunId, TenantId, Timestamp, UserId,
};

use super::world::{BLOCK, LEASE, World, at_once, ending, fence, now, session, uuid};
use crate::{ApprovalFilter, AuditFilter, CancelOutcome, Created, NewRun, RunFilter, Store, Viewer};

fn ids(runs: &[Run]) -> Vec<RunId> {
    runs.iter().map(|run| run.id).collect()
}

fn newest(limit: u32) -> RunFilter {
    RunFilter { limit, ..RunFilter::default() }
}

pub(super) async fn audited(world: &World, action: &str) -> usize {
    let rows =
        world.store.list_audit(&world.viewer(), AuditFilter { limit: 1000, ..AuditFilter::default() }).await.unwrap();
    rows.iter().filter(|row| row.action == action).count()
}

pub async fn an_accepted_run_is_found_as_it_was_accepted(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let new = NewRun {
        principal: Principal {
            user_id: world.user,
            api_key_id: Some(ApiKeyId(uuid())),
            client_id: None,
            scopes: vec!["a".to_owned(), "b".to_owned()],
        },
        input_message: "Grüße, \"мир\" \u{1F980}\n\u{0001}".to_owned(),
        ..world.new_run("s")
    };
    let Created::Run(run) = world.creates(new.clone()).await else { panic!("refused") };
    assert_eq!(world.finds(new.id).await, *run);
    assert_eq!((run.phase, run.epoch, run.crash_count, run.agent_version), (Phase::Queued, 0, 0, None));
    assert_eq!((run.principal, run.input_message, run.created_at), (new.principal, new.input_message, new.at));
    assert_eq!(audited(&world, "run.create").await, 1);
}

pub async fn a_retried_create_returns_the_same_run_and_writes_nothing(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let new = NewRun { daily_limits: vec![DailyLimit { of: uuid(), runs: 1 }], ..world.new_run("s") };
    let new = NewRun { principal: Principal { api_key_id: Some(ApiKeyId(uuid())), ..new.principal }, ..new };
    let Created::Run(first) = world.creates(new.clone()).await else { panic!("refused") };
    store.claim_runs("worker", LEASE, 1, BLOCK, &[]).await.unwrap();
    store.delete_agent(&world.viewer(), world.agent, world.audit("agent.delete")).await.unwrap();
    let Created::Run(again) = world.creates(NewRun { input_message: "another".to_owned(), ..new }).await else {
        panic!("refused")
    };
    assert_eq!((again.id, again.input_message, again.phase), (first.id, first.input_message, Phase::Running));
    assert_eq!(audited(&world, "run.create").await, 1);
    assert_eq!(store.list_runs(&world.viewer(), newest(10)).await.unwrap().len(), 1);
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
    store.delete_agent(&world.viewer(), world.agent, world.audit("agent.delete")).await.unwrap();
    for new in [absent, foreign, deleted] {
        assert_eq!(world.creates(new).await, Created::AgentMissing);
    }
    assert_eq!(store.find_session(&world.viewer(), &session("s")).await.unwrap(), None);
    assert_eq!(audited(&world, "run.create").await, 0);
}

pub async fn another_tenants_run_id_is_not_given_away(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    let taken = world.starts("s").await;
    let answer = store
        .create_run(&other.viewer(), NewRun { id: taken.id, ..other.new_run("s") }, other.audit("run.create"))
        .await;
    assert!(matches!(answer, Err(crate::StoreError::Duplicate(_))), "{answer:?}");
    assert_eq!(world.finds(taken.id).await, taken);
}

pub async fn fifty_creates_at_once_stay_within_the_daily_limit(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let key = ApiKeyId(uuid());
    let by_key = |name: &str, at: Timestamp| NewRun {
        principal: Principal { user_id: world.user, api_key_id: Some(key), client_id: None, scopes: Vec::new() },
        daily_limits: vec![DailyLimit { of: key.0, runs: 10 }],
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
    assert_eq!(store.list_runs(&world.viewer(), newest(100)).await.unwrap().len(), 10);

    let midnight_after = Timestamp::from_second(1_760_054_400).unwrap();
    assert!(matches!(world.creates(by_key("s", midnight_after)).await, Created::Run(_)), "the next day counts anew");
    let of_another = NewRun { daily_limits: vec![DailyLimit { of: uuid(), runs: 10 }], ..by_key("s", noon) };
    assert!(matches!(world.creates(of_another).await, Created::Run(_)), "another key has a count of its own");
}

pub async fn a_run_counts_against_all_its_limits_or_none(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (wide, narrow) = (DailyLimit { of: uuid(), runs: 3 }, DailyLimit { of: uuid(), runs: 1 });
    let starts = async |limits: &[DailyLimit]| {
        let new = NewRun { daily_limits: limits.to_vec(), ..world.new_run(&uuid().to_string()) };
        matches!(world.creates(new).await, Created::Run(_))
    };
    assert!(starts(&[narrow, wide]).await);
    for _ in 0..5 {
        assert!(!starts(&[narrow, wide]).await, "the narrow limit is used up");
    }
    assert!(starts(&[wide]).await && starts(&[wide]).await, "a refused run counts nowhere");
    assert!(!starts(&[wide]).await);
    assert!(!starts(&[DailyLimit { of: uuid(), runs: 0 }]).await);
}

pub async fn a_session_is_made_once_and_follows_its_newest_agent(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    world.starts("s").await;
    let made = store.find_session(&world.viewer(), &session("s")).await.unwrap().unwrap();
    assert_eq!(made.agent_id, world.agent);
    let second = world.creates_agent("second").await;
    world.creates(NewRun { agent_id: second.id, ..world.new_run("s") }).await;
    let followed = store.find_session(&world.viewer(), &session("s")).await.unwrap().unwrap();
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
    let Created::Run(other) = world.creates(NewRun { agent_id: second.id, ..world.new_run("b") }).await else {
        panic!("refused")
    };
    all.insert(0, other.id);
    let list = async |filter: RunFilter| ids(&store.list_runs(&world.viewer(), filter).await.unwrap());

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

pub async fn a_cancelled_run_is_claimable_in_every_phase_but_the_last(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let cancel = async |run: RunId| store.cancel_run(&world.viewer(), run, world.audit("run.cancel")).await.unwrap();
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
    store.commit(&held, ending(claim.first_seq, Phase::Waiting)).await.unwrap();
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
    store.cancel_run(&world.viewer(), claim.run.id, world.audit("run.cancel")).await.unwrap();
    store.commit(&held, ending(claim.first_seq, Phase::Waiting)).await.unwrap();
    let again = world.claims("worker", LEASE).await.expect("the cancel is not lost");
    assert!(again.run.cancel_requested && !again.recovered);
}

pub async fn open_runs_are_counted_by_phase(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held) = world.drives("sleeping").await;
    store.commit(&held, ending(claim.first_seq, Phase::Waiting)).await.unwrap();
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
    assert_eq!(store.find_run(&Viewer::service(stranger), run.id).await.unwrap(), None);
    assert_eq!(store.list_runs(&Viewer::service(stranger), newest(10)).await.unwrap(), []);
    let in_session = RunFilter { session_id: Some(session("s")), ..newest(10) };
    assert_eq!(store.list_runs(&Viewer::service(stranger), in_session).await.unwrap(), []);
    assert_eq!(store.list_tool_calls(&Viewer::service(stranger), &[run.id]).await.unwrap(), []);
    assert_eq!(store.find_session(&Viewer::service(stranger), &session("s")).await.unwrap(), None);
    assert_eq!(
        store.cancel_run(&Viewer::service(stranger), run.id, other.audit("run.cancel")).await.unwrap(),
        CancelOutcome::Missing
    );
    assert_eq!(store.run_entries(&Viewer::service(stranger), run.id, 0, 10).await.unwrap(), []);
    assert_eq!(
        store
            .list_approvals(
                &Viewer::service(stranger),
                ApprovalFilter { run_id: Some(run.id), limit: 10, ..ApprovalFilter::default() }
            )
            .await
            .unwrap(),
        []
    );
    assert_eq!(
        store
            .find_approval(&Viewer::service(stranger), ApprovalId::derive(CallId::derive(run.id, 1, 0)))
            .await
            .unwrap(),
        None
    );
    assert_eq!(world.finds(run.id).await, run, "and did nothing to it");

    let nobody = (TenantId(uuid()), UserId(uuid()));
    store.ensure_principal(nobody.0, nobody.1, now()).await.unwrap();
    assert_eq!(store.list_runs(&Viewer::service(nobody.0), newest(10)).await.unwrap(), []);
}
