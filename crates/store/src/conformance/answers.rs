//! Promises about the calls that clients execute.

use std::sync::Arc;

use artel_domain::form::submitted;
use artel_domain::{
    ApprovalState, CallId, CallState, Decision, Form, FormState, Phase, Run, SessionId, Specialist, TeamRequest,
    TenantId, Timestamp, ToolCallRow, ToolId, ToolOutcome, ToolRef, Wait,
};
use serde_json::json;

use super::approvals::{deciding, question};
use super::calls::{changed, planned};
use super::runs::audited;
use super::sessions::opens;
use super::world::{LEASE, World, at_once, ending, fence, now, session, uuid};
use crate::{
    AnswerTo, Answered, CallAnswer, CallChange, Claim, Created, Fence, FormFilter, NewRun, Step, Store, StoreError,
    Viewer,
};

pub(super) fn team() -> TeamRequest {
    TeamRequest {
        switch_to: Some(Specialist::Debug),
        reason: Some("it \"fails\"\n🦀".to_owned()),
        client_tools: vec!["read_file".to_owned(), "write_file".to_owned()],
        plans: true,
    }
}

/// Starts a run of the specialists.
pub(super) async fn asks(world: &World, in_session: &str) -> Run {
    match world.creates(NewRun { team: Some(team()), ..world.new_run(in_session) }).await {
        Created::Run(run) => *run,
        refused => panic!("the run was refused: {refused:?}"),
    }
}

pub(super) async fn takes(world: &World) -> (Claim, Fence) {
    let claim = world.claims("worker", LEASE).await.expect("a run can be claimed");
    let held = fence(&claim.run);
    (claim, held)
}

/// A call that a client executes, dispatched.
pub(super) fn dispatched(run: &Run, ordinal: u32) -> ToolCallRow {
    ToolCallRow {
        tool: Some(ToolRef::client("sum")),
        state: CallState::Dispatched,
        attempts: 1,
        dispatched_at: Some(now()),
        ..planned(run, ordinal)
    }
}

/// A run of the specialists that its worker has, with one call dispatched to the client.
pub(super) async fn drives(world: &World, in_session: &str) -> (Claim, Fence, ToolCallRow) {
    asks(world, in_session).await;
    let (claim, held) = takes(world).await;
    let call = dispatched(&claim.run, 0);
    let step = Step { new_calls: vec![call.clone()], next_seq: claim.first_seq, at: now(), ..Step::default() };
    world.store.commit(&held, step).await.unwrap();
    (claim, held, call)
}

/// The same, asleep until the client answers.
pub(super) async fn waits(world: &World, in_session: &str) -> (Run, ToolCallRow) {
    let (claim, held, call) = drives(world, in_session).await;
    sleeps(world, &held, claim.first_seq).await;
    (claim.run, call)
}

pub(super) async fn sleeps(world: &World, held: &Fence, next_seq: i64) {
    world.store.commit(held, ending(next_seq, Phase::Waiting)).await.unwrap();
}

fn succeeding(world: &World, run: &Run, call: CallId) -> CallAnswer {
    CallAnswer {
        to: AnswerTo::Client,
        session_id: run.session_id.clone(),
        call_id: call,
        outcome: ToolOutcome::Succeeded { output: json!({"z": "text\u{0}", "a": [1.0, null]}) },
        by: Some(world.user),
        at: now(),
    }
}

async fn answer(world: &World, answer: CallAnswer) -> Answered {
    world.store.answer_call(&world.viewer(), answer, world.audit("call.answer")).await.unwrap()
}

async fn row(world: &World, run: &Run, ordinal: usize) -> ToolCallRow {
    world.store.list_tool_calls(&world.viewer(), &[run.id]).await.unwrap().remove(ordinal)
}

