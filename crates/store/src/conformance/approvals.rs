//! Promises about questions to humans and their answers.

use std::sync::Arc;

use artel_domain::{
    Approval, ApprovalId, ApprovalState, CallId, Decision, Phase, Run, RunId, Target, TargetChange, TenantId,
    Timestamp, ToolRef, digest,
};
use serde_json::json;

use super::world::{LEASE, World, at_once, ending, fence, now, session, uuid};
use crate::{ApprovalFilter, AuditFilter, Decided, Fence, OldestWaiting, Step, Store, StoreError, Viewer};

/// A pending question about the run's call with this ordinal.
pub(super) fn question(run: &Run, ordinal: u32) -> Approval {
    let call_id = CallId::derive(run.id, 1, ordinal);
    let args = json!({"path": "a.txt", "n": ordinal});
    Approval {
        id: ApprovalId::derive(call_id),
        tenant_id: run.tenant_id,
        session_id: run.session_id.clone(),
        run_id: run.id,
        call_id,
        agent_id: Some(run.agent_id),
        name: "write_file".to_owned(),
        args_digest: digest::of(&args),
        args,
        target: Some(Target::named(ToolRef::client("write_file"))),
        changed: Vec::new(),
        reason: "it writes".to_owned(),
        approvers: vec!["user:a".to_owned(), "scope:\"b\"".to_owned()],
        state: ApprovalState::Pending,
        decision: None,
        decided_args: None,
        feedback: None,
        decided_by: None,
        created_at: now(),
        expires_at: Some(Timestamp::from_second(4_000_000_000).unwrap()),
        decided_at: None,
    }
}

pub(super) fn deciding(approval: &Approval, decision: Decision) -> Decided {
    Decided { approval_id: approval.id, decision, args: None, feedback: None, by: None, at: now() }
}

/// A run that sleeps over `questions` questions.
async fn sleeping(world: &World, in_session: &str, questions: u32) -> (Run, Vec<Approval>) {
    let (claim, held) = world.drives(in_session).await;
    let asked: Vec<_> = (0..questions).map(|ordinal| question(&claim.run, ordinal)).collect();
    ask(world, &held, asked.clone(), Some(Phase::Waiting)).await;
    (claim.run, asked)
}

async fn ask(world: &World, held: &Fence, approvals: Vec<Approval>, phase: Option<Phase>) {
    world.store.commit(held, Step { approvals, phase, next_seq: 1, at: now(), ..Step::default() }).await.unwrap();
}

fn of(run_id: Option<RunId>, state: Option<ApprovalState>, limit: u32) -> ApprovalFilter {
    ApprovalFilter { run_id, session_id: None, state, limit }
}

async fn decide(world: &World, decided: Decided) -> Option<Approval> {
    world.store.decide_approval(&world.viewer(), decided, world.audit("approval.decide")).await.unwrap()
}

pub async fn a_question_is_found_as_it_was_asked(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (_, asked) = sleeping(&world, "s", 1).await;
    assert_eq!(store.find_approval(&world.viewer(), asked[0].id).await.unwrap().as_ref(), Some(&asked[0]));
}

pub async fn each_decision_is_kept_and_wakes_the_run(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let cases = [
        (Decision::Approve, ApprovalState::Approved),
        (Decision::Edit, ApprovalState::Approved),
        (Decision::Reject, ApprovalState::Rejected),
        (Decision::Expire, ApprovalState::Expired),
    ];
    for (decision, state) in cases {
        let (run, asked) = sleeping(&world, decision.as_str(), 1).await;
        let decided = Decided {
            args: Some(json!({"path": "b.txt"})),
            feedback: Some("mind the gap".to_owned()),
            by: Some(world.user),
            ..deciding(&asked[0], decision)
        };
        let answer = decide(&world, decided.clone()).await.unwrap();
        let expected = Approval {
            state,
            decision: Some(decision),
            decided_args: decided.args,
            feedback: decided.feedback,
            decided_by: decided.by,
            decided_at: Some(decided.at),
            ..asked[0].clone()
        };
        assert_eq!(answer, expected);
        assert_eq!(store.find_approval(&world.viewer(), asked[0].id).await.unwrap(), Some(expected.clone()));
        assert_eq!(world.finds(run.id).await.phase, Phase::Queued);
        let claim = world.claims("worker", LEASE).await.unwrap();
        assert_eq!((claim.run.id, claim.recovered, claim.run.crash_count, claim.run.epoch), (run.id, false, 0, 2));
        assert_eq!(store.load_turn(&fence(&claim.run), 10).await.unwrap().approvals, [expected]);
    }
}

