//! Ends that nobody wished for, and those that somebody did: a worker dies, a run is cancelled, a run exits.

use std::future::pending;
use std::sync::Arc;
use std::time::{Duration, Instant};

use artel_domain::tool::{HttpMethod, PermissionScope};
use artel_domain::{CallId, CallState, Phase, Run, RunFailure};
use artel_engine::AllowAll;
use artel_testkit::{Database, ModelServer, on_both_stores};
use artel_tools::{CallContext, Descriptor, Registry, Tool, ToolError, ToolOutput};
use async_trait::async_trait;
use serde_json::{Value, json};

use super::{bench, call, results, starting, task};

/// Does what the tool of its name does, and says nothing of it.
struct Speechless(Arc<dyn Tool>);

#[async_trait]
impl Tool for Speechless {
    fn descriptor(&self) -> &Descriptor {
        self.0.descriptor()
    }

    async fn call(&self, context: &CallContext, args: Value) -> Result<ToolOutput, ToolError> {
        let _ = self.0.call(context, args).await;
        pending().await
    }
}

fn speechless(tools: Registry) -> Registry {
    let tool = tools.builtin("run_subagent").unwrap().clone();
    tools.with(Arc::new(Speechless(tool)))
}

async fn a_worker_dies_between_the_start_of_subagents_and_its_record(database: Database) {
    let server = ModelServer::obedient().await;
    let bench = bench(&server, database).await;
    bench.allow_all_time(60_000).await;
    let first = bench.mortal_worker(speechless).await;
    let run = bench.start_run(&starting(&json!([task("execute", "one"), task("execute", "two")]))).await;
    let children = bench.until_children(run, 2).await;
    for child in &children {
        bench.until(child.id, |child| child.phase.is_end()).await;
    }
    let open = call(&bench, run).await;
    assert_eq!((open.state, &open.wait), (CallState::Dispatched, &None), "the journal knows nothing of them");
    first.kill();

    // It could not start others: the runs that the call started are found without the tool.
    let _second = bench.worker_with(AllowAll, speechless);
    let over = bench.until(run, |run| run.phase.is_end()).await;
    assert_eq!(over.phase, Phase::Succeeded, "{over:?}");
    let known = |runs: Vec<Run>| runs.iter().map(|run| (run.id, run.epoch)).collect::<Vec<_>>();
    let again = known(bench.until_children(run, 2).await);
    assert_eq!(again, children.iter().map(|run| (run.id, 1)).collect::<Vec<_>>(), "the same runs, each driven once");
    let outputs: Vec<_> = results(&bench, run).await.into_iter().map(|result| result["output"].clone()).collect();
    assert_eq!(outputs, ["one", "two"]);
}

async fn a_worker_dies_before_it_has_started_a_subagent(database: Database) {
    let server = ModelServer::obedient().await;
    let bench = bench(&server, database).await;
    bench.allow_all_time(60_000).await;
    let never = |tools: Registry| {
        let descriptor = tools.builtin("run_subagent").unwrap().descriptor().clone();
        tools.with(Arc::new(Never(descriptor)))
    };
    let first = bench.mortal_worker(never).await;
    let run = bench.start_run(&starting(&json!([task("execute", "one")]))).await;
    bench.until_calls(run, 1, CallState::Dispatched).await;
    first.kill();
    let _second = bench.worker(AllowAll);
    let over = bench.until(run, |run| run.phase.is_end()).await;
    assert_eq!(over.phase, Phase::Succeeded, "{over:?}");
    assert_eq!(results(&bench, run).await[0]["output"], "one");
    assert_eq!(call(&bench, run).await.attempts, 2);
}

/// Its calls never begin.
struct Never(Descriptor);

#[async_trait]
impl Tool for Never {
    fn descriptor(&self) -> &Descriptor {
        &self.0
    }

    async fn call(&self, _: &CallContext, _: Value) -> Result<ToolOutput, ToolError> {
        pending().await
    }
}

