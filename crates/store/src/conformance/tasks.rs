use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use artel_domain::{
    AuditEntry, CallId, Cap, HookId, Misfire, Overlap, Phase, Principal, RunId, StartCause, Task, TaskId, TaskSchedule,
    TaskState, TaskTrigger, Timestamp, UserId,
};

use super::inbound_events::event;
use super::world::{LEASE, World, at_once, ending, fence, now, session, uuid};
use crate::viewer::ACCESS;
use crate::{
    AuditFilter, Created, Fired, Firing, InboundEventWrite, NewInboundEvent, NewOrganizationSession, NewRun, Page,
    SkippedDue, Store, TaskFilter, Viewer,
};

/// More tasks than any test makes.
const MOST: i64 = 1000;
const ALL: Page = Page { limit: 100, offset: 0 };

fn seconds(time: Timestamp, count: u64) -> Timestamp {
    time.checked_add(Duration::from_secs(count)).unwrap()
}

/// A task that is due now.
pub fn task(world: &World) -> Task {
    Task {
        id: TaskId(uuid()),
        tenant_id: world.tenant,
        owner_id: world.user,
        parent_id: None,
        agent_id: world.agent,
        title: "report".to_owned(),
        prompt: "write it".to_owned(),
        schedule: Some(TaskSchedule::Cron { cron: "0 9 * * 1".to_owned(), timezone: "Europe/Moscow".to_owned() }),
        trigger: Some(TaskTrigger { service: "github".to_owned(), kind: "push".to_owned() }),
        overlap: Overlap::Skip,
        misfire: Misfire::RunOnce,
        budget: Cap { tokens: Some(1000), nano_usd: None },
        state: TaskState::Active,
        next_run_at: Some(now()),
        skipped: None,
        acts_for: Principal {
            user_id: world.user,
            api_key_id: None,
            client_id: None,
            scopes: vec!["runs:write".to_owned()],
        },
        version: 1,
        created_at: now(),
        updated_at: None,
    }
}

async fn makes(world: &World, task: &Task) -> Task {
    world.store.create_task(task.clone(), MOST, world.audit("task.create")).await.unwrap().unwrap()
}

async fn finds(world: &World, task: TaskId) -> Task {
    world.store.find_task(&world.viewer(), task).await.unwrap().expect("the task is there")
}

/// The time that is taken, and the one a second later.
fn takes(due_at: Timestamp) -> SkippedDue {
    SkippedDue { due_at, next_at: Some(seconds(due_at, 1)), state: TaskState::Active }
}

fn firing(world: &World, task: &Task, takes: Option<SkippedDue>) -> Firing {
    let name = uuid().to_string();
    let run = NewRun { visibility: artel_domain::Visibility::Private, ..world.new_run(&name) };
    let new = NewOrganizationSession {
        id: session(&name),
        tenant_id: world.tenant,
        owner_id: world.user,
        agent_id: world.agent,
        title: task.title.clone(),
        metadata: None,
        at: now(),
    };
    Firing {
        tenant_id: world.tenant,
        task_id: task.id,
        cause: if takes.is_some() { StartCause::Schedule } else { StartCause::Hand },
        takes,
        event: None,
        call: None,
        overlap: task.overlap,
        budget: task.budget,
        session: new,
        session_audit: world.audit("session.create"),
        run,
        run_audit: world.audit("run.create"),
        cancel_audit: world.audit("run.cancel"),
    }
}

async fn fires(world: &World, firing: Firing) -> RunId {
    match world.store.fire_task(firing).await.unwrap() {
        Fired::Run(run) => run.id,
        other => panic!("nothing was started: {other:?}"),
    }
}

/// An event that triggers [`task`].
pub fn push(world: &World) -> NewInboundEvent {
    let mut new = event(world, HookId(uuid()), "github", 1);
    new.kind = Some("push".to_owned());
    new
}

async fn actions(world: &World) -> Vec<String> {
    let filter = AuditFilter { limit: 100, ..AuditFilter::default() };
    let rows = world.store.list_audit(&Viewer::service(world.tenant), filter).await.unwrap();
    rows.into_iter().rev().map(|row| row.action).filter(|action| action != "agent.create").collect()
}