pub async fn each_answer_is_kept_in_the_calls_row_and_wakes_the_run(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let outcomes = [
        ToolOutcome::Succeeded { output: json!({"z": {"b": 1, "a": 2.0}, "text": "ü\u{0}"}) },
        ToolOutcome::Succeeded { output: json!(null) },
        ToolOutcome::Failed { error: "no such file: \"x\"".to_owned() },
        ToolOutcome::Unknown { error: "the client went away".to_owned() },
    ];
    for (outcome, name) in outcomes.into_iter().zip(["a", "b", "c", "d"]) {
        let (run, call) = waits(&world, name).await;
        assert_eq!(world.claims("worker", LEASE).await, None, "it sleeps until it is answered");
        let given = CallAnswer { outcome: outcome.clone(), ..succeeding(&world, &run, call.id) };
        assert_eq!(answer(&world, given.clone()).await, Answered::Accepted(run.id));
        let expected = ToolCallRow {
            state: outcome.state(),
            result: if let ToolOutcome::Succeeded { output } = &outcome { Some(output.clone()) } else { None },
            error: outcome.error().map(str::to_owned),
            finished_at: Some(given.at),
            answered_by: given.by,
            ..call
        };
        assert_eq!(row(&world, &run, 0).await, expected);
        assert_eq!(world.finds(run.id).await.phase, Phase::Queued);
        let (claim, held) = takes(&world).await;
        assert_eq!((claim.run.id, claim.recovered, claim.run.crash_count), (run.id, false, 0));
        assert_eq!(store.load_turn(&held, 10).await.unwrap().answers, [expected]);
    }
    assert_eq!(audited(&world, "call.answer").await, 4);
}

pub async fn of_twenty_answers_at_once_one_is_accepted(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (run, call) = waits(&world, "s").await;
    let answers = at_once((0..20).map(|i| {
        let (world, given) = (world.clone(), succeeding(&world, &run, call.id));
        let output = json!(i);
        async move {
            (output.clone(), answer(&world, CallAnswer { outcome: ToolOutcome::Succeeded { output }, ..given }).await)
        }
    }));
    let (accepted, already): (Vec<_>, Vec<_>) =
        answers.await.into_iter().partition(|(_, answered)| *answered == Answered::Accepted(run.id));
    assert_eq!(accepted.len(), 1);
    assert!(already.iter().all(|(_, answered)| *answered == Answered::Already(run.id)));
    assert_eq!(row(&world, &run, 0).await.result.as_ref(), Some(&accepted[0].0), "the first one's result stays");
    assert_eq!(audited(&world, "call.answer").await, 1);
}

pub async fn a_session_waits_for_its_own_clients_calls_only(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    asks(&world, "s").await;
    let (claim, held) = takes(&world).await;
    let run = claim.run;
    let row = ToolRef::Row { id: ToolId(uuid()), version: 4 };
    let calls = [Some(ToolRef::client("sum")), Some(row), Some(ToolRef::control("sum")), None];
    let calls: Vec<_> = (0..).zip(calls).map(|(n, tool)| ToolCallRow { tool, ..dispatched(&run, n) }).collect();
    store.commit(&held, Step { new_calls: calls.clone(), ..ending(1, Phase::Waiting) }).await.unwrap();
    assert_eq!(store.list_tool_calls(&world.viewer(), &[run.id]).await.unwrap(), calls);
    opens(&world, "another").await;

    let mine = succeeding(&world, &run, calls[0].id);
    let wrong = [
        succeeding(&world, &run, calls[1].id),
        succeeding(&world, &run, calls[2].id),
        succeeding(&world, &run, CallId::derive(run.id, 9, 9)),
        CallAnswer { session_id: session("another"), ..mine.clone() },
        CallAnswer { session_id: SessionId(String::new()), ..mine.clone() },
    ];
    for given in wrong {
        assert_eq!(answer(&world, given.clone()).await, Answered::Unknown, "{given:?}");
    }
    for stranger in [other.viewer(), Viewer::service(TenantId(uuid()))] {
        assert_eq!(
            store.answer_call(&stranger, mine.clone(), world.audit("call.answer")).await.unwrap(),
            Answered::Unknown
        );
    }
    assert_eq!(store.list_tool_calls(&world.viewer(), &[run.id]).await.unwrap(), calls);
    assert_eq!(world.finds(run.id).await.phase, Phase::Waiting);
    assert_eq!((audited(&world, "call.answer").await, audited(&other, "call.answer").await), (0, 0));
}

pub async fn who_answers_a_call_that_is_asked_about_approves_it(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held, call) = drives(&world, "s").await;
    let (asked, other) = (question(&claim.run, 0), question(&claim.run, 1));
    let step = Step { approvals: vec![asked.clone(), other.clone()], ..ending(1, Phase::Waiting) };
    store.commit(&held, step).await.unwrap();
    let given = succeeding(&world, &claim.run, call.id);
    assert_eq!(answer(&world, given.clone()).await, Answered::Accepted(claim.run.id));
    let approved = store.find_approval(&world.viewer(), asked.id).await.unwrap().unwrap();
    assert_eq!(
        (approved.state, approved.decision, approved.decided_args),
        (ApprovalState::Approved, Some(Decision::Approve), None)
    );
    assert_eq!((approved.decided_by, approved.decided_at), (Some(world.user), Some(given.at)));
    assert_eq!(store.find_approval(&world.viewer(), other.id).await.unwrap(), Some(other), "only this one");
    assert_eq!(
        store
            .decide_approval(&world.viewer(), deciding(&asked, Decision::Reject), world.audit("approval.decide"))
            .await
            .unwrap(),
        None
    );
    assert_eq!(takes(&world).await.0.run.id, claim.run.id);
}

