//! A call that a policy holds: durable, decided once, and the very call that was shown. Whole engine, both
//! stores, demo model.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bench;
mod consent;
mod pinning;
mod slots;
mod subagents;
mod tools;
mod waits;

use artel_domain::tool::{HttpMethod, PermissionScope};
use artel_domain::{ApprovalState, CallState, Decision, Phase};
use artel_testkit::{Database, on_both_stores};
use bench::{AskAlways, Bench};
use serde_json::json;

async fn a_held_call_waits_without_a_worker_and_goes_on_after_a_restart_with_the_same_arguments(database: Database) {
    let bench = Bench::new(database).await;
    let worker = bench.worker(AskAlways);
    let run = bench.start_run("Echo the word hello using the tool").await;
    bench.until(run, |run| run.phase == Phase::Waiting).await;
    bench.until_idle(&worker).await;
    worker.shutdown(std::time::Duration::from_secs(5)).await;
    let waiting = bench.run(run).await;
    assert_eq!(waiting.phase, Phase::Waiting, "a shutdown does not touch it");

    let approval = bench.approvals(run).await.remove(0);
    assert_eq!((approval.state, &approval.args), (ApprovalState::Pending, &json!({ "text": "hello" })));
    let _worker = bench.worker(AskAlways);
    assert!(bench.decide(&approval, Decision::Approve, None).await.is_some());
    assert!(bench.decide(&approval, Decision::Reject, None).await.is_none(), "a decision is used once");
    let run = bench.until(run, |run| run.phase.is_end()).await;
    assert_eq!(run.phase, Phase::Succeeded, "{run:?}");
    let calls = bench.calls(run.id).await;
    assert_eq!(calls.len(), 1, "the model was not asked to repeat it");
    assert_eq!(
        (calls[0].id, calls[0].state, &calls[0].args_digest),
        (approval.call_id, CallState::Succeeded, &approval.args_digest)
    );
}

async fn an_edit_changes_what_is_called_and_a_rejection_reaches_the_model(database: Database) {
    let bench = Bench::new(database).await;
    let _worker = bench.worker(AskAlways);
    let run = bench.start_run("Echo the word hello using the tool").await;
    bench.until(run, |run| run.phase == Phase::Waiting).await;
    let approval = bench.approvals(run).await.remove(0);
    bench.decide(&approval, Decision::Edit, Some(json!({ "text": "edited" }))).await.unwrap();
    let run = bench.until(run, |run| run.phase.is_end()).await;
    assert!(run.output_message.unwrap().contains("edited"));

    let run = bench.start_run("Echo the word hello using the tool").await;
    bench.until(run, |run| run.phase == Phase::Waiting).await;
    let approval = bench.approvals(run).await.remove(0);
    bench.decide(&approval, Decision::Reject, None).await.unwrap();
    let run = bench.until(run, |run| run.phase.is_end()).await;
    assert_eq!(run.phase, Phase::Succeeded);
    assert!(bench.calls(run.id).await[0].error.as_deref().unwrap().contains("rejected"));
}

async fn cancelling_a_waiting_run_ends_it_and_its_question(database: Database) {
    let bench = Bench::new(database).await;
    let _worker = bench.worker(AskAlways);
    let run = bench.start_run("Echo the word hello using the tool").await;
    bench.until(run, |run| run.phase == Phase::Waiting).await;
    bench.cancel(run).await;
    let run = bench.until(run, |run| run.phase.is_end()).await;
    assert_eq!((run.phase, run.error_message.as_deref()), (Phase::Cancelled, Some("cancelled")));
    let approval = bench.approvals(run.id).await.remove(0);
    assert_eq!(approval.state, ApprovalState::Cancelled);
    assert!(bench.decide(&approval, Decision::Approve, None).await.is_none());
}

async fn a_tool_that_writes_needs_the_scope_of_whoever_started_the_run(database: Database) {
    let bench = Bench::new(database).await;
    bench.bind_internal("echo", PermissionScope::Write, HttpMethod::Post).await;
    let _worker = bench.worker(artel_engine::AllowAll);
    let run = bench.start_run_as(&["runs:write"], "Echo the word hello using the tool").await;
    let run = bench.until(run, |run| run.phase.is_end()).await;
    assert_eq!(run.phase, Phase::Succeeded, "the run goes on");
    assert!(bench.calls(run.id).await[0].error.as_deref().unwrap().contains("tools:write"));
    let run = bench.start_run_as(&["tools:write"], "Echo the word hello using the tool").await;
    let run = bench.until(run, |run| run.phase.is_end()).await;
    assert_eq!(bench.calls(run.id).await[0].state, CallState::Succeeded);
}

on_both_stores! {
    a_held_call_waits_without_a_worker_and_goes_on_after_a_restart_with_the_same_arguments as
        a_held_call_waits_without_a_worker_and_goes_on_after_a_restart_with_the_same_arguments_on_sqlite,
        a_held_call_waits_without_a_worker_and_goes_on_after_a_restart_with_the_same_arguments_on_postgres;
    an_edit_changes_what_is_called_and_a_rejection_reaches_the_model as
        an_edit_changes_what_is_called_and_a_rejection_reaches_the_model_on_sqlite,
        an_edit_changes_what_is_called_and_a_rejection_reaches_the_model_on_postgres;
    cancelling_a_waiting_run_ends_it_and_its_question as
        cancelling_a_waiting_run_ends_it_and_its_question_on_sqlite,
        cancelling_a_waiting_run_ends_it_and_its_question_on_postgres;
    a_tool_that_writes_needs_the_scope_of_whoever_started_the_run as
        a_tool_that_writes_needs_the_scope_of_whoever_started_the_run_on_sqlite,
        a_tool_that_writes_needs_the_scope_of_whoever_started_the_run_on_postgres;
}