/// Drives the run to this end.
async fn ends(world: &World, run: RunId, phase: Phase) {
    let claim = world.claims("worker", LEASE).await.expect("the run can be claimed");
    assert_eq!(claim.run.id, run);
    world.store.commit(&fence(&claim.run), ending(claim.first_seq, phase)).await.unwrap();
}

pub async fn a_task_is_kept_listed_changed_and_deleted(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let made = makes(&world, &task(&world)).await;
    let again = Task { title: "another".to_owned(), ..made.clone() };
    assert_eq!(makes(&world, &again).await, made, "a retried request");
    assert_eq!(finds(&world, made.id).await, made);
    let changed = Task { title: "news".to_owned(), schedule: None, trigger: None, next_run_at: None, ..made.clone() };
    let change = async |task: Task, moves| {
        world.store.update_task(&world.viewer(), task, moves, world.audit("task.update")).await.unwrap()
    };
    let kept = change(changed.clone(), false).await.unwrap();
    assert_eq!((kept.next_run_at, kept.version, kept.title.as_str()), (made.next_run_at, 2, "news"));
    assert_eq!(change(changed.clone(), true).await, None, "of an older version");
    let paused = Task { state: TaskState::Paused, ..Task { version: 2, ..changed } };
    let paused = change(paused, true).await.unwrap();
    assert_eq!((paused.next_run_at, paused.state), (None, TaskState::Paused));
    let listed = async |state| {
        let filter = TaskFilter { state, parent_id: None };
        store.list_tasks(&world.viewer(), filter, ALL).await.unwrap()
    };
    assert_eq!(listed(Some(TaskState::Paused)).await, (vec![paused.clone()], 1));
    assert_eq!(listed(Some(TaskState::Active)).await, (vec![], 0));
    let follows = makes(&world, &Task { parent_id: Some(made.id), ..task(&world) }).await;
    assert_eq!(listed(None).await.1, 2);
    assert!(store.delete_task(&world.viewer(), made.id, world.audit("task.delete")).await.unwrap());
    assert!(!store.delete_task(&world.viewer(), made.id, world.audit("task.delete")).await.unwrap());
    assert_eq!(store.find_task(&world.viewer(), follows.id).await.unwrap(), None, "what follows goes with it");
    let colleague = Viewer::user(world.tenant, UserId(uuid()));
    let gone = async |viewer: &Viewer, task| store.find_deleted_task(viewer, task).await.unwrap().map(|task| task.id);
    for task in [made.id, follows.id] {
        assert_eq!((gone(&world.viewer(), task).await, gone(&colleague, task).await), (Some(task), None));
    }
    let there = makes(&world, &Task { next_run_at: None, ..task(&world) }).await;
    assert_eq!(gone(&world.viewer(), there.id).await, None);
    let due = store.due_tasks(seconds(now(), 60), 10).await.unwrap();
    assert_eq!(due, [], "what is deleted never comes");
    let rows = ["task.create", "task.update", "task.update", "task.create", "task.delete", "task.create"];
    assert_eq!(actions(&world).await, rows);
}

/// On a database with many writers, both find nothing there.
pub async fn retried_creates_of_a_task_at_once_make_one(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    for _ in 0..10 {
        let new = task(&world);
        let made = at_once((0..4).map(|number| {
            let (world, title) = (world.clone(), format!("try {number}"));
            let new = Task { title, ..new.clone() };
            async move { world.store.create_task(new, MOST, world.audit("task.create")).await }
        }))
        .await;
        let kept = finds(&world, new.id).await;
        assert!(made.into_iter().all(|made| made.unwrap().as_ref() == Some(&kept)), "all get the one that is there");
    }
    assert_eq!(actions(&world).await.len(), 10);
}