pub async fn a_call_that_was_approved_is_answered_later(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held, call) = drives(&world, "s").await;
    let asked = question(&claim.run, 0);
    store.commit(&held, Step { approvals: vec![asked.clone()], ..ending(1, Phase::Waiting) }).await.unwrap();
    let decided = store
        .decide_approval(&world.viewer(), deciding(&asked, Decision::Edit), world.audit("approval.decide"))
        .await
        .unwrap();
    assert_eq!(answer(&world, succeeding(&world, &claim.run, call.id)).await, Answered::Accepted(claim.run.id));
    assert_eq!(
        store.find_approval(&world.viewer(), asked.id).await.unwrap(),
        decided,
        "the decision stays as it was taken"
    );
}

pub async fn a_call_that_was_refused_takes_no_answer(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    for decision in [Decision::Reject, Decision::Expire] {
        let (claim, held, call) = drives(&world, decision.as_str()).await;
        let asked = question(&claim.run, 0);
        store.commit(&held, Step { approvals: vec![asked.clone()], ..ending(1, Phase::Waiting) }).await.unwrap();
        store
            .decide_approval(&world.viewer(), deciding(&asked, decision), world.audit("approval.decide"))
            .await
            .unwrap()
            .unwrap();
        let given = succeeding(&world, &claim.run, call.id);
        assert_eq!(answer(&world, given).await, Answered::Already(claim.run.id));
        assert_eq!(row(&world, &claim.run, 0).await, call);
        world.claims("worker", LEASE).await.unwrap();
    }
}

pub async fn of_an_answer_and_a_refusal_at_once_one_counts(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    for round in 0..10 {
        let (claim, held, call) = drives(&world, &format!("s{round}")).await;
        let asked = question(&claim.run, 0);
        store.commit(&held, Step { approvals: vec![asked.clone()], ..ending(1, Phase::Waiting) }).await.unwrap();
        let given = succeeding(&world, &claim.run, call.id);
        let counted = at_once([true, false].map(|answers| {
            let (world, asked, given) = (world.clone(), asked.clone(), given.clone());
            async move {
                if answers {
                    matches!(answer(&world, given).await, Answered::Accepted(_))
                } else {
                    let audit = world.audit("approval.decide");
                    world
                        .store
                        .decide_approval(&world.viewer(), deciding(&asked, Decision::Reject), audit)
                        .await
                        .unwrap()
                        .is_some()
                }
            }
        }));
        assert_eq!(counted.await.into_iter().filter(|counts| *counts).count(), 1, "round {round}");
        let (approval, row) =
            (store.find_approval(&world.viewer(), asked.id).await.unwrap().unwrap(), row(&world, &claim.run, 0).await);
        assert_eq!(approval.state == ApprovalState::Approved, row.finished_at.is_some(), "round {round}");
        world.claims("worker", LEASE).await.expect("it is woken either way");
    }
}

pub async fn an_answer_while_the_worker_has_the_run_is_not_slept_over(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held, call) = drives(&world, "s").await;
    assert_eq!(answer(&world, succeeding(&world, &claim.run, call.id)).await, Answered::Accepted(claim.run.id));
    assert_eq!(world.finds(claim.run.id).await.phase, Phase::Running, "nobody takes it from its worker");
    assert_eq!(world.claims("other", LEASE).await, None);
    sleeps(&world, &held, 1).await;
    let (again, held) = takes(&world).await;
    assert_eq!(again.run.id, claim.run.id, "the answer is looked at");
    sleeps(&world, &held, again.first_seq).await;
    assert_eq!(world.claims("worker", LEASE).await, None, "once");
}

