use artel_domain::{
    AgentId, BuiltinAgent, CallId, Cap, Fault, Misfire, Overlap, Refusal, Requester, Run, RunId, StartCause, Subject,
    Task, TaskId, TaskSchedule, TaskState, TaskTrigger, Timestamp,
};
use artel_identity::Scope;
use artel_store::Viewer;

use super::firing::{Start, longest_input};
use super::schedule::{Cron, times};
use super::terms::{NewTask, absent, faults, next_of, refuse, schedule_faults, too_often, usual_overlap};
use crate::start_run::check_only_agent;
use crate::text::without_nul;
use crate::{Intents, scopes};

/// Tasks of one owner: an agent that makes tasks which make tasks comes to an end.
const MOST_TASKS: i64 = 1000;
/// How often a change is tried that others come before.
const TRIES: usize = 5;

/// What becomes of a task; what is absent stays. `Some(None)` takes away.
#[derive(Debug, Clone, Default)]
pub struct TaskChange {
    pub title: Option<String>,
    pub prompt: Option<String>,
    pub agent: Option<AgentId>,
    pub schedule: Option<Option<TaskSchedule>>,
    pub trigger: Option<Option<TaskTrigger>>,
    pub overlap: Option<Overlap>,
    pub misfire: Option<Misfire>,
    pub budget: Option<Cap>,
    pub is_active: Option<bool>,
}

impl TaskChange {
    /// The task is only switched on or off: in whose name it acts stays.
    fn only_switches(&self) -> bool {
        let Self { title, prompt, agent, schedule, trigger, overlap, misfire, budget, .. } = self;
        title.is_none()
            && prompt.is_none()
            && agent.is_none()
            && (schedule.is_none() && trigger.is_none() && overlap.is_none() && misfire.is_none() && budget.is_none())
    }
}

/// A start that somebody asks for.
#[derive(Debug, Clone, Copy)]
pub struct RunTask {
    pub task: TaskId,
    /// A retried request brings the id of the first one, and gets the first one's run.
    pub run: RunId,
    /// The call of an agent that asks; made again, it gets the first one's run.
    pub call: Option<CallId>,
}

impl Intents {
    /// Keeps a task. It acts in the requester's name, with the scopes that they have now.
    ///
    /// # Errors
    /// `Forbidden`: the scope `runs:write` is missing, the key is for another agent, or the agent is another user's
    /// draft. `Absent`: the agent, or the task before it. `Invalid`: what the task says.
    pub async fn create_task(&self, requester: &Requester, new: NewTask) -> Result<Task, Refusal> {
        scopes::check(requester, Scope::RunsWrite)?;
        // What a retry asks for is there, also when it could not be made any more.
        if let Some(made) = self.made_before(requester, new.id).await? {
            return Ok(made);
        }
        if let Some(parent) = new.parent {
            self.own_task(requester, parent).await?;
        }
        let mut task = self.task_of(requester, new);
        let mut wrong = faults(&task);
        wrong.extend(schedule_faults(&task, task.created_at, Some(self.config.least_between_starts)));
        refuse(wrong)?;
        self.check_size(&longest_input(&task))?;
        self.check_task_agent(requester, task.agent_id).await?;
        task.next_run_at = next_of(&task, task.created_at);
        let audit = requester.audit("task.create", "task", task.id, task.created_at);
        self.store.create_task(task, MOST_TASKS, audit).await?.ok_or_else(too_many)
    }

    async fn made_before(&self, requester: &Requester, task: TaskId) -> Result<Option<Task>, Refusal> {
        let viewer = Viewer::from(requester);
        if let Some(there) = self.store.find_task(&viewer, task).await? {
            return Ok(Some(there));
        }
        Ok(self.store.find_deleted_task(&viewer, task).await?)
    }

