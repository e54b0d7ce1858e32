//! What subagents do when nothing goes wrong: side by side, nested, in their own dialogues, with one slot.

use artel_domain::event::Verdict;
use artel_domain::{ApprovalState, Decision, Event, Phase, RunId, WaitFor};
use artel_engine::{AllowAll, EngineConfig, Policy, ProposedCall};
use artel_testkit::{Database, ModelServer, on_both_stores};
use serde_json::json;

use super::{bench, call, offered, results, starting, task};

async fn five_subagents_work_side_by_side_and_their_results_stand_in_the_order_of_the_tasks(database: Database) {
    let server = ModelServer::obedient().await;
    let bench = bench(&server, database).await;
    let _worker = bench.worker(AllowAll);
    let tasks = json!([
        task("explore", "slow 900 one"),
        task("execute", "slow 1200 two"),
        { "kind": "verify", "goal": "slow 800 three", "context": "It is blue." },
        task("explore", "slow 700 four"),
        task("execute", "slow 1000 five"),
    ]);
    let run = bench.start_run(&starting(&tasks)).await;
    let asleep = bench.until(run, |run| run.phase == Phase::Waiting).await;
    assert_eq!(asleep.waits_for, [WaitFor::Child]);
    let children = bench.until_children(run, 5).await;
    for child in &children {
        bench.until(child.id, |child| child.phase == Phase::Running).await;
    }
    let over = bench.until(run, |run| run.phase.is_end()).await;
    assert_eq!(over.phase, Phase::Succeeded, "{over:?}");

    let shown = results(&bench, run).await;
    let call = call(&bench, run).await;
    let words = ["one", "two", "three\n\nWhat you must know:\nIt is blue.", "four", "five"];
    assert_eq!(shown.len(), 5);
    for (at, (result, word)) in shown.iter().zip(words).enumerate() {
        let id = RunId::of_task(run, call.id, at);
        let used = json!({ "prompt_tokens": 20, "completion_tokens": 5, "cached_tokens": 0, "reasoning_tokens": 0 });
        let whole = json!({ "status": "succeeded", "output": word, "run_id": id, "usage": used, "files": [] });
        assert_eq!(result, &whole);
    }
    assert_eq!(over.usage.unwrap().total(), 7 * 25, "two model calls of its own, and one of each subagent");
    let foreign: Vec<_> = bench.entries(run).await.into_iter().filter(|entry| entry.run_id != run).collect();
    assert!(foreign.is_empty(), "nothing of a subagent is in the dialogue of its parent: {foreign:?}");
    for child in children {
        let input = bench.entries(child.id).await.remove(0).event;
        assert!(matches!(input, Event::RunStarted { .. }), "its own dialogue has its own beginning");
    }
}

async fn subagents_have_subagents_and_these_have_none(database: Database) {
    let server = ModelServer::obedient().await;
    let bench = bench(&server, database).await;
    let config = EngineConfig { max_active: 1, ..EngineConfig::new("one slot") };
    let _worker = bench.worker_of(config, AllowAll, |tools| tools);
    let deepest = starting(&json!([task("explore", "never")]));
    let middle = starting(&json!([task("execute", &deepest), task("execute", "leaf")]));
    let run = bench.start_run(&starting(&json!([task("execute", &middle), task("execute", "beside")]))).await;
    let over = bench.until(run, |run| run.phase.is_end()).await;
    assert_eq!(over.phase, Phase::Succeeded, "one slot is enough: {over:?}");

    let children = bench.until_children(run, 2).await;
    let shown = results(&bench, run).await;
    assert_eq!(shown[1]["output"], "beside");
    let id = children.iter().find(|child| json!(child.id) == shown[0]["run_id"]).unwrap().id;
    let below = results(&bench, id).await;
    assert_eq!(below[1]["output"], "leaf");
    let deepest_id: RunId = below[0]["run_id"].as_str().unwrap().parse().unwrap();
    let refused = call(&bench, deepest_id).await;
    assert_eq!(refused.error.as_deref(), Some("there is no tool 'run_subagent'; the tools are: echo"));
    bench.until_children(deepest_id, 0).await;
    assert_eq!(offered(&server, &middle), ["echo", "run_subagent"]);
    assert_eq!(offered(&server, &deepest), ["echo"]);
    // Root, first child, its first child: two model calls each. Two more children: one each.
    assert_eq!(over.usage.unwrap().total(), 8 * 25);
    assert_eq!(bench.run(deepest_id).await.subagent.unwrap().depth(), 2);
}

/// A human is asked about each call of `echo`.
struct AsksForEcho;

impl Policy for AsksForEcho {
    fn verdict(&self, call: &ProposedCall<'_>) -> Verdict {
        if call.name == "echo" {
            return Verdict::Ask { reason: "it echoes".into(), approvers: Vec::new(), account: None };
        }
        Verdict::Allow
    }
}

async fn what_a_subagent_asks_is_shown_on_every_run_above_and_decided_once(database: Database) {
    let server = ModelServer::obedient().await;
    let bench = bench(&server, database).await;
    let _worker = bench.worker(AsksForEcho);
    let asking = r#"call echo {"text":"aloud"}"#;
    let middle = starting(&json!([task("explore", asking)]));
    let run = bench.start_run(&starting(&json!([task("execute", &middle)]))).await;
    let approval = bench.until_approvals(run, 1).await.remove(0);
    let child = bench.until_children(run, 1).await.remove(0).id;
    let asks = bench.until_children(child, 1).await.remove(0).id;
    assert_eq!((approval.run_id, approval.state), (asks, ApprovalState::Pending));
    let shows = |event: &Event| {
        matches!(event, Event::SubagentAsks { run_id, approval_id, name, .. }
        if (*run_id, *approval_id, name.as_str()) == (asks, approval.id, "echo"))
    };
    for above in [run, child] {
        for _ in 0..400 {
            if bench.entries(above).await.iter().any(|entry| shows(&entry.event)) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        bench.until(above, |run| run.phase == Phase::Waiting && run.waits_for == [WaitFor::Child]).await;
        let shown = bench.entries(above).await;
        assert_eq!(shown.iter().filter(|entry| shows(&entry.event)).count(), 1);
    }
    assert!(bench.decide(&approval, Decision::Approve, None).await.is_some());
    let over = bench.until(run, |run| run.phase.is_end()).await;
    assert_eq!(over.phase, Phase::Succeeded, "{over:?}");
    assert!(over.output_message.unwrap().contains("aloud"));
}

on_both_stores! {
    five_subagents_work_side_by_side_and_their_results_stand_in_the_order_of_the_tasks as
        five_subagents_work_side_by_side_and_their_results_stand_in_the_order_of_the_tasks_on_sqlite,
        five_subagents_work_side_by_side_and_their_results_stand_in_the_order_of_the_tasks_on_postgres;
    subagents_have_subagents_and_these_have_none as
        subagents_have_subagents_and_these_have_none_on_sqlite,
        subagents_have_subagents_and_these_have_none_on_postgres;
    what_a_subagent_asks_is_shown_on_every_run_above_and_decided_once as
        what_a_subagent_asks_is_shown_on_every_run_above_and_decided_once_on_sqlite,
        what_a_subagent_asks_is_shown_on_every_run_above_and_decided_once_on_postgres;
}