/// The bound holds for everybody who makes tasks at the same time, and for each owner alone.
pub async fn an_owner_has_no_more_tasks_than_the_most(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let made = at_once((0..12).map(|_| {
        let (world, new) = (world.clone(), task(&world));
        async move { world.store.create_task(new, 3, world.audit("task.create")).await.unwrap() }
    }))
    .await;
    assert_eq!(made.iter().flatten().count(), 3);
    assert_eq!(actions(&world).await.len(), 3);
    let (_, total) = store.list_tasks(&world.viewer(), TaskFilter::default(), ALL).await.unwrap();
    assert_eq!(total, 3);
    let known = made.into_iter().flatten().next().unwrap();
    let again = store.create_task(known.clone(), 3, world.audit("task.create")).await.unwrap();
    assert_eq!(again, Some(known.clone()), "a retried request meets what it made");
    let other = World::new(&store).await;
    assert!(other.store.create_task(task(&other), 3, other.audit("task.create")).await.unwrap().is_some());
    assert!(store.delete_task(&world.viewer(), known.id, world.audit("task.delete")).await.unwrap());
    let freed = store.create_task(task(&world), 3, world.audit("task.create")).await.unwrap();
    assert!(freed.is_some(), "what was deleted does not count");
}

/// A creation that is repeated with the id of a deleted task meets its row.
pub async fn the_row_of_a_deleted_task_stays(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let made = makes(&world, &task(&world)).await;
    assert!(store.delete_task(&world.viewer(), made.id, world.audit("task.delete")).await.unwrap());
    let again = Task { title: "another".to_owned(), ..made.clone() };
    assert_eq!(makes(&world, &again).await.title, "report");
    assert_eq!(store.find_task(&world.viewer(), made.id).await.unwrap(), None, "and nobody finds it");
    assert_eq!(actions(&world).await, ["task.create", "task.delete"]);
}

/// Of private sessions: each leaves a row that its owner finds.
pub async fn an_administrator_who_reads_executions_leaves_rows(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let made = makes(&world, &task(&world)).await;
    for overlap in [Overlap::Queue, Overlap::CancelPrevious] {
        fires(&world, Firing { overlap, ..firing(&world, &made, None) }).await;
    }
    let (executions, _) = store.list_executions(&world.viewer(), made.id, None, ALL).await.unwrap();
    let looked = async || {
        let filter = AuditFilter { action: Some(ACCESS.to_owned()), limit: 100, ..AuditFilter::default() };
        let rows = store.list_audit(&world.viewer(), filter).await.unwrap();
        rows.into_iter().map(|row| row.entity_id).collect::<BTreeSet<_>>()
    };
    assert_eq!(looked().await.len(), 0, "the owner leaves none");
    let administrator = || {
        let audit = AuditEntry { entity_type: "session", ..world.audit(ACCESS) };
        Viewer::user(world.tenant, UserId(uuid())).as_administrator(audit)
    };
    let last = store.last_executions(&administrator(), &[made.id]).await.unwrap();
    assert_eq!(last, [executions[0].clone()]);
    assert_eq!(looked().await, BTreeSet::from([executions[0].session_id.0.clone()]));
    assert_eq!(store.list_executions(&administrator(), made.id, None, ALL).await.unwrap().0, executions);
    let sessions: BTreeSet<String> = executions.iter().map(|one| one.session_id.0.clone()).collect();
    assert_eq!((looked().await, sessions.len()), (sessions, 2));
}

/// A change that somebody made of what was read before does not undo it.
pub async fn a_start_that_ends_or_pauses_a_task_raises_its_version(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (made, due_at) = (makes(&world, &task(&world)).await, now());
    let made = Task { next_run_at: Some(due_at), id: TaskId(uuid()), ..made };
    let made = makes(&world, &made).await;
    assert!(store.skip_due(world.tenant, made.id, takes(due_at), "missed").await.unwrap());
    assert_eq!(finds(&world, made.id).await.version, 1, "the next time is nobody's change");
    let over = SkippedDue { due_at: seconds(due_at, 1), next_at: None, state: TaskState::Paused };
    assert!(store.skip_due(world.tenant, made.id, over, "no access").await.unwrap());
    assert_eq!(finds(&world, made.id).await.version, 2);
    let stale = store.update_task(&world.viewer(), made.clone(), false, world.audit("task.update")).await.unwrap();
    assert_eq!(stale, None);
    let once = makes(&world, &Task { id: TaskId(uuid()), ..made }).await;
    let taken = SkippedDue { due_at, next_at: None, state: TaskState::Done };
    fires(&world, firing(&world, &once, Some(taken))).await;
    let done = finds(&world, once.id).await;
    assert_eq!((done.state, done.version), (TaskState::Done, 2));
}