pub async fn of_twenty_deciders_at_once_one_wins(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (run, asked) = sleeping(&world, "s", 1).await;
    let deciders = at_once((0..20).map(|i| {
        let (world, asked) = (world.clone(), asked[0].clone());
        let decision = if i % 2 == 0 { Decision::Approve } else { Decision::Reject };
        async move { decide(&world, Decided { feedback: Some(format!("{i}")), ..deciding(&asked, decision) }).await }
    }));
    let answers: Vec<_> = deciders.await.into_iter().flatten().collect();
    assert_eq!(answers.len(), 1);
    assert_eq!(
        store.find_approval(&world.viewer(), asked[0].id).await.unwrap().as_ref(),
        Some(&answers[0]),
        "the winner's words stay"
    );
    let rows = store.list_audit(&world.viewer(), AuditFilter { limit: 100, ..AuditFilter::default() }).await.unwrap();
    assert_eq!(rows.iter().filter(|row| row.action == "approval.decide").count(), 1);
    assert_eq!(world.claims_up_to(10, "worker", LEASE).await.len(), 1);
    assert_eq!(world.finds(run.id).await.phase, Phase::Running);
}

pub async fn a_decision_while_the_worker_has_the_run_is_not_slept_over(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held) = world.drives("s").await;
    let asked = vec![question(&claim.run, 0), question(&claim.run, 1)];
    ask(&world, &held, asked.clone(), None).await;
    decide(&world, deciding(&asked[0], Decision::Approve)).await.unwrap();
    assert_eq!(world.finds(claim.run.id).await.phase, Phase::Running, "nobody takes it from its worker");
    assert_eq!(world.claims("other", LEASE).await, None);
    store.commit(&held, ending(1, Phase::Waiting)).await.unwrap();

    let again = world.claims("worker", LEASE).await.expect("the decision is looked at");
    store.commit(&fence(&again.run), ending(1, Phase::Waiting)).await.unwrap();
    assert_eq!(world.claims("worker", LEASE).await, None, "once");
    decide(&world, deciding(&asked[1], Decision::Reject)).await.unwrap();
    assert_eq!(world.claims("worker", LEASE).await.unwrap().run.id, claim.run.id);
}

pub async fn falling_asleep_again_after_a_lost_answer_sleeps_over_nothing(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held) = world.drives("s").await;
    let asked = question(&claim.run, 0);
    ask(&world, &held, vec![asked.clone()], None).await;
    store.commit(&held, ending(1, Phase::Waiting)).await.unwrap();
    decide(&world, deciding(&asked, Decision::Approve)).await.unwrap();
    let repeated = store.commit(&held, ending(1, Phase::Waiting)).await;
    assert!(matches!(repeated, Err(StoreError::Fenced)), "{repeated:?}");
    let again = world.claims("worker", LEASE).await.expect("the decision is looked at");
    assert_eq!(again.run.id, claim.run.id);

    let (claim, held) = world.drives("cancelled").await;
    store.commit(&held, ending(1, Phase::Waiting)).await.unwrap();
    store.cancel_run(&world.viewer(), claim.run.id, world.audit("run.cancel")).await.unwrap();
    let repeated = store.commit(&held, ending(1, Phase::Waiting)).await;
    assert!(matches!(repeated, Err(StoreError::Fenced)), "{repeated:?}");
    assert!(world.claims("worker", LEASE).await.is_some(), "and so with a cancel");
}

pub async fn asking_again_finds_the_first_question(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (run, asked) = sleeping(&world, "s", 1).await;
    let answer = decide(&world, deciding(&asked[0], Decision::Approve)).await.unwrap();
    let claim = world.claims("worker", LEASE).await.unwrap();
    ask(&world, &fence(&claim.run), vec![question(&run, 0)], None).await;
    assert_eq!(store.find_approval(&world.viewer(), asked[0].id).await.unwrap(), Some(answer));
    assert_eq!(store.list_approvals(&world.viewer(), of(Some(run.id), None, 10)).await.unwrap().len(), 1);
}

