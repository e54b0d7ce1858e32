//! Promises about runs that calls of other runs start.

use std::sync::Arc;

use artel_domain::{
    Above, ApprovalState, ArtifactId, BudgetScope, CallId, CallState, Cap, Caps, ParentCall, Phase, Run, RunId,
    SessionId, Spend, Subagent, SubagentKind, ToolCallRow, UserId, Visibility,
};
use serde_json::json;

use super::approvals::question;
use super::calls::{changed, planned};
use super::world::{LEASE, World, ending, fence, now, session, uuid, writing};
use crate::{
    ApprovalFilter, AuditFilter, CallChange, Claim, Created, Fence, NewArtifact, NewChild, NewRun, Reservation,
    Reserved, Step, Store, StoreError, StoredBytes, Viewer,
};

fn child(world: &World, parent: &Run, index: usize) -> NewChild {
    let call_id = CallId::derive(parent.id, 1, 0);
    let above = parent.subagent.iter().flat_map(|own| own.above.iter().copied());
    let above = above.chain([Above { run_id: parent.id, budget: Cap::default() }]).collect();
    NewChild {
        id: RunId::of_task(parent.id, call_id, index),
        call_id,
        input_message: format!("part {index}"),
        subagent: Subagent {
            kind: SubagentKind::Execute,
            tools: vec!["echo".to_owned()],
            budget: Cap { tokens: Some(50), nano_usd: None },
            above,
            in_organization: true,
            sessions_above: vec![parent.session_id.clone()],
        },
        at: now(),
        audit: world.audit("run.create"),
    }
}

/// A run that is driven, and that many runs that a call of it started, by their ids.
async fn family(world: &World, in_session: &str, count: usize) -> (Claim, Fence, Vec<NewChild>) {
    let run = world.starts(in_session).await;
    let (claim, held) = claimed(world, run.id).await;
    let mut children: Vec<NewChild> = (0..count).map(|index| child(world, &claim.run, index)).collect();
    world.store.start_children(&held, children.clone()).await.unwrap();
    children.sort_by_key(|child| child.id);
    (claim, held, children)
}

/// The run as its worker; others that can be claimed stay where they are.
async fn claimed(world: &World, run: RunId) -> (Claim, Fence) {
    let mut wanted = None;
    for claim in world.claims_up_to(10, "worker", LEASE).await {
        if claim.run.id == run {
            wanted = Some(claim);
        } else {
            world.store.commit(&fence(&claim.run), ending(claim.first_seq, Phase::Queued)).await.unwrap();
        }
    }
    let claim = wanted.expect("the run can be claimed");
    let held = fence(&claim.run);
    (claim, held)
}

async fn is_cancelled(world: &World, run: RunId) -> bool {
    world.finds(run).await.cancel_requested
}

fn sleeping(next_seq: i64) -> Step {
    ending(next_seq, Phase::Waiting)
}

pub async fn a_child_is_what_its_parent_is_in_a_session_of_its_own(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held, children) = family(&world, "s", 2).await;
    let parent = claim.run;
    let made = store.load_turn(&held, 10).await.unwrap().children;
    assert_eq!(made.len(), 2);
    for (run, new) in made.iter().zip(&children) {
        let expected = Run {
            id: new.id,
            session_id: SessionId(new.id.to_string()),
            input_message: new.input_message.clone(),
            phase: Phase::Queued,
            parent: Some(ParentCall { run_id: parent.id, call_id: new.call_id }),
            subagent: Some(new.subagent.clone()),
            epoch: 0,
            created_at: run.created_at,
            updated_at: run.updated_at,
            ..parent.clone()
        };
        assert_eq!(run, &expected);
    }
    store.start_children(&held, children.clone()).await.unwrap();
    assert_eq!(store.load_turn(&held, 10).await.unwrap().children, made, "made again, they are found");
    let filter = AuditFilter { action: Some("run.create".to_owned()), limit: 10, ..AuditFilter::default() };
    assert_eq!(
        store.list_audit(&Viewer::service(world.tenant), filter).await.unwrap().len(),
        3,
        "one row for each run"
    );
    let seen = store.session_entries(&world.viewer(), &session("s"), 0, 10).await.unwrap();
    assert!(seen.iter().all(|entry| entry.run_id == parent.id));
}