/// Those of one tenant come after the first ones of the others, those of one user after the first ones of their
/// colleagues.
pub async fn due_tasks_are_shared_out(store: Arc<dyn Store>) {
    let (ada, bob) = (World::new(&store).await, World::new(&store).await);
    let due = |world: &World, second| Task { next_run_at: Some(seconds(now(), second)), ..task(world) };
    let mut first = Vec::new();
    for second in 0..5 {
        first.push(makes(&ada, &due(&ada, second)).await.id);
    }
    let colleague = World { user: UserId(uuid()), ..ada.clone() };
    let theirs = makes(&ada, &due(&colleague, 10)).await.id;
    let (foreign, late) = (makes(&bob, &due(&bob, 11)).await.id, makes(&bob, &due(&bob, 12)).await.id);
    let found = store.due_tasks(seconds(now(), 60), 5).await.unwrap();
    let found: Vec<TaskId> = found.iter().map(|task| task.id).collect();
    assert_eq!(found, [first[0], foreign, theirs, late, first[1]]);
}

pub async fn a_due_task_that_is_put_back_waits(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let made = makes(&world, &task(&world)).await;
    let due = async |at| store.due_tasks(at, 10).await.unwrap().len();
    store.put_back_task(world.tenant, made.id, seconds(now(), 60)).await.unwrap();
    assert_eq!((due(seconds(now(), 50)).await, due(seconds(now(), 61)).await), (0, 1));
    assert_eq!(finds(&world, made.id).await, made, "its time is what it was");
    let moved = Task { next_run_at: Some(seconds(now(), 1)), ..made.clone() };
    store.update_task(&world.viewer(), moved, true, world.audit("task.update")).await.unwrap().unwrap();
    assert_eq!(due(seconds(now(), 2)).await, 1, "another time is looked at when it comes");
    store.record_inbound_event(push(&world)).await.unwrap();
    let start = store.event_starts(now(), 10).await.unwrap().pop().unwrap();
    store.put_back_event(&start, seconds(now(), 60)).await.unwrap();
    let starts = async |at| store.event_starts(at, 10).await.unwrap().len();
    assert_eq!((starts(seconds(now(), 50)).await, starts(seconds(now(), 61)).await), (0, 1));
}

pub async fn a_task_is_its_owners(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    let made = makes(&world, &task(&world)).await;
    fires(&world, firing(&world, &made, None)).await;
    let colleague = Viewer::user(world.tenant, other.user);
    for viewer in [&colleague, &other.viewer(), &Viewer::service(other.tenant)] {
        assert_eq!(store.find_task(viewer, made.id).await.unwrap(), None);
        assert_eq!(store.list_tasks(viewer, TaskFilter::default(), ALL).await.unwrap(), (vec![], 0));
        let change = store.update_task(viewer, made.clone(), true, world.audit("task.update")).await.unwrap();
        assert_eq!(change, None);
        assert!(!store.delete_task(viewer, made.id, world.audit("task.delete")).await.unwrap());
        assert_eq!(store.list_executions(viewer, made.id, None, ALL).await.unwrap(), (vec![], 0));
        assert_eq!(store.summarise_executions(viewer, made.id).await.unwrap().open, 0);
    }
    assert_eq!(store.last_executions(&other.viewer(), &[made.id]).await.unwrap(), []);
    let foreign = Firing { tenant_id: other.tenant, ..firing(&other, &made, None) };
    assert_eq!(store.fire_task(foreign).await.unwrap(), Fired::Stale);
    let service = Viewer::service(world.tenant);
    assert_eq!(store.find_task(&service, made.id).await.unwrap(), Some(made.clone()));
    assert_eq!(store.list_executions(&service, made.id, None, ALL).await.unwrap().1, 1);
}

