//! Making and changing tasks.

use artel_domain::{Cap, Clock as _, Misfire, Overlap, Principal, Requester, RunId, TaskId, TaskSchedule, TaskState};
use artel_intents::{NewTask, RunTask, TaskChange, TaskTerms};
use artel_store::{SkippedDue, Tasks as _, Viewer};

use crate::world::{ADA, HOUR, TENANT, World, ada, at, at_a_push, cron, hourly};

#[tokio::test]
async fn whoever_changes_what_a_task_does_is_whom_it_acts_for() {
    let world = World::new().await;
    let task = world.makes(hourly()).await.unwrap();
    let weak = Requester {
        principal: Principal { scopes: vec!["runs:write".into(), "agents:read".into()], ..ada().principal },
        ..ada()
    };
    let switch = TaskChange { is_active: Some(true), ..TaskChange::default() };
    let switched = world.intents.update_task(&weak, task.id, switch).await.unwrap();
    assert_eq!(switched.acts_for, task.acts_for);
    let budget = TaskChange { budget: Some(Cap { tokens: Some(5), nano_usd: None }), ..TaskChange::default() };
    let changed = world.intents.update_task(&weak, task.id, budget).await.unwrap();
    assert_eq!(changed.acts_for, weak.principal);
    let reader = Requester { principal: Principal { scopes: Vec::new(), ..ada().principal }, ..ada() };
    let refusal = world.intents.delete_task(&reader, task.id).await.unwrap_err();
    assert_eq!(refusal.code, "insufficient_scope");
}

#[tokio::test]
async fn what_a_task_says_is_checked_by_its_members() {
    let world = World::new().await;
    let schedule = Some(TaskSchedule::Cron { cron: "0 99 * * *".into(), timezone: "Mars".into() });
    let terms = TaskTerms { title: " ".into(), prompt: String::new(), schedule, ..hourly() };
    let refusal = world.makes(terms).await.unwrap_err();
    let fields: Vec<&str> = refusal.faults.iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(fields, ["title", "prompt", "schedule.cron", "schedule.timezone"]);
}

/// Whoever asks: a person through a surface, or an agent by a tool.
#[tokio::test]
async fn a_title_that_people_would_not_see_as_it_is_is_refused() {
    let world = World::new().await;
    let task = world.makes(hourly()).await.unwrap();
    for title in ["a\u{1b}[2Jb", "a\nb", "a\u{202e}b", "a\u{200b}b", "\u{3164}"] {
        let refusal = world.makes(TaskTerms { title: title.into(), ..hourly() }).await.unwrap_err();
        assert_eq!(refusal.faults[0].field, "title", "{title:?}");
        let change = TaskChange { title: Some(title.into()), ..TaskChange::default() };
        assert_eq!(world.changes(&task, change).await.unwrap_err().faults[0].field, "title", "{title:?}");
    }
}

#[tokio::test]
async fn two_starts_are_ten_seconds_apart_at_least() {
    let world = World::new().await;
    for line in ["* * * * * *", "*/5 * * * * *", "0,9 * * * * *", "0,55 * * * * *"] {
        let refusal = world.makes(TaskTerms { schedule: Some(cron(line)), ..hourly() }).await.unwrap_err();
        assert_eq!(refusal.faults[0].field, "schedule.cron", "{line}");
        let message = &refusal.faults[0].message;
        assert!(message.contains("at least 10 seconds between two starts"), "{line}: {message}");
    }
    for line in ["*/10 * * * * *", "0,30 * * * * *", "59 * * * * *", "* * * * *"] {
        world.makes(TaskTerms { schedule: Some(cron(line)), ..hourly() }).await.unwrap();
    }
}

/// One that an earlier release took can be switched off and on; it starts every ten seconds.
#[tokio::test]
async fn a_task_of_earlier_days_that_comes_more_often_is_held_to_the_interval() {
    let world = World::new().await;
    let task = world.makes(TaskTerms { schedule: Some(cron("0 * * * * *")), ..hourly() }).await.unwrap();
    let often = "UPDATE tasks SET schedule = '{\"cron\":\"* * * * * *\",\"timezone\":\"UTC\"}' WHERE id = ?1";
    world.damages(often, task.id.0).await;
    let switch = |on| TaskChange { is_active: Some(on), ..TaskChange::default() };
    world.changes(&task, switch(false)).await.unwrap();
    let on = world.changes(&task, switch(true)).await.unwrap();
    assert_eq!(on.next_run_at, Some(at("2026-01-01T00:00:01Z")));
    world.advance(std::time::Duration::from_secs(2));
    world.fires().await;
    assert_eq!(world.finds(&task).await.next_run_at, Some(at("2026-01-01T00:00:11Z")));
}

#[tokio::test]
async fn a_prompt_that_no_start_would_take_is_refused_at_once() {
    let world = World::new().await;
    let refusal = world.makes(TaskTerms { prompt: "word ".repeat(1000), ..hourly() }).await.unwrap_err();
    assert_eq!(refusal.code, "CONTEXT_TOO_LARGE");
    let task = world.makes(at_a_push()).await.unwrap();
    let change = TaskChange { prompt: Some("word ".repeat(1000)), ..TaskChange::default() };
    assert_eq!(world.changes(&task, change).await.unwrap_err().code, "CONTEXT_TOO_LARGE");
}

