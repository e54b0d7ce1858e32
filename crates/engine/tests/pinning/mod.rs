//! An approved call is made only as it was shown.

use std::time::Duration;

use artel_domain::{ApprovalState, CallState, Decision, EffectClass, Phase};
use artel_store::ToolPatch;
use artel_testkit::{Database, on_both_stores};
use serde_json::json;

use crate::bench::{AskAlways, Bench};

const INPUT: &str = "Echo the word hello using the tool";

async fn a_tool_that_changed_after_its_call_was_shown_is_asked_about_again_also_by_another_worker(database: Database) {
    let bench = Bench::new(database).await;
    let first = bench.worker(AskAlways);
    let run = bench.start_run(INPUT).await;
    bench.until(run, |run| run.phase == Phase::Waiting).await;
    bench.until_idle(&first).await;
    first.shutdown(Duration::from_secs(5)).await;
    let shown = bench.approvals(run).await.remove(0);
    assert!(shown.target.is_some() && shown.changed.is_empty());
    bench.change_tool(ToolPatch { effect: Some(EffectClass::Idempotent), ..ToolPatch::default() }).await;
    bench.decide(&shown, Decision::Approve, None).await.unwrap();

    let _second = bench.worker(AskAlways);
    bench.until_approvals(run, 2).await;
    bench.until(run, |run| run.phase == Phase::Waiting).await;
    assert_eq!(bench.calls(run).await[0].state, CallState::AwaitingApproval, "nothing was called");
    let approvals = bench.approvals(run).await;
    let (old, new) = (&approvals[0], &approvals[1]);
    assert_eq!((old.id, old.state, old.call_id), (shown.id, ApprovalState::Cancelled, new.call_id));
    let changed: Vec<_> = new.changed.iter().map(|change| (change.member.as_str(), &change.from, &change.to)).collect();
    assert_eq!(changed, [("effect", &json!("read_only"), &json!("idempotent")), ("version", &json!(1), &json!(2))]);
    assert!(new.reason.contains("effect: \"read_only\" → \"idempotent\""), "{}", new.reason);
    assert!(bench.decide(old, Decision::Approve, None).await.is_none());

    bench.decide(new, Decision::Approve, None).await.unwrap();
    assert_eq!(bench.until(run, |run| run.phase.is_end()).await.phase, Phase::Succeeded);
    assert_eq!(bench.calls(run).await[0].state, CallState::Succeeded);
}

async fn an_edit_of_a_call_whose_tool_changed_is_asked_about_again_with_the_edited_arguments(database: Database) {
    let bench = Bench::new(database).await;
    let _worker = bench.worker(AskAlways);
    let run = bench.start_run(INPUT).await;
    bench.until(run, |run| run.phase == Phase::Waiting).await;
    let shown = bench.approvals(run).await.remove(0);
    bench.change_tool(ToolPatch { description: Some("Echoes".into()), ..ToolPatch::default() }).await;
    bench.decide(&shown, Decision::Edit, Some(json!({ "text": "edited" }))).await.unwrap();
    let new = bench.until_approvals(run, 2).await.remove(1);
    assert_eq!((&new.args, new.state), (&json!({ "text": "edited" }), ApprovalState::Pending));
    bench.decide(&new, Decision::Approve, None).await.unwrap();
    assert!(bench.until(run, |run| run.phase.is_end()).await.output_message.unwrap().contains("edited"));
}

async fn an_approved_call_of_a_tool_that_is_gone_is_refused(database: Database) {
    let bench = Bench::new(database).await;
    let _worker = bench.worker(AskAlways);
    let run = bench.start_run(INPUT).await;
    bench.until(run, |run| run.phase == Phase::Waiting).await;
    let shown = bench.approvals(run).await.remove(0);
    bench.delete_tools().await;
    bench.decide(&shown, Decision::Approve, None).await.unwrap();
    assert_eq!(bench.until(run, |run| run.phase.is_end()).await.phase, Phase::Succeeded, "the model is told");
    let call = bench.calls(run).await.remove(0);
    assert_eq!((call.state, call.attempts), (CallState::Failed, 0));
    assert!(call.error.unwrap().contains("not bound to this agent any more"));
}

on_both_stores! {
    a_tool_that_changed_after_its_call_was_shown_is_asked_about_again_also_by_another_worker as
        a_tool_that_changed_after_its_call_was_shown_is_asked_about_again_also_by_another_worker_on_sqlite,
        a_tool_that_changed_after_its_call_was_shown_is_asked_about_again_also_by_another_worker_on_postgres;
    an_edit_of_a_call_whose_tool_changed_is_asked_about_again_with_the_edited_arguments as
        an_edit_of_a_call_whose_tool_changed_is_asked_about_again_with_the_edited_arguments_on_sqlite,
        an_edit_of_a_call_whose_tool_changed_is_asked_about_again_with_the_edited_arguments_on_postgres;
    an_approved_call_of_a_tool_that_is_gone_is_refused as
        an_approved_call_of_a_tool_that_is_gone_is_refused_on_sqlite,
        an_approved_call_of_a_tool_that_is_gone_is_refused_on_postgres;
}
