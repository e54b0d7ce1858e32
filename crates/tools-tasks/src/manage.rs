use std::sync::Arc;

use artel_catalogue::args::{self, ManageTask as Args, TaskAction};
use artel_domain::{
    AgentId, Cap, EffectClass, Misfire, Overlap, Requester, RunId, Task, TaskId, TaskSchedule, TaskState, TaskTrigger,
    nanos,
};
use artel_intents::{ByAgent, NewTask, RunTask, TaskChange, TaskTerms};
use artel_store::Viewer;
use artel_tools::{Builtin, CallContext, ToolError, ToolOutput};
use async_trait::async_trait;
use serde_json::{Value, json};

use crate::refusals::{of_refusal, of_store, tell};
use crate::tasks::{TaskTools, task_id};

const NEXT: usize = 5;

/// Makes, starts, switches, changes and deletes tasks of whoever started the run. Made again after a crash, a call
/// finds what it made.
pub(crate) struct ManageTaskTool(pub(crate) Arc<TaskTools>);

#[async_trait]
impl Builtin for ManageTaskTool {
    const NAME: &'static str = "manage_task";
    const EFFECT: EffectClass = EffectClass::Idempotent;
    type Args = Args;

    async fn call(&self, context: &CallContext, args: Args) -> Result<ToolOutput, ToolError> {
        let requester = self.0.requester(context).await?;
        let answer = match args.action {
            TaskAction::Create => self.create(context, &requester, args, None).await?,
            TaskAction::CreateSubtask => {
                let parent = task_id("parent_id", args.parent_id.as_deref())?;
                self.create(context, &requester, args, Some(parent)).await?
            }
            TaskAction::Run => self.run(context, &requester, &args).await?,
            TaskAction::Toggle => self.toggle(&requester, &args).await?,
            TaskAction::Update => self.update(context, &requester, args).await?,
            TaskAction::Delete => self.delete(&requester, &args).await?,
        };
        Ok(answer.into())
    }
}

impl ManageTaskTool {
    async fn create(
        &self,
        context: &CallContext,
        requester: &Requester,
        args: Args,
        parent: Option<TaskId>,
    ) -> Result<Value, ToolError> {
        let own = context.run.as_ref().map(|run| run.agent_id);
        let schedule = args.schedule.as_ref();
        let terms = TaskTerms {
            title: required("title", args.title)?,
            prompt: required("prompt", args.prompt)?,
            agent: agent(args.agent_id.as_deref())?.or(own),
            overlap: schedule.and_then(|schedule| schedule.overlap).map(overlap),
            misfire: schedule.and_then(|schedule| schedule.misfire).map(misfire),
            schedule: args.schedule.map(cron),
            trigger: args.trigger.map(trigger),
            budget: within(
                self.0.limits(context).await?,
                args.budget.as_ref().map(budget).transpose()?.unwrap_or_default(),
            )?,
            is_active: args.enabled.unwrap_or(true),
        };
        let new = NewTask { id: TaskId::of_call(context.call_id), parent, terms };
        let made = self.0.intents.create_task(requester, new).await.map_err(of_refusal)?;
        Ok(self.answer(&made))
    }

    async fn run(&self, context: &CallContext, requester: &Requester, args: &Args) -> Result<Value, ToolError> {
        let task = self.0.own(requester, args.task_id.as_deref()).await?;
        let by = context.run.as_ref().map(|run| ByAgent { call: context.call_id, run: run.run_id });
        let asked = RunTask { task: task.id, run: RunId(context.clock.uuid()), by };
        let run = self.0.intents.run_task(requester, asked).await.map_err(of_refusal)?;
        let mut answer = self.answer(&task);
        answer["run_id"] = json!(run.id);
        Ok(answer)
    }

    /// What `enabled` says. A call that turned the switch over would turn it back when it is made again after a crash.
    async fn toggle(&self, requester: &Requester, args: &Args) -> Result<Value, ToolError> {
        let task = self.0.own(requester, args.task_id.as_deref()).await?;
        let Some(enabled) = args.enabled else {
            let what = format!("enabled is missing; the task is {} now", task.state.as_str());
            return Err(tell("invalid_argument", &what, "say true to let it start by itself, false to pause it"));
        };
        self.change(requester, &task, TaskChange { is_active: Some(enabled), ..TaskChange::default() }).await
    }

