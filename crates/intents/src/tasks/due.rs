//! What a process does again and again: it starts what is due.

use std::error::Error as _;
use std::time::Duration;

use artel_domain::{Misfire, Refusal, RefusalKind, RunId, StartCause, Task, TaskSchedule, TaskState, Timestamp};
use artel_store::tasks::LONGEST_QUEUE;
use artel_store::{EventStart, SkippedDue};

use super::firing::{OVERLAPS, QUEUE_IS_FULL, Start};
use super::schedule::times;
use super::terms::is_passing;
use crate::Intents;

/// Starts of one round: so many by events, and so many by times.
const AT_A_TIME: u32 = 100;
/// Executions that are settled together.
const SETTLED_AT_A_TIME: u32 = 500;
const NO_ACCESS: &str = "paused: the account or the API key that the task acts for has no access any more";
/// A start that is no later than this is on time.
const GRACE: Duration = Duration::from_secs(15);
/// What failed for a reason that will pass by itself is tried again while it is still on time.
const SOON: Duration = Duration::from_secs(10);
/// What failed for a reason that somebody must look at keeps no place from others meanwhile.
const LATER: Duration = Duration::from_mins(1);
const TICK: Duration = Duration::from_micros(1);

impl Intents {
    /// One round: what ended is settled, then starts are made that events ask for, then those whose time has come, by
    /// every rule of their tasks; how many were taken. A round is bounded, and the next one goes on. Several processes
    /// may do it at once, and one may die at any point of it: each due time is taken by one of them.
    ///
    /// A start that cannot be made is told in the log and put back, so that it holds up nobody.
    ///
    /// # Errors
    /// `Unavailable`: the store is away. What is due stays due.
    pub async fn fire_due_tasks(&self) -> Result<u64, Refusal> {
        self.settle().await?;
        let by_events = told("starts by events", self.take_events().await)?;
        Ok(by_events + told("starts by times", self.take_times().await)?)
    }

    async fn settle(&self) -> Result<(), Refusal> {
        let settled = self.store.settle_executions(self.clock.now(), SETTLED_AT_A_TIME).await;
        told("the ends of executions", settled.map_err(Refusal::from)).map(|_| ())
    }

    async fn take_times(&self) -> Result<u64, Refusal> {
        let mut taken = 0;
        for task in self.store.due_tasks(self.clock.now(), AT_A_TIME).await? {
            match self.take_due(&task).await {
                Ok(was_taken) => taken += u64::from(was_taken),
                Err(refusal) => {
                    let until = self.put_back_until(&task, &refusal);
                    self.store.put_back_task(task.tenant_id, task.id, until).await?;
                }
            }
        }
        Ok(taken)
    }

    async fn take_events(&self) -> Result<u64, Refusal> {
        let mut taken = 0;
        for start in self.store.event_starts(self.clock.now(), AT_A_TIME).await? {
            match self.take_event(&start).await {
                Ok(was_taken) => taken += u64::from(was_taken),
                Err(refusal) => {
                    let until = self.put_back_until(&start.task, &refusal);
                    self.store.put_back_event(&start, until).await?;
                }
            }
        }
        Ok(taken)
    }

    /// When a start is tried again that could not be made.
    fn put_back_until(&self, task: &Task, refusal: &Refusal) -> Timestamp {
        let now = self.clock.now();
        let pause = match refusal.kind {
            // The rate of starts is used up, which is nothing that an operator must look at.
            RefusalKind::TooMany { retry_after_seconds } => {
                tracing::debug!(task_id = %task.id, retry_after_seconds, "a task waits for its turn");
                return now.checked_add(Duration::from_secs(retry_after_seconds).min(LATER)).unwrap_or(now);
            }
            RefusalKind::Unavailable(_) => SOON,
            _ => LATER,
        };
        let cause = refusal.source().map(ToString::to_string);
        tracing::error!(task_id = %task.id, error = %refusal, cause, again_in = pause.as_secs(), "a task cannot be started");
        now.checked_add(pause).unwrap_or(now)
    }