pub async fn a_due_time_is_taken_with_its_run(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let made = makes(&world, &task(&world)).await;
    let due_at = made.next_run_at.unwrap();
    assert_eq!(store.due_tasks(seconds(due_at, 0), 10).await.unwrap(), std::slice::from_ref(&made));
    let asked = firing(&world, &made, Some(takes(due_at)));
    let run = fires(&world, asked.clone()).await;
    assert_eq!(fires(&world, asked).await, run, "a retried request");
    let next = seconds(due_at, 1);
    assert_eq!(finds(&world, made.id).await.next_run_at, Some(next));
    let late = firing(&world, &made, Some(takes(due_at)));
    assert_eq!(store.fire_task(late).await.unwrap(), Fired::Stale);
    let (executions, total) = store.list_executions(&world.viewer(), made.id, None, ALL).await.unwrap();
    let execution = &executions[0];
    assert_eq!((total, execution.run_id, execution.due_at, execution.phase), (1, run, due_at, Phase::Queued));
    assert_eq!(store.last_executions(&world.viewer(), &[made.id]).await.unwrap(), executions);
    let session = store.find_organization_session(&world.viewer(), &execution.session_id).await.unwrap().unwrap();
    assert_eq!((session.title.as_deref(), session.owner_id), (Some("report"), Some(world.user)));
    let claim = world.claims("worker", LEASE).await.unwrap();
    let record = store.load_turn(&fence(&claim.run), 10).await.unwrap();
    let of = record.task.map(|of| (of.task_id, of.budget));
    assert_eq!((of, record.in_organization), (Some((made.id, made.budget)), true));
    assert_eq!(actions(&world).await, ["task.create", "run.create", "session.create"]);
}

/// Three processes that know nothing of each other, over 500 due times.
pub async fn of_three_processes_one_takes_each_due_time(store: Arc<dyn Store>) {
    const TIMES: u64 = 500;
    let world = World::new(&store).await;
    let first = seconds(now(), 0);
    let made = makes(&world, &Task { overlap: Overlap::CancelPrevious, ..task(&world) }).await;
    let first = made.next_run_at.unwrap_or(first);
    let last = seconds(first, TIMES - 1);
    let process = || {
        let world = world.clone();
        async move {
            let mut fired = 0;
            while let Some(task) = world.store.due_tasks(last, 1).await.unwrap().pop() {
                let taken = takes(task.next_run_at.unwrap());
                let asked = firing(&world, &task, Some(taken));
                fired += u64::from(matches!(world.store.fire_task(asked).await.unwrap(), Fired::Run(_)));
            }
            fired
        }
    };
    let fired = at_once((0..3).map(|_| process())).await;
    assert_eq!(fired.iter().sum::<u64>(), TIMES, "{fired:?}");
    let mut due = BTreeSet::new();
    for page in 0..5 {
        let page = Page { limit: 100, offset: page * 100 };
        let (found, total) = store.list_executions(&world.viewer(), made.id, None, page).await.unwrap();
        assert_eq!(total, TIMES as i64);
        due.extend(found.iter().map(|execution| execution.due_at));
    }
    let expected: BTreeSet<Timestamp> = (0..TIMES).map(|second| seconds(first, second)).collect();
    assert_eq!(due, expected);
}

pub async fn a_start_that_meets_an_open_execution_obeys_the_rule(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let made = makes(&world, &task(&world)).await;
    let due_at = made.next_run_at.unwrap();
    let first = fires(&world, firing(&world, &made, Some(takes(due_at)))).await;
    let second = firing(&world, &made, Some(takes(seconds(due_at, 1))));
    assert_eq!(store.fire_task(second.clone()).await.unwrap(), Fired::Overlaps);
    assert_eq!(finds(&world, made.id).await.next_run_at, Some(seconds(due_at, 1)), "nothing is taken");
    let queued = fires(&world, Firing { overlap: Overlap::Queue, ..second }).await;
    assert_eq!(world.finds(queued).await.session_id, world.finds(first).await.session_id);
    assert_eq!(world.claims_up_to(10, "worker", LEASE).await.len(), 1, "one after the other");
    let third = firing(&world, &made, Some(takes(seconds(due_at, 2))));
    let third = fires(&world, Firing { overlap: Overlap::CancelPrevious, ..third }).await;
    let is_cancelled = async |run| world.finds(run).await.cancel_requested;
    assert_eq!((is_cancelled(first).await, is_cancelled(queued).await, is_cancelled(third).await), (true, true, false));
}

