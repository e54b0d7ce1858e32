use std::time::Duration;

use artel_domain::{
    AgentId, Cap, Fault, Misfire, Overlap, Refusal, RefusalKind, Subject, Task, TaskId, TaskSchedule, TaskState,
    TaskTrigger, Timestamp, names,
};

use super::schedule::{Cron, times};

const LONGEST_TITLE: usize = 200;
const LONGEST_PROMPT: usize = 65_536;

/// What a task does, and when.
#[derive(Debug, Clone, Default)]
pub struct TaskTerms {
    /// What people read; 1 to 200 characters.
    pub title: String,
    /// What the agent is told.
    pub prompt: String,
    /// The system agent when absent.
    pub agent: Option<AgentId>,
    pub schedule: Option<TaskSchedule>,
    pub trigger: Option<TaskTrigger>,
    /// `Skip` when absent; `Queue` where no schedule starts the task, because nobody asks for such a start again.
    pub overlap: Option<Overlap>,
    /// `RunOnce` when absent.
    pub misfire: Option<Misfire>,
    /// Of each execution.
    pub budget: Cap,
    /// Whether it starts by itself.
    pub is_active: bool,
}

/// A task that is asked for.
#[derive(Debug, Clone)]
pub struct NewTask {
    /// A retried request brings the id of the first one, and gets the first one's task.
    pub id: TaskId,
    /// The task that must succeed first.
    pub parent: Option<TaskId>,
    pub terms: TaskTerms,
}

/// The next time that the task starts by itself; `None`: it does not.
pub(super) fn next_of(task: &Task, after: Timestamp) -> Option<Timestamp> {
    let schedule = task.schedule.as_ref().filter(|_| task.state == TaskState::Active)?;
    times(schedule, after, 1).pop()
}

pub(super) fn usual_overlap(schedule: Option<&TaskSchedule>) -> Overlap {
    if schedule.is_some() { Overlap::Skip } else { Overlap::Queue }
}

/// # Errors
/// `Invalid`, when there is a fault.
pub(super) fn refuse(faults: Vec<Fault>) -> Result<(), Refusal> {
    if faults.is_empty() { Ok(()) } else { Err(Refusal::faulty(Subject::Task, faults)) }
}

/// What is wrong with everything but the times. Whoever keeps a task asks here, people and agents.
pub(super) fn faults(task: &Task) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut ensure = |holds: bool, field: &str, message: &str| {
        if !holds {
            faults.push(Fault { field: field.to_owned(), message: message.to_owned() });
        }
    };
    let title = task.title.trim().chars().count();
    ensure((1..=LONGEST_TITLE).contains(&title), "title", "must be 1 to 200 characters");
    let unseen = names::fault(&task.title).filter(|_| title > 0);
    ensure(unseen.is_none(), "title", unseen.unwrap_or_default());
    ensure(!task.prompt.trim().is_empty(), "prompt", "must not be empty");
    ensure(task.prompt.chars().count() <= LONGEST_PROMPT, "prompt", "must be at most 65536 characters");
    let starts_itself = task.schedule.is_some() || task.trigger.is_some();
    let follows = "must be left out: a task that follows another starts when that one succeeded";
    ensure(task.parent_id.is_none() || !starts_itself, "schedule", follows);
    let spent = [task.budget.tokens, task.budget.nano_usd].into_iter().flatten();
    ensure(spent.clone().all(|most| most > 0), "budget", "must allow something");
    faults
}

/// A task that waits for a time must have one that comes.
///
/// # Arguments
/// * `least`: two starts are at least so far apart. `None` for a line that was taken before: the job holds it to that.
pub(super) fn schedule_faults(task: &Task, now: Timestamp, least: Option<Duration>) -> Vec<Fault> {
    let fault = |field: &str, message: &str| vec![Fault { field: field.to_owned(), message: message.to_owned() }];
    match &task.schedule {
        Some(TaskSchedule::Cron { cron, timezone }) => match Cron::read(cron, timezone) {
            Err(faults) => {
                faults.into_iter().map(|fault| Fault { field: format!("schedule.{}", fault.field), ..fault }).collect()
            }
            Ok(cron) if cron.after(now).is_none() => fault("schedule.cron", "must be a time that comes some day"),
            Ok(cron) => least
                .and_then(|least| too_often(&cron, least))
                .map(|why| fault("schedule.cron", &why))
                .unwrap_or_default(),
        },
        Some(TaskSchedule::Once { at }) if task.state == TaskState::Active && *at <= now => {
            fault("schedule.at", "must be a time that is still to come")
        }
        _ => Vec::new(),
    }
}

/// Why a line comes more often than tasks may start; `None`: it does not.
pub(super) fn too_often(cron: &Cron, least: Duration) -> Option<String> {
    let gap = cron.least_gap();
    let (least, seconds) = (least.as_secs(), gap.as_secs());
    (seconds < least)
        .then(|| format!("must leave at least {least} seconds between two starts; this line leaves {seconds}"))
}

/// A task that is not there, or not the requester's.
pub(super) fn absent() -> Refusal {
    Refusal::absent(Subject::Task)
}

/// Whether asking again later can help, so that the due time is to stay due.
pub(super) fn is_passing(refusal: &Refusal) -> bool {
    matches!(refusal.kind, RefusalKind::Unavailable(_) | RefusalKind::Internal(_))
}