pub async fn cancelling_closes_what_is_still_open(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (_, other) = sleeping(&world, "other", 1).await;
    let (run, asked) = sleeping(&world, "s", 2).await;
    decide(&world, deciding(&asked[0], Decision::Approve)).await.unwrap();
    let claim = world.claims("worker", LEASE).await.unwrap();
    let step = Step { cancel_approvals: true, ..ending(claim.first_seq, Phase::Cancelled) };
    store.commit(&fence(&claim.run), step).await.unwrap();
    let states: Vec<_> = store
        .list_approvals(&world.viewer(), of(Some(run.id), None, 10))
        .await
        .unwrap()
        .iter()
        .map(|approval| approval.state)
        .collect();
    assert_eq!(states, [ApprovalState::Approved, ApprovalState::Cancelled]);
    assert_eq!(decide(&world, deciding(&asked[1], Decision::Approve)).await, None);
    assert_eq!(store.find_approval(&world.viewer(), other[0].id).await.unwrap().unwrap().state, ApprovalState::Pending);
}

pub async fn nobody_decides_about_a_call_of_a_cancelled_run(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (_, other) = sleeping(&world, "other", 1).await;
    let (run, asked) = sleeping(&world, "s", 1).await;
    store.cancel_run(&world.viewer(), run.id, world.audit("run.cancel")).await.unwrap();
    for decision in [Decision::Approve, Decision::Reject, Decision::Expire] {
        assert_eq!(decide(&world, deciding(&asked[0], decision)).await, None);
    }
    let found = store.find_approval(&world.viewer(), asked[0].id).await.unwrap().unwrap();
    assert_eq!((found.state, found.decided_at.is_some()), (ApprovalState::Cancelled, true));
    assert!(decide(&world, deciding(&other[0], Decision::Approve)).await.is_some(), "another run's is open");
}

pub async fn questions_are_listed_oldest_first_and_by_filter(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (first, one) = sleeping(&world, "a", 2).await;
    let (_, two) = sleeping(&world, "b", 1).await;
    let answer = decide(&world, deciding(&one[1], Decision::Reject)).await.unwrap();
    let list = async |run, state, limit| store.list_approvals(&world.viewer(), of(run, state, limit)).await.unwrap();
    let (pending, rejected) = (Some(ApprovalState::Pending), Some(ApprovalState::Rejected));
    assert_eq!(list(None, None, 10).await, [one[0].clone(), answer.clone(), two[0].clone()]);
    assert_eq!(list(None, None, 1).await, one[..1]);
    assert_eq!(list(None, pending, 10).await, [one[0].clone(), two[0].clone()]);
    assert_eq!(list(Some(first.id), pending, 10).await, one[..1]);
    assert_eq!(list(Some(first.id), rejected, 10).await, [answer]);
    assert_eq!(list(Some(RunId(uuid())), None, 10).await, []);
    let in_session = async |name: &str, run_id, state| {
        let filter = ApprovalFilter { run_id, session_id: Some(session(name)), state, limit: 10 };
        store.list_approvals(&world.viewer(), filter).await.unwrap()
    };
    assert_eq!(in_session("b", None, None).await, [two[0].clone()]);
    assert_eq!(in_session("a", None, pending).await, one[..1]);
    assert_eq!(in_session("b", Some(first.id), None).await, []);
}

pub async fn a_foreign_tenant_neither_sees_nor_decides(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    let (run, asked) = sleeping(&world, "s", 1).await;
    assert_eq!(store.find_approval(&other.viewer(), asked[0].id).await.unwrap(), None);
    assert_eq!(store.list_approvals(&other.viewer(), of(None, None, 10)).await.unwrap(), []);
    assert_eq!(store.list_approvals(&other.viewer(), of(Some(run.id), None, 10)).await.unwrap(), []);
    let theft = deciding(&asked[0], Decision::Approve);
    assert_eq!(decide(&other, theft).await, None);
    let absent = Decided { approval_id: ApprovalId(uuid()), ..deciding(&asked[0], Decision::Approve) };
    assert_eq!(decide(&world, absent).await, None);
    assert_eq!(store.find_approval(&world.viewer(), asked[0].id).await.unwrap().as_ref(), Some(&asked[0]));
    assert_eq!(world.finds(run.id).await.phase, Phase::Waiting);
    assert_eq!(store.list_approvals(&Viewer::service(TenantId(uuid())), of(None, None, 10)).await.unwrap(), []);
}