    /// False: somebody else took the start.
    async fn take_event(&self, start: &EventStart) -> Result<bool, Refusal> {
        let (task, run) = (&start.task, RunId(self.clock.uuid()));
        let trace_id = run.0.simple().to_string();
        if task.state != TaskState::Active {
            let why = "paused: the task was paused before it could start";
            return Ok(self.store.skip_event(start, why, false).await?);
        }
        let Some(requester) = self.acting_for(task.tenant_id, &task.acts_for, trace_id).await? else {
            return Ok(self.store.skip_event(start, NO_ACCESS, true).await?);
        };
        self.charge_start(&requester).await?;
        let cause = if task.parent_id.is_some() { StartCause::Parent } else { StartCause::Event };
        let asked = Start { run, cause, takes: None, event: Some(start.clone()), call: None };
        match self.fire(&requester, task, asked).await {
            Ok(started) => Ok(started.is_some()),
            Err(refusal) if is_passing(&refusal) => Err(refusal),
            Err(refusal) => Ok(self.store.skip_event(start, &why(&refusal), is_for_good(&refusal)).await?),
        }
    }

    /// False: somebody else took the time, or changed the task.
    async fn take_due(&self, task: &Task) -> Result<bool, Refusal> {
        let (Some(due_at), now) = (task.next_run_at, self.clock.now()) else { return Ok(false) };
        let is_late = now.duration_since(due_at).unsigned_abs() > GRACE;
        let taken = self.after(task, due_at, if is_late { now } else { due_at });
        // What follows another task is late by the time that this process was away, and lost nothing.
        if is_late && task.schedule.is_some() && task.misfire == Misfire::Skip {
            return self.skip(task, taken, "missed: nothing could be started when it was due").await;
        }
        let run = RunId(self.clock.uuid());
        let trace_id = run.0.simple().to_string();
        let Some(requester) = self.acting_for(task.tenant_id, &task.acts_for, trace_id).await? else {
            let paused = SkippedDue { next_at: None, state: TaskState::Paused, ..taken };
            return self.skip(task, paused, NO_ACCESS).await;
        };
        self.charge_start(&requester).await?;
        let cause = if task.parent_id.is_some() { StartCause::Parent } else { StartCause::Schedule };
        match self.fire(&requester, task, Start { run, cause, takes: Some(taken), event: None, call: None }).await {
            Ok(started) => Ok(started.is_some()),
            Err(refusal) if is_passing(&refusal) => Err(refusal),
            Err(refusal) => self.give_up(task, taken, &refusal).await,
        }
    }

    /// What the task waits for once this time is taken. A line of earlier days may come more often than tasks may start
    /// now: the times between are left out.
    fn after(&self, task: &Task, due_at: Timestamp, from: Timestamp) -> SkippedDue {
        let least = self.config.least_between_starts.saturating_sub(TICK);
        let from = due_at.checked_add(least).map_or(from, |soonest| soonest.max(from));
        let next_at = task.schedule.as_ref().and_then(|schedule| times(schedule, from, 1).pop());
        let is_over = next_at.is_none() && matches!(task.schedule, Some(TaskSchedule::Once { .. }));
        SkippedDue { due_at, next_at, state: if is_over { TaskState::Done } else { TaskState::Active } }
    }

    /// The time is taken and nothing starts.
    async fn give_up(&self, task: &Task, taken: SkippedDue, refusal: &Refusal) -> Result<bool, Refusal> {
        let paused = SkippedDue { next_at: None, state: TaskState::Paused, ..taken };
        self.skip(task, if is_for_good(refusal) { paused } else { taken }, &why(refusal)).await
    }

    async fn skip(&self, task: &Task, taken: SkippedDue, why: &str) -> Result<bool, Refusal> {
        tracing::info!(task_id = %task.id, due_at = %taken.due_at, why, "a task is not started");
        Ok(self.store.skip_due(task.tenant_id, task.id, taken, why).await?)
    }
}

/// One part of a round: what is wrong with it is told in the log and is no trouble of the others, unless the store is
/// away.
fn told(part: &str, done: Result<u64, Refusal>) -> Result<u64, Refusal> {
    match done {
        Err(refusal) if !matches!(refusal.kind, RefusalKind::Unavailable(_)) => {
            let cause = refusal.source().map(ToString::to_string);
            tracing::error!(error = %refusal, cause, part, "a part of the round of tasks was not done");
            Ok(0)
        }
        done => done,
    }
}

/// A task whose agent is gone cannot start any more.
fn is_for_good(refusal: &Refusal) -> bool {
    matches!(refusal.kind, RefusalKind::Absent)
}

/// For people who look at the task.
fn why(refusal: &Refusal) -> String {
    match refusal.code {
        OVERLAPS => "overlap: an execution was not over".to_owned(),
        QUEUE_IS_FULL => format!("overlap: {LONGEST_QUEUE} executions wait already"),
        _ => refusal.to_string(),
    }
}