    async fn update(&self, context: &CallContext, requester: &Requester, args: Args) -> Result<Value, ToolError> {
        let task = self.0.own(requester, args.task_id.as_deref()).await?;
        let limits = self.0.limits(context).await?;
        let asked = args.budget.as_ref().map(budget).transpose()?;
        let budget = if limits == Cap::default() { asked } else { Some(within(limits, asked.unwrap_or(task.budget))?) };
        let schedule = args.schedule.as_ref();
        let change = TaskChange {
            overlap: schedule.and_then(|schedule| schedule.overlap).map(overlap),
            misfire: schedule.and_then(|schedule| schedule.misfire).map(misfire),
            schedule: args.schedule.map(|schedule| Some(cron(schedule))),
            trigger: args.trigger.map(|event| Some(trigger(event))),
            title: args.title,
            prompt: args.prompt,
            agent: agent(args.agent_id.as_deref())?,
            budget,
            is_active: args.enabled,
        };
        self.change(requester, &task, change).await
    }

    async fn change(&self, requester: &Requester, task: &Task, change: TaskChange) -> Result<Value, ToolError> {
        let changed = self.0.intents.update_task(requester, task.id, change).await.map_err(of_refusal)?;
        Ok(self.answer(&changed))
    }

    async fn delete(&self, requester: &Requester, args: &Args) -> Result<Value, ToolError> {
        let task = task_id("task_id", args.task_id.as_deref())?;
        let gone = self.0.store.find_deleted_task(&Viewer::from(requester), task).await;
        // Made again after a crash, the call finds that it is done.
        if gone.map_err(|error| of_store(&error))?.is_none() {
            // An administrator may delete everybody's tasks; an agent that works for one deletes that one's own.
            self.0.own(requester, args.task_id.as_deref()).await?;
            self.0.intents.delete_task(requester, task).await.map_err(of_refusal)?;
        }
        Ok(json!({ "task_id": task, "deleted": true, "next_run_at": null, "next_five": [] }))
    }

    fn answer(&self, task: &Task) -> Value {
        json!({
            "task_id": task.id,
            "enabled": task.state == TaskState::Active,
            "next_run_at": task.next_run_at,
            "next_five": self.0.intents.next_times(task, NEXT),
        })
    }
}

fn required(name: &str, text: Option<String>) -> Result<String, ToolError> {
    text.ok_or_else(|| tell("invalid_argument", &format!("{name} is missing"), "a task needs a title and a prompt"))
}

fn agent(text: Option<&str>) -> Result<Option<AgentId>, ToolError> {
    let read = text.map(|text| text.trim().parse()).transpose();
    read.map_err(|_| {
        tell("not_found", "agent_id: there is no such agent", "leave it out, and this agent does the task")
    })
}

fn cron(schedule: args::Schedule) -> TaskSchedule {
    TaskSchedule::Cron { cron: schedule.cron, timezone: schedule.timezone }
}

fn trigger(event: args::ServiceEvent) -> TaskTrigger {
    TaskTrigger { service: event.service, kind: event.r#type }
}

fn overlap(word: args::Overlap) -> Overlap {
    match word {
        args::Overlap::Skip => Overlap::Skip,
        args::Overlap::Queue => Overlap::Queue,
        args::Overlap::CancelPrevious => Overlap::CancelPrevious,
    }
}

fn misfire(word: args::Misfire) -> Misfire {
    match word {
        args::Misfire::RunOnce => Misfire::RunOnce,
        args::Misfire::Skip => Misfire::Skip,
    }
}

/// The budget, where it is within the limits; what it leaves open is limited as those say.
fn within(limits: Cap, budget: Cap) -> Result<Cap, ToolError> {
    let is_more = |limit: Option<i64>, asked: Option<i64>| limit.zip(asked).is_some_and(|(limit, asked)| asked > limit);
    if is_more(limits.tokens, budget.tokens) || is_more(limits.nano_usd, budget.nano_usd) {
        let what = "budget: a task that is planned by an execution of a task may use up no more than that one";
        return Err(tell("invalid_argument", what, "ask for less, or leave it out"));
    }
    Ok(Cap { tokens: budget.tokens.or(limits.tokens), nano_usd: budget.nano_usd.or(limits.nano_usd) })
}

fn budget(budget: &args::TaskBudget) -> Result<Cap, ToolError> {
    if budget.run_tokens == Some(0) || budget.run_cost_usd.is_some_and(|usd| usd <= 0.0) {
        return Err(tell("invalid_argument", "budget: nothing can be done for nothing", "give more, or leave it out"));
    }
    let tokens = budget.run_tokens.map(|tokens| i64::try_from(tokens).unwrap_or(i64::MAX));
    Ok(Cap { tokens, nano_usd: budget.run_cost_usd.map(nanos) })
}