pub async fn who_sees_a_run_sees_its_children_and_nobody_else_does(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let colleague = Viewer::user(world.tenant, UserId(uuid()));
    for (visibility, sees) in [(Visibility::Private, false), (Visibility::Tenant, true)] {
        let name = uuid().to_string();
        let Created::Run(run) = world.creates(NewRun { visibility, ..world.new_run(&name) }).await else { panic!() };
        let (claim, held) = claimed(&world, run.id).await;
        let new = child(&world, &claim.run, 0);
        store.start_children(&held, vec![new.clone()]).await.unwrap();
        let own = store.find_session(&world.viewer(), &SessionId(new.id.to_string())).await.unwrap().unwrap();
        assert_eq!((own.owner_id, own.visibility), (Some(world.user), visibility));
        assert!(store.find_run(&world.viewer(), new.id).await.unwrap().is_some());
        assert_eq!(store.find_run(&colleague, new.id).await.unwrap().is_some(), sees);
        world.ends(&held, claim.first_seq).await;
        let (claim, held) = claimed(&world, new.id).await;
        world.ends(&held, claim.first_seq).await;
    }
}

pub async fn only_the_worker_of_a_run_that_is_under_way_starts_children(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held) = world.drives("s").await;
    let new = || vec![child(&world, &claim.run, 0)];
    let lost = Fence { epoch: held.epoch - 1, ..held.clone() };
    assert!(matches!(store.start_children(&lost, new()).await, Err(StoreError::Fenced)));
    world.ends(&held, claim.first_seq).await;
    assert!(matches!(store.start_children(&held, new()).await, Err(StoreError::Fenced)), "the run is over");
    assert!(store.find_run(&world.viewer(), new()[0].id).await.unwrap().is_none());
    assert_eq!(world.claims("worker", LEASE).await, None);
}

pub async fn the_end_of_a_run_cancels_the_runs_below_it(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    for phase in [Phase::Succeeded, Phase::Failed, Phase::Cancelled] {
        let (claim, held, children) = family(&world, &uuid().to_string(), 2).await;
        store.commit(&held, sleeping(claim.first_seq)).await.unwrap();
        let (driven, driven_by) = claimed(&world, children[0].id).await;
        let below = child(&world, &driven.run, 0);
        store.start_children(&driven_by, vec![below.clone()]).await.unwrap();
        store.commit(&driven_by, sleeping(driven.first_seq)).await.unwrap();
        let (other, other_by) = claimed(&world, children[1].id).await;
        world.ends(&other_by, other.first_seq).await;
        let (claim, held) = claimed(&world, claim.run.id).await;
        assert!(!is_cancelled(&world, below.id).await);
        store.commit(&held, ending(claim.first_seq, phase)).await.unwrap();
        for run in [children[0].id, below.id] {
            assert!(is_cancelled(&world, run).await);
            assert_eq!(world.finds(run).await.phase, Phase::Queued, "somebody is to end it");
        }
        assert_eq!(world.finds(children[1].id).await.phase, Phase::Succeeded, "what is over stays over");
        for claim in world.claims_up_to(2, "worker", LEASE).await {
            store.commit(&fence(&claim.run), ending(claim.first_seq, Phase::Cancelled)).await.unwrap();
        }
        assert_eq!(world.claims("worker", LEASE).await, None, "the end of a child wakes nobody who is over");
    }
}

pub async fn a_cancel_reaches_the_runs_below_at_once(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held, children) = family(&world, "s", 2).await;
    store.commit(&held, sleeping(claim.first_seq)).await.unwrap();
    let (driven, driven_by) = claimed(&world, children[0].id).await;
    let below = child(&world, &driven.run, 0);
    store.start_children(&driven_by, vec![below.clone()]).await.unwrap();
    store.cancel_run(&world.viewer(), claim.run.id, world.audit("run.cancel")).await.unwrap();
    for run in [children[0].id, children[1].id, below.id] {
        assert!(is_cancelled(&world, run).await);
    }
    let renewed = store.renew_leases("worker", LEASE, &[(driven.run.id, driven.run.epoch)]).await.unwrap();
    assert_eq!(renewed.cancelled, [driven.run.id], "its worker hears of it");

    let (claim, held, children) = family(&world, "t", 2).await;
    store.commit(&held, sleeping(claim.first_seq)).await.unwrap();
    store.cancel_run(&world.viewer(), children[0].id, world.audit("run.cancel")).await.unwrap();
    assert!(!is_cancelled(&world, claim.run.id).await, "a cancel goes down only");
    assert!(!is_cancelled(&world, children[1].id).await);
}