async fn a_worker_dies_while_subagents_work(database: Database) {
    let server = ModelServer::obedient().await;
    let bench = bench(&server, database).await;
    let first = bench.mortal_worker(|tools| tools).await;
    let middle = starting(&json!([task("execute", "slow 1500 leaf")]));
    let run = bench.start_run(&starting(&json!([task("execute", "slow 1500 one"), task("execute", &middle)]))).await;
    let children = bench.until_children(run, 2).await;
    let middle = children.iter().find(|child| child.input_message == middle).unwrap().id;
    let leaf = bench.until_children(middle, 1).await.remove(0).id;
    bench.until(leaf, |run| run.phase == Phase::Running).await;
    first.kill();
    let _second = bench.worker(AllowAll);
    let over = bench.until(run, |run| run.phase.is_end()).await;
    assert_eq!(over.phase, Phase::Succeeded, "{over:?}");
    assert_eq!(bench.until_children(run, 2).await.len() + bench.until_children(middle, 1).await.len(), 3);
    let shown = results(&bench, run).await;
    assert_eq!(shown[0]["output"], "one");
    assert!(shown[1]["output"].as_str().unwrap().contains("leaf"), "{shown:?}");
}

async fn a_budget_holds_for_subagents_whose_worker_died(database: Database) {
    const ROOM: i64 = 25_000;
    let server = ModelServer::obedient().await;
    let bench = bench(&server, database).await;
    bench.limit_run(ROOM).await;
    let first = bench.mortal_worker(|tools| tools).await;
    let goals: Vec<Value> = (0..5).map(|number| task("execute", &format!("slow 900 {number}"))).collect();
    let run = bench.start_run(&starting(&json!(goals))).await;
    let children = bench.until_children(run, 5).await;
    bench.until(children[0].id, |child| child.phase != Phase::Queued).await;
    first.kill();
    let _second = bench.worker(AllowAll);
    let over = bench.until(run, |run| run.phase.is_end()).await;
    assert!(bench.spent(run).await <= ROOM, "{} of {ROOM}", bench.spent(run).await);
    for child in bench.until_children(run, 5).await {
        assert!(child.phase.is_end(), "{child:?}");
        let told = child.error_message.unwrap_or_default();
        let fits = matches!(child.phase, Phase::Succeeded | Phase::Cancelled);
        assert!(fits || told.contains("the budget of"), "{told}");
    }
    assert!(matches!(over.phase, Phase::Succeeded | Phase::Failed), "{over:?}");
}

async fn subagents_end_while_no_worker_has_their_parent(database: Database) {
    let server = ModelServer::obedient().await;
    let bench = bench(&server, database).await;
    let first = bench.mortal_worker(|tools| tools).await;
    let run = bench.start_run(&starting(&json!([task("execute", "hang"), task("execute", "hang")]))).await;
    let children = bench.until_children(run, 2).await;
    for child in &children {
        bench.until(child.id, |child| child.phase == Phase::Running).await;
    }
    bench.until(run, |run| run.phase == Phase::Waiting).await;
    first.kill();
    bench.end_by_hand(&children.iter().map(|child| child.id).collect::<Vec<_>>(), "by hand").await;
    let _second = bench.worker(AllowAll);
    let over = bench.until(run, |run| run.phase.is_end()).await;
    assert_eq!(over.phase, Phase::Succeeded, "{over:?}");
    let outputs: Vec<_> = results(&bench, run).await.into_iter().map(|result| result["output"].clone()).collect();
    assert_eq!(outputs, ["by hand", "by hand"]);
}

async fn a_cancel_of_a_run_ends_all_runs_below_it(database: Database) {
    let server = ModelServer::obedient().await;
    let bench = bench(&server, database).await;
    let worker = bench.worker(AllowAll);
    let middle = starting(&json!([task("execute", "hang"), task("execute", "leaf")]));
    let run = bench.start_run(&starting(&json!([task("execute", &middle), task("explore", "hang")]))).await;
    let children = bench.until_children(run, 2).await;
    let middle = children.iter().find(|child| child.input_message == middle).unwrap().id;
    let below = bench.until_children(middle, 2).await;
    let leaf = below.iter().find(|run| run.input_message == "leaf").unwrap().id;
    bench.until(leaf, |run| run.phase.is_end()).await;
    for hangs in children.iter().chain(&below).filter(|run| run.input_message == "hang") {
        bench.until(hangs.id, |run| run.phase == Phase::Running).await;
    }
    let since = Instant::now();
    bench.cancel(run).await;
    for open in children.iter().chain(&below).map(|run| run.id).filter(|id| *id != leaf).chain([run]) {
        let over = bench.until(open, |run| run.phase.is_end()).await;
        assert_eq!((over.phase, over.error_code), (Phase::Cancelled, Some(RunFailure::Cancelled)));
    }
    assert!(since.elapsed() < Duration::from_secs(6), "{:?}", since.elapsed());
    assert_eq!(bench.run(leaf).await.phase, Phase::Succeeded);
    // Its own model call, and that of the child which heard an answer.
    assert!(bench.run(run).await.usage.unwrap().total() >= 2 * 25, "what was used until then counts");
    bench.until_idle(&worker).await;
}

