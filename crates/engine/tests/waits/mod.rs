//! Calls whose tools say that they wait: nothing is kept in memory, another worker goes on, and what comes from outside
//! ends the call.

use std::sync::Arc;
use std::time::Duration;

use artel_domain::form::submitted;
use artel_domain::{CallId, CallState, Clock, Form, Phase, SystemClock, ToolOutcome, Wait, WaitFor};
use artel_engine::{AllowAll, Worker};
use artel_store::Answered;
use artel_testkit::{Database, on_both_stores};
use artel_tools::{CallContext, Descriptor, Tool, ToolError, ToolOutput};
use async_trait::async_trait;
use serde_json::{Value, json};

use crate::bench::Bench;

const INPUT: &str = "Echo the word hello using the tool";

/// Stands in for the built-in `echo`: it answers that its call waits.
struct Waits {
    descriptor: Descriptor,
    wait: Wait,
}

#[async_trait]
impl Tool for Waits {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    async fn call(&self, _: &CallContext, _: Value) -> Result<ToolOutput, ToolError> {
        Err(ToolError::Wait(self.wait.clone()))
    }
}

fn worker(bench: &Bench, wait: Wait) -> Worker {
    let descriptor = Descriptor::new("echo", "Echoes input back", json!({"type": "object"}));
    bench.worker_with(AllowAll, |tools| tools.with(Arc::new(Waits { descriptor, wait })))
}

fn form(until: Option<artel_domain::Timestamp>) -> Wait {
    Wait::Form { form: Form { title: "Who?".into(), description: None, fields: Vec::new(), connect: None }, until }
}

fn later(wait: Duration) -> artel_domain::Timestamp {
    SystemClock.now().checked_add(wait).unwrap()
}

async fn a_form_is_answered_while_no_worker_lives_and_the_next_one_goes_on(database: Database) {
    let bench = Bench::new(database).await;
    let first = worker(&bench, form(None));
    let run = bench.start_run(INPUT).await;
    let asleep = bench.until(run, |run| run.phase == Phase::Waiting).await;
    assert_eq!(asleep.waits_for, [WaitFor::Form]);
    bench.until_idle(&first).await;
    drop(first);
    let call = bench.calls(run).await.remove(0);
    assert_eq!((call.state, &call.wait), (CallState::Dispatched, &Some(form(None))));

    let values = ToolOutcome::Succeeded { output: submitted(&json!({ "name": "Ada" })) };
    assert_eq!(bench.answer_form(run, call.id, values.clone()).await, Answered::Accepted(run));
    assert_eq!(bench.answer_form(run, call.id, values).await, Answered::Already(run));
    let _second = worker(&bench, form(None));
    assert_eq!(bench.until(run, |run| run.phase.is_end()).await.phase, Phase::Succeeded);
    let call = bench.calls(run).await.remove(0);
    assert_eq!(call.result, Some(json!({ "submitted": true, "values": { "name": "Ada" } })));
    assert_eq!((call.state, call.attempts), (CallState::Succeeded, 1), "the tool is not called again");
}

async fn a_form_that_nobody_answers_in_time_ends_its_call(database: Database) {
    let bench = Bench::new(database).await;
    let _worker = worker(&bench, form(Some(later(Duration::from_millis(500)))));
    let run = bench.start_run(INPUT).await;
    assert_eq!(bench.until(run, |run| run.phase.is_end()).await.phase, Phase::Succeeded);
    let result = bench.calls(run).await.remove(0).result.unwrap();
    assert_eq!(result, json!({ "submitted": false, "reason": "nobody answered in time" }));
}

async fn a_run_sleeps_until_its_time_has_come(database: Database) {
    let bench = Bench::new(database).await;
    let at = later(Duration::from_millis(800));
    let _worker = worker(&bench, Wait::Until { at });
    let run = bench.start_run(INPUT).await;
    let asleep = bench.until(run, |run| run.phase == Phase::Waiting).await;
    assert_eq!(asleep.waits_for, [WaitFor::Until]);
    assert_eq!(bench.until(run, |run| run.phase.is_end()).await.phase, Phase::Succeeded);
    let call = bench.calls(run).await.remove(0);
    assert!(call.finished_at.unwrap() >= at);
    assert_eq!(call.result.unwrap()["cause"], "time");
}

async fn a_call_that_waits_for_child_runs_gets_their_results(database: Database) {
    let bench = Bench::new(database).await;
    let run = bench.start_run(INPUT).await;
    // The ids of a run's calls are known beforehand: the child is there before its parent waits for it.
    let child = bench.start_child(run, CallId::derive(run, 1, 0), "nothing to call").await;
    let _worker = worker(&bench, Wait::Child);
    assert_eq!(bench.until(run, |run| run.phase.is_end()).await.phase, Phase::Succeeded);
    let child = bench.run(child).await;
    let result = bench.calls(run).await.remove(0).result.unwrap();
    let shown = &result["results"][0];
    assert_eq!((&shown["run_id"], &shown["status"]), (&json!(child.id), &json!("succeeded")), "{result}");
    assert_eq!(shown["output"], json!(child.output_message));
}