pub async fn a_run_that_is_over_takes_no_answer(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    for end in [Phase::Succeeded, Phase::Failed, Phase::Cancelled] {
        let (claim, held, call) = drives(&world, end.as_str()).await;
        store.commit(&held, ending(1, end)).await.unwrap();
        assert_eq!(
            answer(&world, succeeding(&world, &claim.run, call.id)).await,
            Answered::Already(claim.run.id),
            "{end:?}"
        );
        assert_eq!(row(&world, &claim.run, 0).await, call);
        assert_eq!(world.finds(claim.run.id).await.phase, end);
    }
    assert_eq!(audited(&world, "call.answer").await, 0);
}

pub async fn what_is_journalled_about_an_answered_call_does_not_open_it_again(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, held, call) = drives(&world, "s").await;
    answer(&world, succeeding(&world, &claim.run, call.id)).await;
    let answered = row(&world, &claim.run, 0).await;
    let change = async |change: CallChange| {
        store.commit(&held, Step { calls: vec![change], next_seq: 1, at: now(), ..Step::default() }).await.unwrap();
        row(&world, &claim.run, 0).await
    };
    for state in [CallState::AwaitingApproval, CallState::Dispatched] {
        assert_eq!(change(changed(call.id, state)).await, answered);
    }
    assert_eq!(store.load_turn(&held, 10).await.unwrap().answers, std::slice::from_ref(&answered));
    assert_eq!(answer(&world, succeeding(&world, &claim.run, call.id)).await, Answered::Already(claim.run.id));
    let told = CallChange { duration_ms: Some(7), ..changed(call.id, CallState::Succeeded) };
    assert_eq!(change(told).await, ToolCallRow { duration_ms: Some(7), ..answered });
}

/// Its tool says what it waits for.
pub(super) fn says(call: &ToolCallRow, wait: Wait) -> CallChange {
    CallChange { wait: Some(wait), ..changed(call.id, CallState::Dispatched) }
}

/// A run that sleeps over a call whose tool said what it waits for.
pub(super) async fn sleeps_over(world: &World, in_session: &str, wait: Wait) -> (Run, ToolCallRow) {
    let (claim, held) = world.drives(in_session).await;
    let call =
        ToolCallRow { state: CallState::Dispatched, attempts: 1, dispatched_at: Some(now()), ..planned(&claim.run, 0) };
    let said = says(&call, wait.clone());
    world
        .store
        .commit(&held, Step { new_calls: vec![call.clone()], calls: vec![said], ..ending(1, Phase::Waiting) })
        .await
        .unwrap();
    (claim.run, ToolCallRow { wait: Some(wait), ..call })
}

fn form() -> Wait {
    Wait::Form {
        form: Form { title: "Who?".to_owned(), description: None, fields: Vec::new(), connect: None },
        until: None,
    }
}

pub async fn a_form_is_answered_once_and_its_run_is_woken(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (run, call) = sleeps_over(&world, "s", form()).await;
    assert_eq!(row(&world, &run, 0).await, call, "what it waits for is kept");
    assert_eq!(world.claims("worker", LEASE).await, None);
    let answers = at_once((0..20).map(|i| {
        let outcome = ToolOutcome::Succeeded { output: submitted(&json!({ "name": i })) };
        let (world, given) =
            (world.clone(), CallAnswer { to: AnswerTo::Form, outcome, ..succeeding(&world, &run, call.id) });
        async move { answer(&world, given).await }
    }))
    .await;
    assert_eq!(answers.iter().filter(|answered| **answered == Answered::Accepted(run.id)).count(), 1);
    assert_eq!(answers.iter().filter(|answered| **answered == Answered::Already(run.id)).count(), 19);
    let (_, held) = takes(&world).await;
    let answered = store.load_turn(&held, 10).await.unwrap().answers;
    assert_eq!((answered.len(), answered[0].answered_by), (1, Some(world.user)));
}

/// The answer that ends the form's call.
fn filling(world: &World, run: &Run, call: &ToolCallRow) -> CallAnswer {
    let outcome = ToolOutcome::Succeeded { output: submitted(&json!({ "name": "Ada" })) };
    CallAnswer { to: AnswerTo::Form, outcome, ..succeeding(world, run, call.id) }
}

/// A worker's last step that ends the call although the worker knows of no answer.
fn ends_unanswered(call: &ToolCallRow, next_seq: i64) -> Step {
    let end = CallChange { error: Some("cancelled".to_owned()), ..changed(call.id, CallState::Failed) };
    Step { calls: vec![end], unanswered: vec![call.id], ..ending(next_seq, Phase::Cancelled) }
}

async fn cancels(world: &World, run: &Run) {
    world.store.cancel_run(&world.viewer(), run.id, world.audit("run.cancel")).await.unwrap();
}