pub async fn the_end_of_a_session_ends_the_sessions_of_the_runs_below(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held, children) = family(&world, "s", 1).await;
    store.commit(&held, sleeping(claim.first_seq)).await.unwrap();
    let (_, _, others) = family(&world, "t", 1).await;
    assert!(store.end_session(&world.viewer(), &session("s"), world.audit("session.delete")).await.unwrap());
    let is_active = async |run: RunId| {
        let of = SessionId(run.to_string());
        store.find_session(&world.viewer(), &of).await.unwrap().unwrap().is_active
    };
    assert!(!is_active(children[0].id).await && is_cancelled(&world, children[0].id).await);
    assert!(is_active(others[0].id).await && !is_cancelled(&world, others[0].id).await);
}

pub async fn what_a_run_below_asks_wakes_the_runs_above_and_is_listed_with_them(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held, children) = family(&world, "s", 1).await;
    store.commit(&held, sleeping(claim.first_seq)).await.unwrap();
    let (driven, driven_by) = claimed(&world, children[0].id).await;
    let below = child(&world, &driven.run, 0);
    store.start_children(&driven_by, vec![below.clone()]).await.unwrap();
    store.commit(&driven_by, sleeping(driven.first_seq)).await.unwrap();
    let (asking, asking_by) = claimed(&world, below.id).await;
    let asked = question(&asking.run, 0);
    let step = Step { approvals: vec![asked.clone()], ..sleeping(asking.first_seq) };
    store.commit(&asking_by, step).await.unwrap();
    let above = [claim.run.id, driven.run.id];
    for claim in world.claims_up_to(2, "worker", LEASE).await {
        assert!(above.contains(&claim.run.id), "both wake");
        let record = store.load_turn(&fence(&claim.run), 10).await.unwrap();
        assert_eq!(record.child_approvals.iter().map(|asked| asked.id).collect::<Vec<_>>(), [asked.id]);
        assert!(record.approvals.is_empty(), "they are not its own");
        store.commit(&fence(&claim.run), sleeping(claim.first_seq)).await.unwrap();
    }
    assert_eq!(world.claims("worker", LEASE).await, None);
    let listed = async |run: RunId| {
        let filter = ApprovalFilter { run_id: Some(run), limit: 10, ..ApprovalFilter::default() };
        let found = store.list_approvals(&world.viewer(), filter).await.unwrap();
        found.into_iter().map(|approval| (approval.id, approval.run_id)).collect::<Vec<_>>()
    };
    for run in [claim.run.id, driven.run.id, below.id] {
        assert_eq!(listed(run).await, [(asked.id, below.id)]);
    }
    store.cancel_run(&world.viewer(), claim.run.id, world.audit("run.cancel")).await.unwrap();
    let filter = ApprovalFilter { run_id: Some(below.id), limit: 10, ..ApprovalFilter::default() };
    let found = store.list_approvals(&world.viewer(), filter).await.unwrap();
    assert_eq!(found[0].state, ApprovalState::Cancelled, "nobody is asked for a call that is never made");
    let (_, held) = claimed(&world, claim.run.id).await;
    let record = store.load_turn(&held, 10).await.unwrap();
    assert_eq!(record.child_approvals.len(), 1, "what is decided is shown too");
}