/// However much has passed since the first try.
#[tokio::test]
async fn a_retried_request_gets_what_the_first_one_made() {
    let world = World::new().await;
    let agent = world.agent().await;
    let schedule = Some(TaskSchedule::Once { at: at("2026-01-01T01:00:00Z") });
    let terms = TaskTerms { schedule, agent: Some(agent), ..hourly() };
    let new = NewTask { id: TaskId(world.clock.uuid()), parent: None, terms };
    let made = world.intents.create_task(&ada(), new.clone()).await.unwrap();
    let asked = RunTask { task: made.id, run: RunId(world.clock.uuid()), by: None };
    let run = world.intents.run_task(&ada(), asked).await.unwrap();
    world.advance(2 * HOUR);
    world.deletes_agent(agent).await;
    assert_eq!(world.intents.create_task(&ada(), new.clone()).await.unwrap(), made);
    assert_eq!(world.intents.run_task(&ada(), asked).await.unwrap().id, run.id);
    let audit = ada().audit("task.delete", "task", made.id, world.clock.now());
    world.store.delete_task(&Viewer::service(TENANT), made.id, audit).await.unwrap();
    assert_eq!(world.intents.create_task(&ada(), new).await.unwrap().id, made.id, "also when it is gone");
}

#[tokio::test]
async fn switching_on_what_is_on_moves_no_time() {
    let world = World::new().await;
    let task = world.makes(hourly()).await.unwrap();
    world.advance(HOUR);
    let on = TaskChange { is_active: Some(true), ..TaskChange::default() };
    let changed = world.changes(&task, on).await.unwrap();
    assert_eq!(changed.next_run_at, task.next_run_at, "the time that is overdue is not lost");
    let same = TaskChange { schedule: Some(task.schedule.clone()), ..TaskChange::default() };
    assert_eq!(world.changes(&task, same).await.unwrap().next_run_at, task.next_run_at);
    assert_eq!(world.fires().await, 1);
}

#[tokio::test]
async fn the_rule_for_overlaps_follows_the_schedule_unless_it_is_said() {
    let world = World::new().await;
    let task = world.makes(TaskTerms { overlap: None, ..hourly() }).await.unwrap();
    assert_eq!(task.overlap, Overlap::Skip);
    let without = TaskChange { schedule: Some(None), ..TaskChange::default() };
    assert_eq!(world.changes(&task, without).await.unwrap().overlap, Overlap::Queue);
    let with = TaskChange { schedule: Some(Some(cron("0 9 * * *"))), ..TaskChange::default() };
    assert_eq!(world.changes(&task, with).await.unwrap().overlap, Overlap::Skip);
    let said = TaskChange { overlap: Some(Overlap::Queue), misfire: Some(Misfire::Skip), ..TaskChange::default() };
    world.changes(&task, said).await.unwrap();
    let another = TaskChange { schedule: Some(Some(cron("0 10 * * *"))), ..TaskChange::default() };
    let changed = world.changes(&task, another).await.unwrap();
    assert_eq!((changed.overlap, changed.misfire), (Overlap::Queue, Misfire::Skip), "another time, the same rules");
}

/// The job ends the task between the moment at which a change reads it and the one at which it is written.
#[tokio::test]
async fn a_change_brings_no_task_back_that_ended_meanwhile() {
    let world = World::new().await;
    let schedule = Some(TaskSchedule::Once { at: at("2026-01-01T01:00:00Z") });
    let task = world.makes(TaskTerms { schedule, ..hourly() }).await.unwrap();
    world.advance(HOUR);
    let over = SkippedDue { due_at: at("2026-01-01T01:00:00Z"), next_at: None, state: TaskState::Done };
    let id = task.id;
    world.meanwhile(move |store| async move {
        store.skip_due(TENANT, id, over, "missed").await.unwrap();
    });
    let title = TaskChange { title: Some("news".into()), ..TaskChange::default() };
    assert_eq!(world.changes(&task, title).await.unwrap().title, "news");
    let found = world.finds(&task).await;
    assert_eq!((found.state, found.next_run_at), (TaskState::Done, None), "it is over, and says so");
}

#[tokio::test]
async fn a_change_that_others_come_before_again_and_again_says_so() {
    let world = World::new().await;
    let task = world.makes(at_a_push()).await.unwrap();
    let id = task.id;
    world.meanwhile(move |store| async move {
        let viewer = Viewer::user(TENANT, ADA);
        let known = store.find_task(&viewer, id).await.unwrap().unwrap();
        let audit = ada().audit("task.update", "task", id, known.created_at);
        store.update_task(&viewer, known, false, audit).await.unwrap().unwrap();
    });
    let title = TaskChange { title: Some("news".into()), ..TaskChange::default() };
    assert_eq!(world.changes(&task, title).await.unwrap_err().code, "changed_meanwhile");
    assert_eq!(world.finds(&task).await.title, "report");
}