    fn task_of(&self, requester: &Requester, new: NewTask) -> Task {
        let terms = new.terms;
        Task {
            id: new.id,
            tenant_id: requester.tenant_id,
            owner_id: requester.user_id(),
            parent_id: new.parent,
            agent_id: terms.agent.unwrap_or_else(|| BuiltinAgent::System.id(requester.tenant_id)),
            title: without_nul(terms.title.trim().to_owned()),
            prompt: without_nul(terms.prompt),
            overlap: terms.overlap.unwrap_or_else(|| usual_overlap(terms.schedule.as_ref())),
            misfire: terms.misfire.unwrap_or(Misfire::RunOnce),
            schedule: terms.schedule,
            trigger: terms.trigger,
            budget: terms.budget,
            state: if terms.is_active { TaskState::Active } else { TaskState::Paused },
            next_run_at: None,
            skipped: None,
            acts_for: requester.principal.clone(),
            version: 1,
            created_at: self.clock.now(),
            updated_at: None,
        }
    }

    /// The same checks as at each start, so that who makes a task hears of them.
    async fn check_task_agent(&self, requester: &Requester, agent: AgentId) -> Result<(), Refusal> {
        check_only_agent(requester, agent)?;
        if agent == BuiltinAgent::System.id(requester.tenant_id) {
            self.ensure_builtin_agent(requester, BuiltinAgent::System).await?;
            return Ok(());
        }
        self.choose_profile(requester, agent, None).await.map(|_| ())
    }

    /// Changes a task. Who changes what it does is whom it acts for from then on.
    ///
    /// # Errors
    /// As for [`Intents::create_task`]; `Absent` also: the task. `Conflict`: others change it all the time.
    pub async fn update_task(&self, requester: &Requester, task: TaskId, change: TaskChange) -> Result<Task, Refusal> {
        scopes::check(requester, Scope::RunsWrite)?;
        for _ in 0..TRIES {
            let known = self.own_task(requester, task).await?;
            check_only_agent(requester, known.agent_id)?;
            let (action, had) = (action(&known, &change), known.schedule.clone());
            let (changed, moves) = self.changed(requester, known, change.clone());
            let mut wrong = faults(&changed);
            if moves {
                let least = Some(self.config.least_between_starts).filter(|_| changed.schedule != had);
                wrong.extend(schedule_faults(&changed, self.clock.now(), least));
            }
            refuse(wrong)?;
            if change.prompt.is_some() || change.trigger.is_some() {
                self.check_size(&longest_input(&changed))?;
            }
            if !change.only_switches() || changed.state == TaskState::Active {
                self.check_task_agent(requester, changed.agent_id).await?;
            }
            let audit = requester.audit(action, "task", task, self.clock.now());
            if let Some(task) = self.store.update_task(&Viewer::from(requester), changed, moves, audit).await? {
                return Ok(task);
            }
        }
        Err(Refusal::conflict(
            Subject::Task,
            "changed_meanwhile",
            "Others change the task at the same time. Try again.",
        ))
    }

    /// The task with the change, and whether its next time is another one: a time that is due stays due unless the
    /// schedule changes or the task is switched.
    fn changed(&self, requester: &Requester, mut task: Task, change: TaskChange) -> (Task, bool) {
        let had = (task.schedule.clone(), task.state);
        if !change.only_switches() {
            task.acts_for = requester.principal.clone();
        }
        if let Some(schedule) = change.schedule {
            // Without a schedule the rules are others; one schedule in place of another leaves them as they are.
            if schedule.is_some() != task.schedule.is_some() {
                task.overlap = usual_overlap(schedule.as_ref());
                task.misfire = Misfire::RunOnce;
            }
            task.schedule = schedule;
            // Its only time had come; now there is another.
            if task.state == TaskState::Done {
                task.state = TaskState::Active;
            }
        }
        if let Some(active) = change.is_active {
            task.state = if active { TaskState::Active } else { TaskState::Paused };
        }
        task.title = change.title.map_or(task.title, |title| without_nul(title.trim().to_owned()));
        task.prompt = change.prompt.map_or(task.prompt, without_nul);
        task.agent_id = change.agent.unwrap_or(task.agent_id);
        task.trigger = change.trigger.unwrap_or(task.trigger);
        task.overlap = change.overlap.unwrap_or(task.overlap);
        task.misfire = change.misfire.unwrap_or(task.misfire);
        task.budget = change.budget.unwrap_or(task.budget);
        let moves = had != (task.schedule.clone(), task.state);
        task.next_run_at = if moves { next_of(&task, self.clock.now()) } else { task.next_run_at };
        (task, moves)
    }