async fn a_cancel_while_no_worker_lives_reaches_them_too(database: Database) {
    let server = ModelServer::obedient().await;
    let bench = bench(&server, database).await;
    let first = bench.mortal_worker(|tools| tools).await;
    let run = bench.start_run(&starting(&json!([task("execute", "hang")]))).await;
    let child = bench.until_children(run, 1).await.remove(0).id;
    bench.until(child, |run| run.phase == Phase::Running).await;
    bench.until(run, |run| run.phase == Phase::Waiting).await;
    first.kill();
    bench.cancel(run).await;
    let _second = bench.worker(AllowAll);
    for run in [run, child] {
        assert_eq!(bench.until(run, |run| run.phase.is_end()).await.phase, Phase::Cancelled);
    }
}

async fn a_cancelled_subagent_does_not_spoil_the_others(database: Database) {
    let server = ModelServer::obedient().await;
    let bench = bench(&server, database).await;
    let _worker = bench.worker(AllowAll);
    let run = bench.start_run(&starting(&json!([task("execute", "hang"), task("execute", "two")]))).await;
    let children = bench.until_children(run, 2).await;
    let hangs = children.iter().find(|child| child.input_message == "hang").unwrap().id;
    bench.until(hangs, |child| child.phase == Phase::Running).await;
    bench.cancel(hangs).await;
    assert_eq!(bench.until(run, |run| run.phase.is_end()).await.phase, Phase::Succeeded);
    let statuses: Vec<_> = results(&bench, run).await.into_iter().map(|result| result["status"].clone()).collect();
    assert_eq!(statuses, ["cancelled", "succeeded"]);
}

async fn a_run_that_exits_cancels_the_subagents_that_are_not_over(database: Database) {
    let server = ModelServer::obedient().await;
    let bench = bench(&server, database).await;
    bench.bind("exit", PermissionScope::Read, HttpMethod::Post).await;
    let run = bench.start_run(r#"call exit {"answer":"That is all."}"#).await;
    // Of a call that was given up: its runs may be there all the same.
    let child = bench.start_child(run, CallId::derive(run, 7, 0), "hang").await;
    let _worker = bench.worker(AllowAll);
    let over = bench.until(run, |run| run.phase.is_end()).await;
    assert_eq!((over.phase, over.output_message.as_deref()), (Phase::Succeeded, Some("That is all.")));
    assert_eq!(bench.until(child, |run| run.phase.is_end()).await.phase, Phase::Cancelled);
}

on_both_stores! {
    a_worker_dies_between_the_start_of_subagents_and_its_record as
        a_worker_dies_between_the_start_of_subagents_and_its_record_on_sqlite,
        a_worker_dies_between_the_start_of_subagents_and_its_record_on_postgres;
    a_worker_dies_before_it_has_started_a_subagent as
        a_worker_dies_before_it_has_started_a_subagent_on_sqlite,
        a_worker_dies_before_it_has_started_a_subagent_on_postgres;
    a_worker_dies_while_subagents_work as
        a_worker_dies_while_subagents_work_on_sqlite,
        a_worker_dies_while_subagents_work_on_postgres;
    a_budget_holds_for_subagents_whose_worker_died as
        a_budget_holds_for_subagents_whose_worker_died_on_sqlite,
        a_budget_holds_for_subagents_whose_worker_died_on_postgres;
    subagents_end_while_no_worker_has_their_parent as
        subagents_end_while_no_worker_has_their_parent_on_sqlite,
        subagents_end_while_no_worker_has_their_parent_on_postgres;
    a_cancel_of_a_run_ends_all_runs_below_it as
        a_cancel_of_a_run_ends_all_runs_below_it_on_sqlite,
        a_cancel_of_a_run_ends_all_runs_below_it_on_postgres;
    a_cancel_while_no_worker_lives_reaches_them_too as
        a_cancel_while_no_worker_lives_reaches_them_too_on_sqlite,
        a_cancel_while_no_worker_lives_reaches_them_too_on_postgres;
    a_cancelled_subagent_does_not_spoil_the_others as
        a_cancelled_subagent_does_not_spoil_the_others_on_sqlite,
        a_cancelled_subagent_does_not_spoil_the_others_on_postgres;
    a_run_that_exits_cancels_the_subagents_that_are_not_over as
        a_run_that_exits_cancels_the_subagents_that_are_not_over_on_sqlite,
        a_run_that_exits_cancels_the_subagents_that_are_not_over_on_postgres;
}