pub async fn a_question_is_due_when_its_time_is_over_and_nobody_answered(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held) = world.drives("s").await;
    let at = |seconds| Some(Timestamp::from_second(seconds).unwrap());
    let ends = [at(2_000_000_002), at(2_000_000_001), None, at(2_000_000_000)];
    let asked: Vec<_> =
        (0..).zip(ends).map(|(n, expires_at)| Approval { expires_at, ..question(&claim.run, n) }).collect();
    ask(&world, &held, asked.clone(), Some(Phase::Waiting)).await;
    decide(&world, deciding(&asked[3], Decision::Approve)).await.unwrap();
    let due =
        async |seconds: i64, limit| store.due_approvals(Timestamp::from_second(seconds).unwrap(), limit).await.unwrap();
    assert_eq!(due(2_000_000_000, 10).await, []);
    assert_eq!(due(2_000_000_001, 10).await, [asked[1].clone()]);
    assert_eq!(due(2_000_000_009, 10).await, [asked[1].clone(), asked[0].clone()], "the longest over first");
    assert_eq!(due(2_000_000_009, 1).await, [asked[1].clone()]);
    decide(&world, deciding(&asked[1], Decision::Expire)).await.unwrap();
    assert_eq!(due(2_000_000_009, 10).await, [asked[0].clone()]);
}

pub async fn a_question_that_is_replaced_decides_nothing_any_more(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (run, asked) = sleeping(&world, "s", 1).await;
    decide(&world, deciding(&asked[0], Decision::Approve)).await.unwrap();
    let claim = world.claims("worker", LEASE).await.unwrap();
    let change = TargetChange { member: "endpoint".to_owned(), from: json!("https://a"), to: json!("https://b") };
    let again = Approval {
        id: ApprovalId::of_round(asked[0].call_id, 2),
        changed: vec![change],
        reason: "it changed".to_owned(),
        ..question(&run, 0)
    };
    let step = Step {
        approvals: vec![again.clone()],
        replaced_approvals: vec![asked[0].id],
        ..ending(claim.first_seq, Phase::Waiting)
    };
    store.commit(&fence(&claim.run), step).await.unwrap();

    assert_eq!(store.find_approval(&world.viewer(), again.id).await.unwrap().as_ref(), Some(&again));
    let old = store.find_approval(&world.viewer(), asked[0].id).await.unwrap().unwrap();
    assert_eq!((old.state, old.decision, old.call_id), (ApprovalState::Cancelled, None, asked[0].call_id));
    assert_eq!(decide(&world, deciding(&asked[0], Decision::Approve)).await, None);
    assert_eq!(world.finds(run.id).await.phase, Phase::Waiting, "the old approval wakes nobody");

    decide(&world, deciding(&again, Decision::Approve)).await.unwrap();
    let claim = world.claims("worker", LEASE).await.unwrap();
    let approvals = store.load_turn(&fence(&claim.run), 10).await.unwrap().approvals;
    let decided: Vec<_> =
        approvals.iter().filter(|approval| approval.decision.is_some()).map(|approval| approval.id).collect();
    assert_eq!(
        (approvals.len(), decided),
        (2, vec![again.id]),
        "one decision is left to act on, for workers of any release"
    );
}

pub async fn what_waits_longest_is_known(store: Arc<dyn Store>) {
    assert_eq!(store.oldest_waiting().await.unwrap(), OldestWaiting::default());
    let world = World::new(&store).await;
    let (_, asked) = sleeping(&world, "asks", 2).await;
    let run = world.starts("new").await;
    world.starts("newer").await;
    let waiting = store.oldest_waiting().await.unwrap();
    assert_eq!(waiting.pending_approval, Some(asked[0].created_at));
    assert_eq!(waiting.queued_run, Some(run.created_at));
    for approval in &asked {
        decide(&world, deciding(approval, Decision::Approve)).await;
    }
    assert_eq!(store.oldest_waiting().await.unwrap().pending_approval, None);
}