async fn cancelling_a_run_that_waits_for_a_form_ends_it(database: Database) {
    let bench = Bench::new(database).await;
    let _worker = worker(&bench, form(None));
    let run = bench.start_run(INPUT).await;
    bench.until(run, |run| run.phase == Phase::Waiting).await;
    bench.cancel(run).await;
    assert_eq!(bench.until(run, |run| run.phase.is_end()).await.phase, Phase::Cancelled);
    let call = bench.calls(run).await.remove(0);
    assert_eq!(call.state, CallState::Failed, "nothing was done, and that is known: {:?}", call.error);
    assert_eq!(
        bench.answer_form(run, call.id, ToolOutcome::Succeeded { output: json!({}) }).await,
        Answered::Already(run)
    );
}

async fn an_answer_that_came_before_a_cancel_is_kept(database: Database) {
    let bench = Bench::new(database).await;
    let first = worker(&bench, form(None));
    let run = bench.start_run(INPUT).await;
    bench.until(run, |run| run.phase == Phase::Waiting).await;
    bench.until_idle(&first).await;
    // One that is only dropped might still take the run up again before the cancel.
    first.shutdown(Duration::ZERO).await;
    let call = bench.calls(run).await.remove(0);
    let values = ToolOutcome::Succeeded { output: submitted(&json!({ "name": "Ada" })) };
    assert_eq!(bench.answer_form(run, call.id, values).await, Answered::Accepted(run));
    bench.cancel(run).await;
    let _second = worker(&bench, form(None));
    assert_eq!(bench.until(run, |run| run.phase.is_end()).await.phase, Phase::Cancelled);
    let call = bench.calls(run).await.remove(0);
    let expected = json!({ "submitted": true, "values": { "name": "Ada" } });
    assert_eq!((call.state, call.result), (CallState::Succeeded, Some(expected)));
    let kinds = bench.kinds(run).await;
    assert_eq!(kinds[kinds.len() - 4..], ["cancel_requested", "form_answered", "tool_finished", "run_failed"]);
}

async fn an_answer_and_a_cancel_at_once_leave_no_accepted_answer_out(database: Database) {
    let bench = Bench::new(database).await;
    let _worker = worker(&bench, form(None));
    for round in 0..10 {
        let run = bench.start_run(INPUT).await;
        bench.until(run, |run| run.phase == Phase::Waiting).await;
        let call = bench.calls(run).await.remove(0).id;
        let values = ToolOutcome::Succeeded { output: submitted(&json!({})) };
        let (answered, ()) = tokio::join!(bench.answer_form(run, call, values), bench.cancel(run));
        bench.until(run, |run| run.phase.is_end()).await;
        let state = bench.calls(run).await.remove(0).state;
        assert_eq!(state == CallState::Succeeded, answered == Answered::Accepted(run), "round {round}: {state:?}");
    }
}

on_both_stores! {
    a_form_is_answered_while_no_worker_lives_and_the_next_one_goes_on as
        a_form_is_answered_while_no_worker_lives_and_the_next_one_goes_on_on_sqlite,
        a_form_is_answered_while_no_worker_lives_and_the_next_one_goes_on_on_postgres;
    a_form_that_nobody_answers_in_time_ends_its_call as
        a_form_that_nobody_answers_in_time_ends_its_call_on_sqlite,
        a_form_that_nobody_answers_in_time_ends_its_call_on_postgres;
    a_run_sleeps_until_its_time_has_come as
        a_run_sleeps_until_its_time_has_come_on_sqlite,
        a_run_sleeps_until_its_time_has_come_on_postgres;
    a_call_that_waits_for_child_runs_gets_their_results as
        a_call_that_waits_for_child_runs_gets_their_results_on_sqlite,
        a_call_that_waits_for_child_runs_gets_their_results_on_postgres;
    cancelling_a_run_that_waits_for_a_form_ends_it as
        cancelling_a_run_that_waits_for_a_form_ends_it_on_sqlite,
        cancelling_a_run_that_waits_for_a_form_ends_it_on_postgres;
    an_answer_that_came_before_a_cancel_is_kept as
        an_answer_that_came_before_a_cancel_is_kept_on_sqlite,
        an_answer_that_came_before_a_cancel_is_kept_on_postgres;
    an_answer_and_a_cancel_at_once_leave_no_accepted_answer_out as
        an_answer_and_a_cancel_at_once_leave_no_accepted_answer_out_on_sqlite,
        an_answer_and_a_cancel_at_once_leave_no_accepted_answer_out_on_postgres;
}