pub async fn the_files_of_children_are_known_to_their_parent(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held, children) = family(&world, "s", 2).await;
    let call = planned(&claim.run, 0);
    store.commit(&held, Step { new_calls: vec![call.clone()], ..writing(Vec::new()) }).await.unwrap();
    let makes = async |in_session: SessionId| {
        let id = ArtifactId(uuid());
        let (kind, session_id) = ("file".to_owned(), Some(in_session));
        let (tenant_id, owner_id) = (world.tenant, world.user);
        let new = NewArtifact { id, tenant_id, owner_id, session_id, kind, is_ephemeral: false, at: now() };
        store.begin_artifact(new).await.unwrap();
        let (media_type, sha256) = ("text/plain".to_owned(), "ab".repeat(32));
        let stored =
            StoredBytes { attempt: uuid(), title: None, media_type, bytes: 7, sha256, most_of_tenant: None, at: now() };
        store.finish_artifact(world.tenant, id, stored, world.audit("artifact.create")).await.unwrap();
        id
    };
    let (elsewhere, file) = (makes(session("s")).await, makes(SessionId(children[1].id.to_string())).await);
    let silent = makes(SessionId(children[1].id.to_string())).await;
    let (first, first_by) = claimed(&world, children[0].id).await;
    let (second, second_by) = claimed(&world, children[1].id).await;
    for (claim, held) in [(&first, &first_by), (&second, &second_by)] {
        let result = Some(json!({ "read": [{ "artifact_id": elsewhere }], "made": { "artifact_id": file } }));
        let call = ToolCallRow { result, finished_at: Some(now()), ..planned(&claim.run, 0) };
        store.commit(held, Step { new_calls: vec![call], ..writing(Vec::new()) }).await.unwrap();
    }
    let known = store.load_turn(&held, 10).await.unwrap().child_files;
    assert_eq!(known.iter().map(|file| file.id).collect::<Vec<_>>(), [file], "neither {elsewhere} nor {silent}");
    let is_over = CallChange { finished_at: Some(now()), ..changed(call.id, CallState::Succeeded) };
    store.commit(&held, Step { calls: vec![is_over], ..writing(Vec::new()) }).await.unwrap();
    assert_eq!(store.load_turn(&held, 10).await.unwrap().child_files, [], "nobody asks for them any more");
}

fn spend(tokens: i64) -> Spend {
    Spend { tokens, nano_usd: 0 }
}

pub async fn what_a_child_spends_counts_once_against_every_run_above(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held, children) = family(&world, "s", 2).await;
    store.commit(&held, sleeping(claim.first_seq)).await.unwrap();
    let up_to = |tokens: i64| Cap { tokens: Some(tokens), nano_usd: None };
    let reserve = async |held: &Fence, amount: i64, own: Cap, above: Cap| {
        let caps = Caps { run: own, ..Caps::default() };
        let above = if held.run_id == claim.run.id { Vec::new() } else { vec![(claim.run.id, above)] };
        let reservation = Reservation { agent_id: world.agent, amount: spend(amount), caps, above, at: now() };
        store.reserve_budget(held, reservation).await.unwrap()
    };
    let spent = async |run: RunId| store.spent_by_run(&world.viewer(), run).await.unwrap().tokens;
    let ((_, first), (_, second)) = (claimed(&world, children[0].id).await, claimed(&world, children[1].id).await);
    assert_eq!(reserve(&first, 60, up_to(100), up_to(100)).await, Reserved::Granted);
    assert_eq!(reserve(&second, 60, up_to(100), up_to(100)).await, Reserved::Exhausted(BudgetScope::Run), "above");
    assert_eq!(reserve(&second, 40, up_to(30), up_to(100)).await, Reserved::Exhausted(BudgetScope::Run), "own");
    assert_eq!(reserve(&second, 40, up_to(50), up_to(100)).await, Reserved::Granted);
    assert_eq!(spent(claim.run.id).await, 100, "what is set aside counts");
    store.commit(&first, Step { settle: Some(spend(10)), ..writing(Vec::new()) }).await.unwrap();
    store.commit(&second, Step { settle: Some(spend(5)), ..writing(Vec::new()) }).await.unwrap();
    assert_eq!([spent(claim.run.id).await, spent(first.run_id).await, spent(second.run_id).await], [15, 10, 5]);
    assert_eq!(store.spent_on_day(world.tenant, None, now()).await.unwrap(), spend(15), "and once a day");

    store.cancel_run(&world.viewer(), children[0].id, world.audit("run.cancel")).await.unwrap();
    store.commit(&second, ending(0, Phase::Succeeded)).await.unwrap();
    let (_, held) = claimed(&world, claim.run.id).await;
    assert_eq!(reserve(&held, 90, up_to(100), Cap::default()).await, Reserved::Exhausted(BudgetScope::Run));
    assert_eq!(reserve(&held, 85, up_to(100), Cap::default()).await, Reserved::Granted, "the run itself has the rest");
    store.commit(&held, Step { settle: Some(spend(1)), ..writing(Vec::new()) }).await.unwrap();
    assert_eq!(spent(claim.run.id).await, 16);
}