/// However often a call is made: the first one's run.
pub async fn a_call_starts_one_execution(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let made = makes(&world, &Task { overlap: Overlap::Queue, ..task(&world) }).await;
    let call = Some(CallId(uuid()));
    let runs = at_once((0..4).map(|_| {
        let (world, asked) = (world.clone(), Firing { call, ..firing(&world, &made, None) });
        async move { fires(&world, asked).await }
    }))
    .await;
    assert!(runs.iter().all(|run| *run == runs[0]), "{runs:?}");
    let found =
        async |tenant, run, call| store.find_started_execution(tenant, run, call).await.unwrap().map(|run| run.id);
    let nothing = RunId(uuid());
    assert_eq!(found(world.tenant, nothing, call).await, Some(runs[0]));
    assert_eq!(found(world.tenant, runs[0], None).await, Some(runs[0]));
    assert_eq!(found(world.tenant, nothing, None).await, None);
    assert_eq!(found(World::new(&store).await.tenant, runs[0], call).await, None);
    let other = world.starts("no execution").await;
    assert_eq!(found(world.tenant, other.id, None).await, None);
    let another = Firing { call: Some(CallId(uuid())), ..firing(&world, &made, None) };
    assert_ne!(fires(&world, another).await, runs[0]);
}

pub async fn a_full_queue_takes_nothing_and_one_whose_session_is_gone_is_left(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let made = makes(&world, &Task { overlap: Overlap::Queue, ..task(&world) }).await;
    let first = world.finds(fires(&world, firing(&world, &made, None)).await).await;
    let second = world.finds(fires(&world, firing(&world, &made, None)).await).await;
    assert_eq!(second.session_id, first.session_id);
    assert_eq!(world.claims("worker", LEASE).await.unwrap().run.id, first.id, "its worker is told, and takes a while");
    assert!(store.end_session(&world.viewer(), &first.session_id, world.audit("session.delete")).await.unwrap());
    let third = world.finds(fires(&world, firing(&world, &made, None)).await).await;
    assert_ne!(third.session_id, first.session_id, "nobody looks into what is deleted");
    let fourth = world.finds(fires(&world, firing(&world, &made, None)).await).await;
    assert_eq!(fourth.session_id, third.session_id);
    let open = store.summarise_executions(&world.viewer(), made.id).await.unwrap().open;
    for _ in open..crate::tasks::LONGEST_QUEUE {
        fires(&world, firing(&world, &made, None)).await;
    }
    assert_eq!(store.fire_task(firing(&world, &made, None)).await.unwrap(), Fired::QueueIsFull);
}

pub async fn a_refused_execution_takes_nothing(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let made = makes(&world, &task(&world)).await;
    let due_at = made.next_run_at.unwrap();
    store.delete_agent(&world.viewer(), world.agent, world.audit("agent.delete")).await.unwrap();
    let asked = firing(&world, &made, Some(takes(due_at)));
    let name = asked.session.id.clone();
    assert_eq!(store.fire_task(asked).await.unwrap(), Fired::Refused(Created::AgentMissing));
    assert_eq!(store.find_session(&world.viewer(), &name).await.unwrap(), None);
    assert_eq!(finds(&world, made.id).await, made);
    let over = SkippedDue { due_at, next_at: None, state: TaskState::Paused };
    let skip = async || store.skip_due(world.tenant, made.id, over, "the agent is gone").await.unwrap();
    assert!(skip().await && !skip().await, "once");
    let skipped = finds(&world, made.id).await;
    let why = skipped.skipped.map(|skipped| (skipped.due_at, skipped.reason));
    assert_eq!((skipped.state, skipped.next_run_at), (TaskState::Paused, None));
    assert_eq!(why, Some((due_at, "the agent is gone".to_owned())));
    assert_eq!(actions(&world).await, ["task.create", "agent.delete"]);
}

