//! What a run makes of how a tool ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use artel_domain::tool::HttpMethod;
use artel_domain::{CallState, PermissionScope, Phase, Spend, ToolRef};
use artel_engine::AllowAll;
use artel_testkit::{Database, on_both_stores};
use artel_tools::{CallContext, Descriptor, Tool, ToolError, ToolOutput, Unavailable};
use async_trait::async_trait;
use serde_json::{Value, json};

use crate::bench::Bench;

const INPUT: &str = "Echo the word hello using the tool";

/// Stands in for the built-in `echo`.
struct Echo {
    descriptor: Descriptor,
    behaviour: Behaviour,
}

enum Behaviour {
    Abort,
    Spend(i64),
    Missing,
    /// The store is away for so many calls.
    NotNow(AtomicU32),
}

fn echo(behaviour: Behaviour) -> Arc<dyn Tool> {
    Arc::new(Echo { descriptor: Descriptor::new("echo", "Echoes input back", json!({"type": "object"})), behaviour })
}

#[async_trait]
impl Tool for Echo {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn available(&self) -> Result<(), Unavailable> {
        let missing = || Unavailable { reason: "there is no echo".into(), how_to: "build a wall".into() };
        if matches!(self.behaviour, Behaviour::Missing) { Err(missing()) } else { Ok(()) }
    }

    async fn call(&self, context: &CallContext, _: Value) -> Result<ToolOutput, ToolError> {
        match &self.behaviour {
            Behaviour::NotNow(times) if times.load(Ordering::SeqCst) > 0 => {
                times.fetch_sub(1, Ordering::SeqCst);
                Err(ToolError::NotNow("the database is not available".into()))
            }
            Behaviour::NotNow(_) => Ok(json!("hello").into()),
            Behaviour::Abort => Err(ToolError::Abort { code: "no_disk", message: "the disk is full".into() }),
            Behaviour::Spend(tokens) => {
                let budget = context.budget.as_ref().ok_or("no budget applies")?;
                budget.spend(Spend { tokens: *tokens, nano_usd: 0 }).await?;
                Ok(json!({ "run": context.run.is_some() }).into())
            }
            Behaviour::Missing => Err("nobody asked".into()),
        }
    }
}

async fn a_call_that_cannot_be_begun_waits_and_its_model_hears_nothing_of_it(database: Database) {
    let bench = Bench::new(database).await;
    let behaviour = Behaviour::NotNow(AtomicU32::new(3));
    let _worker = bench.worker_with(AllowAll, |tools| tools.with(echo(behaviour)));
    let run = bench.start_run(INPUT).await;
    let run = bench.until(run, |run| run.phase.is_end()).await;
    assert_eq!(run.phase, Phase::Succeeded, "{run:?}");
    let calls = bench.calls(run.id).await;
    assert_eq!((calls.len(), calls[0].state, calls[0].result.clone()), (1, CallState::Succeeded, Some(json!("hello"))));
}

async fn a_tool_that_aborts_ends_the_run_with_its_code_and_the_call_says_why(database: Database) {
    let bench = Bench::new(database).await;
    let _worker = bench.worker_with(AllowAll, |tools| tools.with(echo(Behaviour::Abort)));
    let run = bench.start_run(INPUT).await;
    let run = bench.until(run, |run| run.phase.is_end()).await;
    assert_eq!((run.phase, run.error_code), (Phase::Failed, Some("no_disk".into())));
    assert_eq!(run.error_message.as_deref(), Some("the disk is full"));
    let call = bench.calls(run.id).await.remove(0);
    assert_eq!((call.state, call.error.as_deref()), (CallState::Failed, Some("the disk is full")));
}

async fn a_tool_spends_from_the_budget_of_its_run_and_no_more_than_that(database: Database) {
    let bench = Bench::new(database).await;
    bench.limit_run(1_000_000).await;
    let _worker = bench.worker_with(AllowAll, |tools| tools.with(echo(Behaviour::Spend(700_000))));
    let within = bench.start_run(INPUT).await;
    bench.until(within, |run| run.phase.is_end()).await;
    assert_eq!(bench.calls(within).await[0].state, CallState::Succeeded);
    assert!(bench.spent(within).await >= 700_000);

    bench.limit_run(600_000).await;
    let beyond = bench.start_run(INPUT).await;
    let run = bench.until(beyond, |run| run.phase.is_end()).await;
    let error = bench.calls(beyond).await.remove(0).error.unwrap();
    assert!(error.contains("the budget of this run has no room for 700000 tokens"), "{error}");
    assert_eq!(run.phase, Phase::Succeeded, "the model is told, and the run goes on");
}

async fn a_tool_that_cannot_be_called_here_is_not_offered_to_the_model(database: Database) {
    let bench = Bench::new(database).await;
    let _worker = bench.worker_with(AllowAll, |tools| tools.with(echo(Behaviour::Missing)));
    let run = bench.start_run(INPUT).await;
    assert_eq!(bench.until(run, |run| run.phase.is_end()).await.phase, Phase::Succeeded);
    assert_eq!(bench.calls(run).await, []);
}

async fn exit_is_made_by_the_machine_and_not_by_a_worker(database: Database) {
    let bench = Bench::new(database).await;
    bench.bind_internal("exit", PermissionScope::Read, HttpMethod::Post).await;
    let _worker = bench.worker(AllowAll);
    let run = bench.start_run(INPUT).await;
    bench.until(run, |run| run.phase.is_end()).await;
    let call = bench.calls(run).await.remove(0);
    assert_eq!(call.tool, Some(ToolRef::control("exit")));
    // The row's schema does not ask for an answer; the machine does.
    assert_eq!(call.error.as_deref(), Some("invalid_argument: answer: it is missing or blank; say what was done"));
}

on_both_stores! {
    a_call_that_cannot_be_begun_waits_and_its_model_hears_nothing_of_it as
        a_call_that_cannot_be_begun_waits_and_its_model_hears_nothing_of_it_on_sqlite,
        a_call_that_cannot_be_begun_waits_and_its_model_hears_nothing_of_it_on_postgres;
    a_tool_that_aborts_ends_the_run_with_its_code_and_the_call_says_why as
        a_tool_that_aborts_ends_the_run_with_its_code_and_the_call_says_why_on_sqlite,
        a_tool_that_aborts_ends_the_run_with_its_code_and_the_call_says_why_on_postgres;
    a_tool_spends_from_the_budget_of_its_run_and_no_more_than_that as
        a_tool_spends_from_the_budget_of_its_run_and_no_more_than_that_on_sqlite,
        a_tool_spends_from_the_budget_of_its_run_and_no_more_than_that_on_postgres;
    a_tool_that_cannot_be_called_here_is_not_offered_to_the_model as
        a_tool_that_cannot_be_called_here_is_not_offered_to_the_model_on_sqlite,
        a_tool_that_cannot_be_called_here_is_not_offered_to_the_model_on_postgres;
    exit_is_made_by_the_machine_and_not_by_a_worker as
        exit_is_made_by_the_machine_and_not_by_a_worker_on_sqlite,
        exit_is_made_by_the_machine_and_not_by_a_worker_on_postgres;
}
