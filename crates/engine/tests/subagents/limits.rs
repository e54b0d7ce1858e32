//! What subagents may use: tools, scopes and budgets only shrink.

use artel_domain::tool::{HttpMethod, PermissionScope};
use artel_domain::{CallState, Phase};
use artel_engine::AllowAll;
use artel_testkit::{Database, ModelServer, on_both_stores};
use serde_json::json;

use super::{bench, call, offered, results, starting, task};

async fn a_subagent_has_fewer_tools_and_nobody_to_ask(database: Database) {
    let server = ModelServer::obedient().await;
    let bench = bench(&server, database).await;
    bench.bind("calculator", PermissionScope::Read, HttpMethod::Post).await;
    bench.bind("current_time", PermissionScope::Write, HttpMethod::Post).await;
    bench.bind("request_form", PermissionScope::Read, HttpMethod::Post).await;
    bench.bind("exit", PermissionScope::Read, HttpMethod::Post).await;
    let _worker = bench.worker(AllowAll);
    let tasks = json!([
        task("explore", "look"),
        task("verify", "check"),
        task("execute", "do"),
        { "kind": "execute", "goal": "count", "tools": ["calculator"] },
        { "kind": "explore", "goal": r#"call echo {"text":"x"}"#, "tools": ["calculator"] },
    ]);
    let input = starting(&tasks);
    let run = bench.start_run(&input).await;
    assert_eq!(bench.until(run, |run| run.phase.is_end()).await.phase, Phase::Succeeded);
    let all = ["echo", "run_subagent", "calculator", "current_time", "request_form", "exit"];
    assert_eq!(offered(&server, &input), all);
    let reading = ["echo", "calculator", "exit"];
    assert_eq!([offered(&server, "look"), offered(&server, "check")], [reading, reading], "what writes is left out");
    let execute = ["echo", "run_subagent", "calculator", "current_time", "exit"];
    assert_eq!(offered(&server, "do"), execute, "nobody talks with a subagent");
    assert_eq!(offered(&server, "count"), ["calculator"]);
    let last = results(&bench, run).await.remove(4);
    let last = call(&bench, last["run_id"].as_str().unwrap().parse().unwrap()).await;
    assert_eq!(last.error.as_deref(), Some("there is no tool 'echo'; the tools are: calculator"));
}

async fn a_subagent_acts_with_the_scopes_of_whoever_started_its_parent(database: Database) {
    let server = ModelServer::obedient().await;
    let bench = bench(&server, database).await;
    bench.bind_internal("echo", PermissionScope::Write, HttpMethod::Post).await;
    bench.bind("run_subagent", PermissionScope::Read, HttpMethod::Post).await;
    let _worker = bench.worker(AllowAll);
    let input = starting(&json!([task("execute", r#"call echo {"text":"x"}"#)]));
    for (scopes, state) in [(&["runs:write"][..], CallState::Failed), (&["tools:write"], CallState::Succeeded)] {
        let run = bench.start_run_as(scopes, &input).await;
        bench.until(run, |run| run.phase.is_end()).await;
        let child = bench.until_children(run, 1).await.remove(0);
        assert_eq!(child.principal, bench.run(run).await.principal);
        let made = call(&bench, child.id).await;
        assert_eq!(made.state, state, "{:?}", made.error);
    }
}

async fn a_tool_that_a_subagent_cannot_have_is_named_and_nothing_is_started(database: Database) {
    let server = ModelServer::obedient().await;
    let bench = bench(&server, database).await;
    bench.bind("request_form", PermissionScope::Read, HttpMethod::Post).await;
    let _worker = bench.worker(AllowAll);
    for (kind, tool, can) in [
        ("execute", "sandbox_bash", "echo, run_subagent"),
        ("execute", "request_form", "echo, run_subagent"),
        ("explore", "run_subagent", "echo"),
    ] {
        let tasks = json!([task(kind, "fine"), { "kind": kind, "goal": "not fine", "tools": ["echo", tool] }]);
        let run = bench.start_run(&starting(&tasks)).await;
        assert_eq!(bench.until(run, |run| run.phase.is_end()).await.phase, Phase::Succeeded);
        let told = call(&bench, run).await.error.unwrap();
        let expected = format!(
            "invalid_argument: tasks[1].tools: a subagent that is to {kind} cannot have '{tool}'; it can have: {can}. \
             Correct the list, or leave it out"
        );
        assert_eq!(told, expected);
        bench.until_children(run, 0).await;
    }
}

async fn what_subagents_spend_counts_in_their_parents_budget_and_once_a_day(database: Database) {
    let server = ModelServer::obedient().await;
    let bench = bench(&server, database).await;
    bench.limit_run(100_000).await;
    let _worker = bench.worker(AllowAll);
    let tasks = json!([
        task("execute", "one"),
        { "kind": "execute", "goal": "two", "budget": { "run_tokens": 10 } },
        { "kind": "execute", "goal": "three", "budget": { "run_tokens": 90_000 } },
    ]);
    let run = bench.start_run(&starting(&tasks)).await;
    assert_eq!(bench.until(run, |run| run.phase.is_end()).await.phase, Phase::Succeeded);
    let shown = results(&bench, run).await;
    let statuses: Vec<_> = shown.iter().map(|result| result["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["succeeded", "failed", "succeeded"], "a failed one does not spoil the others");
    let told = shown[1]["error"].as_str().unwrap();
    assert!(told.starts_with("the budget of this subagent, or of a run above it, has no room"), "{told}");
    assert_eq!(bench.spent(run).await, 4 * 25, "two model calls of its own, and two of subagents");
    assert_eq!(bench.spent_today().await, 4 * 25);
}

async fn a_subagent_cannot_spend_what_its_parent_has_not(database: Database) {
    let server = ModelServer::obedient().await;
    let bench = bench(&server, database).await;
    // Room for one model call at a time: each sets aside the most that its answer may come to.
    bench.limit_run(9000).await;
    let _worker = bench.worker(AllowAll);
    let greedy = json!({ "kind": "execute", "goal": "slow 700 one", "budget": { "run_tokens": 1_000_000 } });
    let run = bench.start_run(&starting(&json!([greedy, greedy, greedy]))).await;
    bench.until(run, |run| run.phase.is_end()).await;
    let shown = results(&bench, run).await;
    let of = |status: &str| shown.iter().filter(|result| result["status"] == status).count();
    assert_eq!((of("succeeded"), of("failed")), (1, 2), "five times what is left is not what is left: {shown:?}");
}

on_both_stores! {
    a_subagent_has_fewer_tools_and_nobody_to_ask as
        a_subagent_has_fewer_tools_and_nobody_to_ask_on_sqlite,
        a_subagent_has_fewer_tools_and_nobody_to_ask_on_postgres;
    a_subagent_acts_with_the_scopes_of_whoever_started_its_parent as
        a_subagent_acts_with_the_scopes_of_whoever_started_its_parent_on_sqlite,
        a_subagent_acts_with_the_scopes_of_whoever_started_its_parent_on_postgres;
    a_tool_that_a_subagent_cannot_have_is_named_and_nothing_is_started as
        a_tool_that_a_subagent_cannot_have_is_named_and_nothing_is_started_on_sqlite,
        a_tool_that_a_subagent_cannot_have_is_named_and_nothing_is_started_on_postgres;
    what_subagents_spend_counts_in_their_parents_budget_and_once_a_day as
        what_subagents_spend_counts_in_their_parents_budget_and_once_a_day_on_sqlite,
        what_subagents_spend_counts_in_their_parents_budget_and_once_a_day_on_postgres;
    a_subagent_cannot_spend_what_its_parent_has_not as
        a_subagent_cannot_spend_what_its_parent_has_not_on_sqlite,
        a_subagent_cannot_spend_what_its_parent_has_not_on_postgres;
}