pub async fn what_follows_a_task_is_asked_for_once_each_time_it_succeeded(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let made = makes(&world, &Task { next_run_at: None, ..task(&world) }).await;
    let follows = Task { parent_id: Some(made.id), schedule: None, trigger: None, next_run_at: None, ..task(&world) };
    let follows = makes(&world, &follows).await;
    makes(&world, &Task { id: TaskId(uuid()), state: TaskState::Paused, ..follows.clone() }).await;
    for (phase, starts) in [(Phase::Failed, 0), (Phase::Succeeded, 1), (Phase::Succeeded, 2)] {
        let run = fires(&world, firing(&world, &made, None)).await;
        let settle = async || store.settle_executions(seconds(now(), 60), 10).await.unwrap();
        assert_eq!(settle().await, 0, "it is not over");
        ends(&world, run, phase).await;
        let mut settled = at_once((0..4).map(|_| {
            let store = store.clone();
            async move { store.settle_executions(now(), 10).await.unwrap() }
        }))
        .await;
        settled.sort_unstable();
        assert_eq!(settled, [0, 0, 0, 1]);
        let asked = store.event_starts(seconds(now(), 60), 10).await.unwrap();
        assert_eq!(asked.iter().map(|start| start.task.id).collect::<Vec<_>>(), vec![follows.id; starts], "{phase:?}");
    }
    let sum = store.summarise_executions(&world.viewer(), made.id).await.unwrap();
    assert_eq!((sum.open, sum.succeeded, sum.failed, sum.cancelled), (0, 2, 1, 0));
}

pub async fn an_event_asks_each_task_that_it_triggers_for_one_start(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    let made = makes(&world, &task(&world)).await;
    let another = Some(TaskTrigger { service: "github".to_owned(), kind: "release".to_owned() });
    makes(&world, &Task { trigger: another, ..task(&world) }).await;
    makes(&world, &Task { state: TaskState::Paused, ..task(&world) }).await;
    makes(&other, &task(&other)).await;
    let event = push(&world);
    assert_eq!(store.record_inbound_event(event.clone()).await.unwrap(), InboundEventWrite::Done);
    assert_eq!(store.record_inbound_event(event.clone()).await.unwrap(), InboundEventWrite::Known);
    let asked = store.event_starts(now(), 10).await.unwrap();
    let start = asked.first().unwrap().clone();
    let facts = (start.task.id, start.event_id, start.received_at);
    assert_eq!((asked.len(), facts), (1, (made.id, event.id, event.received_at)));
    let fired = at_once((0..4).map(|_| {
        let (world, start) = (world.clone(), start.clone());
        async move {
            let asked = Firing { event: Some(start.event_id), ..firing(&world, &start.task, None) };
            world.store.fire_task(asked).await.unwrap()
        }
    }))
    .await;
    assert_eq!(fired.iter().filter(|fired| matches!(fired, Fired::Run(_))).count(), 1, "{fired:?}");
    assert_eq!(store.event_starts(now(), 10).await.unwrap(), []);
    let again = push(&world);
    assert_eq!(store.record_inbound_event(again).await.unwrap(), InboundEventWrite::Done);
    let start = store.event_starts(now(), 10).await.unwrap().pop().unwrap();
    assert!(store.skip_event(&start, "no", false).await.unwrap());
    assert!(!store.skip_event(&start, "no", false).await.unwrap());
    let found = finds(&world, made.id).await;
    assert_eq!((found.skipped.map(|skipped| skipped.reason), found.state), (Some("no".to_owned()), TaskState::Active));
    for _ in 0..3 {
        store.record_inbound_event(push(&world)).await.unwrap();
    }
    let start = store.event_starts(now(), 10).await.unwrap().pop().unwrap();
    assert!(store.skip_event(&start, "never again", true).await.unwrap());
    let found = finds(&world, made.id).await;
    assert_eq!((found.state, found.next_run_at, found.version), (TaskState::Paused, None, 2));
    assert_eq!(store.event_starts(now(), 10).await.unwrap(), [], "the others with it");
}
