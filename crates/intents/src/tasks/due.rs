//! What a process does again and again: it starts what is due.

use std::time::Duration;

use artel_domain::{Misfire, Refusal, RefusalKind, RunId, StartCause, Task, TaskSchedule, TaskState, Timestamp};
use artel_store::{EventStart, SkippedDue};

use super::firing::{OVERLAPS, Start};
use super::schedule::times;
use super::terms::is_passing;
use crate::Intents;

/// Tasks that are looked at together.
const AT_A_TIME: u32 = 100;
/// Executions that are settled together.
const SETTLED_AT_A_TIME: u32 = 500;
const NO_ACCESS: &str = "paused: the account or the API key that the task acts for has no access any more";
/// A start that is no later than this is on time.
const GRACE: Duration = Duration::from_secs(15);

impl Intents {
    /// Starts everything that is due, by every rule of its task; how many times were taken. Several processes may do it
    /// at once, and one may die at any point of it: each due time is taken by one of them.
    ///
    /// # Errors
    /// The store is away. What is due stays due.
    pub async fn fire_due_tasks(&self) -> Result<u64, Refusal> {
        self.store.settle_executions(self.clock.now(), SETTLED_AT_A_TIME).await?;
        let mut taken = self.take_events().await?;
        loop {
            let due = self.store.due_tasks(self.clock.now(), AT_A_TIME).await?;
            let taken_now = self.take_all(&due).await?;
            taken += taken_now;
            // What is left is being taken by others.
            if taken_now == 0 {
                return Ok(taken);
            }
        }
    }

    /// A task that cannot be started for now does not hold up those behind it: the error is told when nothing else is
    /// due.
    async fn take_all(&self, due: &[Task]) -> Result<u64, Refusal> {
        let (mut taken, mut trouble) = (0, None);
        for task in due {
            match self.take_due(task).await {
                Ok(was_taken) => taken += u64::from(was_taken),
                Err(refusal) => trouble = Some(refusal),
            }
        }
        trouble.filter(|_| taken == 0).map_or(Ok(taken), Err)
    }

    /// Starts what events ask for; how many starts were taken.
    async fn take_events(&self) -> Result<u64, Refusal> {
        let (mut taken, mut trouble) = (0, None);
        for start in self.store.event_starts(AT_A_TIME).await? {
            match self.take_event(start).await {
                Ok(was_taken) => taken += u64::from(was_taken),
                Err(refusal) => trouble = Some(refusal),
            }
        }
        trouble.filter(|_| taken == 0).map_or(Ok(taken), Err)
    }

    /// False: somebody else took the start.
    async fn take_event(&self, start: EventStart) -> Result<bool, Refusal> {
        let (task, run) = (&start.task, RunId(self.clock.uuid()));
        let trace_id = run.0.simple().to_string();
        if task.state != TaskState::Active {
            return Ok(self.store.skip_event(&start, "paused: the task was paused before it could start").await?);
        }
        let Some(requester) = self.acting_for(task.tenant_id, &task.acts_for, trace_id).await? else {
            return Ok(self.store.skip_event(&start, NO_ACCESS).await?);
        };
        let asked = Start { run, cause: StartCause::Event, takes: None, event: Some(start.clone()) };
        match self.fire(&requester, task, asked).await {
            Ok(started) => Ok(started.is_some()),
            Err(refusal) if is_passing(&refusal) => Err(refusal),
            Err(refusal) => Ok(self.store.skip_event(&start, &why(&refusal)).await?),
        }
    }

    /// False: somebody else took the time, or changed the task.
    async fn take_due(&self, task: &Task) -> Result<bool, Refusal> {
        let (Some(due_at), now) = (task.next_run_at, self.clock.now()) else { return Ok(false) };
        let is_late = now.duration_since(due_at).unsigned_abs() > GRACE;
        let taken = after(task, due_at, if is_late { now } else { due_at });
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
        let cause = if task.parent_id.is_some() { StartCause::Parent } else { StartCause::Schedule };
        match self.fire(&requester, task, Start { run, cause, takes: Some(taken), event: None }).await {
            Ok(started) => Ok(started.is_some()),
            Err(refusal) if is_passing(&refusal) => Err(refusal),
            Err(refusal) => self.give_up(task, taken, &refusal).await,
        }
    }

    /// The time is taken and nothing starts. A task whose agent is gone cannot start any more.
    async fn give_up(&self, task: &Task, taken: SkippedDue, refusal: &Refusal) -> Result<bool, Refusal> {
        let taken = match refusal.kind {
            RefusalKind::Absent => SkippedDue { next_at: None, state: TaskState::Paused, ..taken },
            _ => taken,
        };
        self.skip(task, taken, &why(refusal)).await
    }

    async fn skip(&self, task: &Task, taken: SkippedDue, why: &str) -> Result<bool, Refusal> {
        tracing::info!(task_id = %task.id, due_at = %taken.due_at, why, "a task is not started");
        Ok(self.store.skip_due(task.tenant_id, task.id, taken, why).await?)
    }
}

/// For people who look at the task.
fn why(refusal: &Refusal) -> String {
    if refusal.code == OVERLAPS { "overlap: an execution was not over".to_owned() } else { refusal.to_string() }
}

/// What the task waits for once this time is taken.
fn after(task: &Task, due_at: Timestamp, from: Timestamp) -> SkippedDue {
    let next_at = task.schedule.as_ref().and_then(|schedule| times(schedule, from, 1).pop());
    let is_over = next_at.is_none() && matches!(task.schedule, Some(TaskSchedule::Once { .. }));
    SkippedDue { due_at, next_at, state: if is_over { TaskState::Done } else { TaskState::Active } }
}