pub async fn no_answer_counts_after_a_cancel(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (run, call) = sleeps_over(&world, "s", form()).await;
    cancels(&world, &run).await;
    assert_eq!(answer(&world, filling(&world, &run, &call)).await, Answered::Already(run.id));
    assert_eq!(row(&world, &run, 0).await, call, "nothing was written");
    let found = store.find_form(&world.viewer(), call.id).await.unwrap().unwrap();
    assert_eq!(found.state, FormState::Cancelled, "although no worker has ended the run yet");
    let pending = FormFilter { state: Some(FormState::Pending), limit: 10, ..FormFilter::default() };
    assert_eq!(store.list_forms(&world.viewer(), pending).await.unwrap(), []);
}

pub async fn no_result_of_a_client_counts_after_a_cancel(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (claim, _, call) = drives(&world, "client").await;
    cancels(&world, &claim.run).await;
    let given = succeeding(&world, &claim.run, call.id);
    assert_eq!(answer(&world, given).await, Answered::Already(claim.run.id));
}

pub async fn a_worker_that_does_not_know_of_an_answer_cannot_end_its_call(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (run, call) = sleeps_over(&world, "s", form()).await;
    cancels(&world, &run).await;
    let (claim, held) = takes(&world).await;
    store.commit(&held, ends_unanswered(&call, claim.first_seq)).await.expect("there is no answer");

    let (run, call) = sleeps_over(&world, "answered", form()).await;
    assert_eq!(answer(&world, filling(&world, &run, &call)).await, Answered::Accepted(run.id));
    cancels(&world, &run).await;
    let answered = row(&world, &run, 0).await;
    let (claim, held) = takes(&world).await;
    let refused = store.commit(&held, ends_unanswered(&call, claim.first_seq)).await;
    assert!(matches!(refused, Err(StoreError::Answered)), "{refused:?}");
    assert_eq!((row(&world, &run, 0).await, world.finds(run.id).await.phase), (answered, Phase::Running));
    sleeps(&world, &held, claim.first_seq).await;
    assert!(world.claims("worker", LEASE).await.is_some(), "it is taken again, and the answer is read");
}

/// A claim passes over a run that another transaction has locked.
async fn takes_at_last(world: &World) -> (Claim, Fence) {
    for _ in 0..1000 {
        if let Some(claim) = world.claims("worker", LEASE).await {
            let held = fence(&claim.run);
            return (claim, held);
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("no run can be claimed");
}

pub async fn of_an_answer_and_a_cancelled_end_at_once_one_counts(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    for round in 0..10 {
        let (run, call) = sleeps_over(&world, &format!("s{round}"), form()).await;
        let given = filling(&world, &run, &call);
        let accepted = at_once([true, false].map(|answers| {
            let (world, run, call, given) = (world.clone(), run.clone(), call.clone(), given.clone());
            async move {
                if answers {
                    return matches!(answer(&world, given).await, Answered::Accepted(_));
                }
                cancels(&world, &run).await;
                let (claim, held) = takes_at_last(&world).await;
                world.store.commit(&held, ends_unanswered(&call, claim.first_seq)).await.is_err()
            }
        }));
        let accepted = accepted.await;
        assert_eq!(accepted[0], accepted[1], "round {round}: whoever was told so is right");
        let state = row(&world, &run, 0).await.state;
        assert_eq!(state == CallState::Succeeded, accepted[0], "round {round}");
    }
}

pub async fn a_call_takes_no_answer_of_another_kind(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (run, call) = sleeps_over(&world, "a", form()).await;
    assert_eq!(
        answer(&world, succeeding(&world, &run, call.id)).await,
        Answered::Unknown,
        "a form is no client's call"
    );
    for (name, wait) in [("b", Wait::Child), ("c", Wait::Until { at: Timestamp::from_second(4_000_000_000).unwrap() })]
    {
        let (run, call) = sleeps_over(&world, name, wait).await;
        for to in [AnswerTo::Client, AnswerTo::Form] {
            let given = CallAnswer { to, ..succeeding(&world, &run, call.id) };
            assert_eq!(answer(&world, given).await, Answered::Unknown, "{to:?}");
        }
    }
    let (run, call) = waits(&world, "d").await;
    let values = CallAnswer { to: AnswerTo::Form, ..succeeding(&world, &run, call.id) };
    assert_eq!(answer(&world, values).await, Answered::Unknown, "a client's call is no form");
    assert_eq!(world.claims("worker", LEASE).await, None);
}