    /// Deletes a task and those that follow it. Executions under way go on.
    ///
    /// # Errors
    /// `Forbidden`: the scope `runs:write` is missing. `Absent`: the task.
    pub async fn delete_task(&self, requester: &Requester, task: TaskId) -> Result<(), Refusal> {
        scopes::check(requester, Scope::RunsWrite)?;
        // An administrator can end what somebody left behind.
        let viewer = self.viewer(requester);
        if requester.only_agent.is_some() {
            let known = self.store.find_task(&viewer, task).await?.ok_or_else(absent)?;
            check_only_agent(requester, known.agent_id)?;
        }
        let audit = requester.audit("task.delete", "task", task, self.clock.now());
        if self.store.delete_task(&viewer, task, audit).await? { Ok(()) } else { Err(absent()) }
    }

    /// Starts an execution now, in the requester's own name, also of a task that is paused.
    ///
    /// # Errors
    /// As for [`Intents::start_run`]. `Absent` also: the task. `Conflict` also: an execution of it is not over, and its
    /// rule says that there is one at a time.
    pub async fn run_task(&self, requester: &Requester, asked: RunTask) -> Result<Run, Refusal> {
        scopes::check(requester, Scope::RunsWrite)?;
        // What a retry asks for is there, also when it could not be started any more.
        let known = self.store.find_started_execution(requester.tenant_id, asked.run, asked.call).await?;
        if let Some(run) = known.filter(|run| run.principal.user_id == requester.user_id()) {
            return Ok(run);
        }
        let task = self.own_task(requester, asked.task).await?;
        if asked.call.is_some() {
            self.charge_start(requester).await?;
        }
        let start = Start { run: asked.run, cause: StartCause::Hand, takes: None, event: None, call: asked.call };
        self.fire(requester, &task, start).await?.ok_or_else(absent)
    }

    /// The requester's task of that id.
    pub(super) async fn own_task(&self, requester: &Requester, task: TaskId) -> Result<Task, Refusal> {
        self.store.find_task(&Viewer::from(requester), task).await?.ok_or_else(absent)
    }

    /// A cron line that a task may have.
    ///
    /// # Errors
    /// What is wrong with `cron` and with `timezone`.
    pub fn read_cron(&self, cron: &str, timezone: &str) -> Result<Cron, Vec<Fault>> {
        let cron = Cron::read(cron, timezone)?;
        match too_often(&cron, self.config.least_between_starts) {
            Some(message) => Err(vec![Fault { field: "cron".to_owned(), message }]),
            None => Ok(cron),
        }
    }

    /// The next `count` times at which a task starts by itself, the one that is due first.
    pub fn next_times(&self, task: &Task, count: usize) -> Vec<Timestamp> {
        let Some(first) = task.next_run_at else { return Vec::new() };
        let later = task.schedule.as_ref().map(|schedule| times(schedule, first, count.saturating_sub(1)));
        std::iter::once(first).chain(later.unwrap_or_default()).collect()
    }
}

fn too_many() -> Refusal {
    let message = format!("You have {MOST_TASKS} tasks, and nobody may have more: delete some.");
    Refusal::conflict(Subject::Task, "too_many_tasks", message)
}

/// What the audit log calls the change.
fn action(task: &Task, change: &TaskChange) -> &'static str {
    match change.is_active {
        Some(true) if change.only_switches() && task.state != TaskState::Active => "task.resume",
        Some(false) if change.only_switches() => "task.pause",
        _ => "task.update",
    }
}
