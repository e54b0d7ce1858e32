use artel_catalogue::args::{RunSubagent as Args, SubagentKind as Kind, SubagentTask as TaskArgs};
use artel_domain::{Cap, EffectClass, SubagentKind, Wait, nanos};
use async_trait::async_trait;

use super::Builtin;
use crate::context::CallContext;
use crate::output::{ToolError, ToolOutput};
use crate::subagents::SubagentTask;

/// Has parts of the work done by runs of their own. The call waits: what they come to is its result.
pub(super) struct RunSubagent;

#[async_trait]
impl Builtin for RunSubagent {
    const NAME: &'static str = "run_subagent";
    const EFFECT: EffectClass = EffectClass::Idempotent;
    type Args = Args;

    async fn call(&self, context: &CallContext, args: Args) -> Result<ToolOutput, ToolError> {
        let Some(subagents) = &context.subagents else {
            return Err("forbidden: subagents belong to a run, and this call is part of none".into());
        };
        let tasks = args.tasks.into_iter().enumerate().map(|(at, task)| task_of(at, task));
        subagents.start(context.call_id, tasks.collect::<Result<_, _>>()?).await?;
        Err(ToolError::Wait(Wait::Child))
    }
}

fn task_of(at: usize, task: TaskArgs) -> Result<SubagentTask, String> {
    let TaskArgs { kind, goal, context, tools, budget } = task;
    let fault = |what: &str| Err(format!("invalid_argument: tasks[{at}].{what}"));
    if goal.trim().is_empty() {
        return fault("goal: it is blank; say in full sentences what is to be found or done");
    }
    let (tokens, usd) = budget.map_or((None, None), |budget| (budget.run_tokens, budget.run_cost_usd));
    if tokens == Some(0) || usd.is_some_and(|usd| usd <= 0.0) {
        return fault("budget: nothing can be done for nothing; give more, or leave it out");
    }
    let tokens = tokens.map(|tokens| i64::try_from(tokens).unwrap_or(i64::MAX));
    let budget = Cap { tokens, nano_usd: usd.map(nanos) };
    let kind = match kind {
        Kind::Explore => SubagentKind::Explore,
        Kind::Execute => SubagentKind::Execute,
        Kind::Verify => SubagentKind::Verify,
    };
    // One of the databases cannot keep NUL characters.
    let plain = |text: String| text.replace('\0', "");
    Ok(SubagentTask { kind, goal: plain(goal), context: context.map(plain), tools, budget })
}

#[cfg(test)]
mod tests {
    use artel_domain::{Cap, SubagentKind, Wait};
    use serde_json::{Value, json};

    use super::RunSubagent;
    use crate::builtin::testing::{Started, refusal, start};
    use crate::output::ToolError;
    use crate::subagents::SubagentTask;

    fn one(task: &Value) -> Value {
        json!({ "tasks": [task] })
    }

    #[tokio::test]
    async fn the_call_waits_for_the_runs_of_its_tasks() {
        let started = Started::default();
        let task = json!({
            "kind": "explore", "goal": "Find\0 it.", "context": "It is blue.", "tools": ["web_search"],
            "budget": { "run_tokens": 500, "run_cost_usd": 0.25 },
        });
        let all = json!({ "tasks": [task, { "kind": "execute", "goal": "Do it." }] });
        let end = start(RunSubagent, all, &started).await;
        assert_eq!(end, Err(ToolError::Wait(Wait::Child)));
        let told = SubagentTask {
            kind: SubagentKind::Explore,
            goal: "Find it.".to_owned(),
            context: Some("It is blue.".to_owned()),
            tools: Some(vec!["web_search".to_owned()]),
            budget: Cap { tokens: Some(500), nano_usd: Some(250_000_000) },
        };
        let plain = SubagentTask {
            kind: SubagentKind::Execute,
            goal: "Do it.".to_owned(),
            context: None,
            tools: None,
            budget: Cap::default(),
        };
        assert_eq!(started.all(), [told, plain]);
    }

    #[tokio::test]
    async fn tasks_that_nobody_could_do_are_refused_and_nothing_is_started() {
        let started = Started::default();
        let good = json!({ "kind": "verify", "goal": "Check it." });
        for (args, part) in [
            (json!({ "tasks": [] }), "at /tasks"),
            (json!({ "tasks": [good, good, good, good, good, good] }), "at /tasks"),
            (one(&json!({ "kind": "think", "goal": "Think." })), "at /tasks/0/kind"),
            (one(&json!({ "kind": "verify" })), "at /tasks/0"),
            (one(&json!({ "kind": "verify", "goal": "G", "files": [] })), "at /tasks/0"),
            (json!({ "tasks": [good, { "kind": "verify", "goal": " " }] }), "tasks[1].goal: it is blank"),
            (one(&json!({ "kind": "verify", "goal": "G", "budget": { "run_tokens": 0 } })), "tasks[0].budget: "),
            (one(&json!({ "kind": "verify", "goal": "G", "budget": { "run_cost_usd": 0 } })), "tasks[0].budget: "),
            (one(&json!({ "kind": "verify", "goal": "G", "budget": { "run_cost_usd": -1 } })), "run_cost_usd"),
            (one(&json!({ "kind": "verify", "goal": "G", "budget": { "run_tokens": 1.5 } })), "run_tokens"),
        ] {
            match start(RunSubagent, args, &started).await {
                Err(ToolError::Tell(told)) => {
                    assert!(told.starts_with("invalid_argument: ") && told.contains(part), "{told}");
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(started.all(), []);
        let told = refusal(RunSubagent, json!({ "tasks": [good] })).await;
        assert!(told.starts_with("forbidden: "), "outside of a run: {told}");
    }
}
