//! Promises about users' dialogues with the specialists, and about where users were seen.

use std::net::IpAddr;
use std::sync::Arc;

use artel_domain::{Basis, Phase, Run, Session, SessionId, Specialist, TenantId, Timestamp, UserId, Visibility};
use serde_json::json;

use super::runs::audited;
use super::world::{LAPSE, LEASE, SHORT_LEASE, World, at_once, ending, fence, now, session, uuid, writing};
use crate::{NewSession, Page, Presence, SessionChange, SessionFilter, Step, Store, StoreError, Viewer};

const ALL: Page = Page { limit: 100, offset: 0 };

pub(super) fn new_session(world: &World, id: &str) -> NewSession {
    NewSession {
        id: session(id),
        tenant_id: world.tenant,
        user_id: world.user,
        agent_id: world.agent,
        title: None,
        metadata: None,
        system_prompt: None,
        at: now(),
    }
}

async fn creates(world: &World, new: NewSession) -> Option<Session> {
    world.store.create_session(new, world.audit("session.create")).await.unwrap()
}

pub(super) async fn opens(world: &World, id: &str) -> Session {
    creates(world, new_session(world, id)).await.expect("the id is free")
}

async fn finds(world: &World, id: &str) -> Session {
    world.store.find_session(&world.viewer(), &session(id)).await.unwrap().expect("the session exists")
}

async fn ends(world: &World, id: &str) -> bool {
    world.store.end_session(&world.viewer(), &session(id), world.audit("session.end")).await.unwrap()
}

async fn changes(world: &World, fence: &crate::Fence, session: SessionChange) {
    world.store.commit(fence, Step { session, ..writing(Vec::new()) }).await.unwrap();
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(2_000_000_000 + seconds).unwrap()
}

fn ids(sessions: &[Session]) -> Vec<&str> {
    sessions.iter().map(|session| session.id.0.as_str()).collect()
}

pub async fn a_session_is_found_as_it_was_stored(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let new = NewSession {
        title: Some("Grüße, \"мир\" 🦀".to_owned()),
        metadata: Some(json!({"z": [1.0, null], "a": {"client": "ide"}})),
        system_prompt: Some("speak\nplainly".to_owned()),
        ..new_session(&world, "s")
    };
    let made = creates(&world, new.clone()).await.unwrap();
    let expected = Session {
        id: new.id,
        tenant_id: world.tenant,
        agent_id: world.agent,
        user_id: Some(world.user),
        owner_id: Some(world.user),
        visibility: Visibility::Private,
        title: new.title,
        description: None,
        metadata: new.metadata,
        system_prompt: new.system_prompt,
        specialist: None,
        is_pinned: false,
        message_count: 0,
        is_active: true,
        created_at: new.at,
        updated_at: new.at,
    };
    assert_eq!(made, expected);
    assert_eq!(finds(&world, "s").await, expected);
    assert_eq!(finds(&world, "s").await.metadata.unwrap().to_string(), r#"{"z":[1.0,null],"a":{"client":"ide"}}"#);
    assert_eq!(audited(&world, "session.create").await, 1);
}

pub async fn an_id_is_taken_once_by_its_user(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    let tries = at_once((0..20).map(|_| {
        let world = world.clone();
        async move { creates(&world, new_session(&world, "s")).await }
    }));
    assert_eq!(tries.await.into_iter().flatten().count(), 1);
    assert_eq!(audited(&world, "session.create").await, 1, "what changed nothing is not recorded");
    assert!(ends(&world, "s").await);
    assert_eq!(creates(&world, new_session(&world, "s")).await, None, "an ended one keeps its id");
    world.starts("of a run").await;
    assert_eq!(creates(&world, new_session(&world, "of a run")).await, None, "so does one that a run made");
    assert_eq!(finds(&world, "of a run").await.user_id, None);
    assert!(creates(&other, new_session(&other, "s")).await.is_some(), "another tenant has ids of its own");
}

pub async fn sessions_of_an_id_are_found_in_all_tenants_when_they_are_somebodys(store: Arc<dyn Store>) {
    let (world, other, third) = (World::new(&store).await, World::new(&store).await, World::new(&store).await);
    opens(&world, "s").await;
    opens(&other, "s").await;
    third.starts("s").await;
    let found = async |id: &str| store.find_sessions_by_id(&session(id)).await.unwrap();
    let mut tenants: Vec<TenantId> = found("s").await.iter().map(|session| session.tenant_id).collect();
    tenants.sort();
    let mut expected = vec![world.tenant, other.tenant];
    expected.sort();
    assert_eq!(tenants, expected);
    ends(&world, "s").await;
    assert_eq!(found("s").await, [finds(&other, "s").await], "an ended one stands for nobody");
    assert_eq!(found("absent").await, []);
}

pub async fn a_run_leaves_its_session_as_it_is(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let new =
        NewSession { title: Some("mine".to_owned()), system_prompt: Some("p".to_owned()), ..new_session(&world, "s") };
    let made = creates(&world, new).await.unwrap();
    let (claim, held) = world.drives("s").await;
    assert_eq!(claim.first_seq, 1);
    world.ends(&held, 3).await;
    assert_eq!(world.drives("s").await.0.first_seq, 3, "it numbers its entries like any other");
    let now_is = finds(&world, "s").await;
    assert!(now_is.updated_at > made.updated_at);
    assert_eq!(Session { updated_at: made.updated_at, ..now_is }, made);
}

pub async fn sessions_are_listed_by_their_newest_activity_page_by_page(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    for (id, seconds) in [("a", 1), ("b", 3), ("c", 2), ("d", 2)] {
        creates(&world, NewSession { at: at(seconds), ..new_session(&world, id) }).await.unwrap();
    }
    creates(&world, NewSession { user_id: UserId(uuid()), ..new_session(&world, "another user's") }).await.unwrap();
    world.starts("a run's").await;
    let list = async |active_only, page| {
        store.list_sessions(&world.viewer(), SessionFilter { active_only }, page).await.unwrap()
    };
    let (all, total) = list(false, ALL).await;
    assert_eq!((ids(&all), total), (vec!["b", "d", "c", "a"], 4));
    let (page, total) = list(false, Page { limit: 2, offset: 1 }).await;
    assert_eq!((ids(&page), total), (vec!["d", "c"], 4), "the total counts what is not on the page");
    assert_eq!(list(false, Page { limit: 2, offset: 9 }).await, (vec![], 4));

    let (claim, held) = world.drives("a").await;
    assert_eq!(claim.run.session_id, session("a run's"), "the oldest first");
    world.ends(&held, 1).await;
    let held = fence(&world.claims("worker", LEASE).await.unwrap().run);
    world
        .store
        .commit(
            &held,
            Step { session: SessionChange { messages: 1, ..SessionChange::default() }, at: at(9), ..Step::default() },
        )
        .await
        .unwrap();
    ends_at(&world, "b", at(4)).await;
    assert_eq!(ids(&list(false, ALL).await.0), ["a", "b", "d", "c"]);
    let (active, total) = list(true, ALL).await;
    assert_eq!((ids(&active), total), (vec!["a", "d", "c"], 3), "without those that were ended");

    let strangers = [(TenantId(uuid()), world.user), (world.tenant, UserId(uuid()))];
    for (tenant, user_id) in strangers {
        let stranger = Viewer::user(tenant, user_id);
        let seen = store.list_sessions(&stranger, SessionFilter { active_only: false }, ALL).await.unwrap();
        assert_eq!(seen, (vec![], 0));
    }
}

async fn ends_at(world: &World, id: &str, at: Timestamp) {
    let audit = artel_domain::AuditEntry { at, ..world.audit("session.end") };
    assert!(world.store.end_session(&world.viewer(), &session(id), audit).await.unwrap());
}

pub async fn a_session_is_renamed_by_its_tenant_while_it_lasts(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let made = opens(&world, "s").await;
    let rename = async |tenant, id: &str, title: &str| {
        let viewer = Viewer::user(tenant, world.user);
        store.rename_session(&viewer, &session(id), title, world.audit("session.rename")).await.unwrap()
    };
    let renamed = rename(world.tenant, "s", "plans").await.unwrap();
    assert_eq!(renamed.title.as_deref(), Some("plans"));
    assert_eq!(finds(&world, "s").await, renamed);
    assert_eq!(Session { title: None, updated_at: made.updated_at, ..renamed }, made);
    assert_eq!(rename(TenantId(uuid()), "s", "stolen").await, None);
    assert_eq!(rename(world.tenant, "absent", "x").await, None);
    ends(&world, "s").await;
    assert_eq!(rename(world.tenant, "s", "late").await, None);
    assert_eq!(finds(&world, "s").await.title.as_deref(), Some("plans"));
    assert_eq!(audited(&world, "session.rename").await, 1);
}

pub async fn an_ended_session_is_kept_and_its_open_runs_are_cancelled(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    for id in ["s", "asleep", "other"] {
        opens(&world, id).await;
    }
    let (over, held) = world.drives("s").await;
    world.ends(&held, 1).await;
    let (running, _) = world.drives("s").await;
    let queued = world.starts("s").await;
    let (asleep, held) = world.drives("asleep").await;
    store.commit(&held, ending(1, Phase::Waiting)).await.unwrap();
    let untouched = world.starts("other").await;
    assert!(
        !store
            .end_session(&Viewer::service(TenantId(uuid())), &session("s"), world.audit("session.end"))
            .await
            .unwrap()
    );
    assert!(ends(&world, "s").await && ends(&world, "asleep").await);
    assert!(!ends(&world, "s").await, "once");
    assert!(!ends(&world, "absent").await);

    let state = async |run: &Run| {
        let run = world.finds(run.id).await;
        (run.phase, run.cancel_requested)
    };
    assert_eq!(state(&over.run).await, (Phase::Succeeded, false));
    assert_eq!(state(&running.run).await, (Phase::Running, true));
    assert_eq!(state(&queued).await, (Phase::Queued, true));
    assert_eq!(state(&asleep.run).await, (Phase::Queued, true), "for somebody to end it");
    assert_eq!(state(&untouched).await, (Phase::Queued, false));
    assert!(!finds(&world, "s").await.is_active);
    assert_eq!(
        store.run_entries(&world.viewer(), over.run.id, 0, 10).await.unwrap().len(),
        0,
        "its records stay readable"
    );
    assert_eq!(audited(&world, "session.end").await, 2);
}

pub async fn a_step_changes_its_session_by_what_it_names(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    opens(&world, "s").await;
    let theirs = opens(&other, "s").await;
    let (_, held) = world.drives("s").await;
    let change = SessionChange {
        specialist: Some(Specialist::Coder),
        is_pinned: Some(true),
        title: Some("first words".to_owned()),
        messages: 2,
    };
    changes(&world, &held, change).await;
    let state = async || {
        let session = finds(&world, "s").await;
        (session.specialist, session.is_pinned, session.title.unwrap(), session.message_count)
    };
    assert_eq!(state().await, (Some(Specialist::Coder), true, "first words".to_owned(), 2));
    changes(
        &world,
        &held,
        SessionChange { title: Some("later words".to_owned()), messages: 3, ..SessionChange::default() },
    )
    .await;
    assert_eq!(
        state().await,
        (Some(Specialist::Coder), true, "first words".to_owned(), 5),
        "a title that is there stays"
    );
    changes(&world, &held, SessionChange { is_pinned: Some(false), ..SessionChange::default() }).await;
    assert_eq!(state().await, (Some(Specialist::Coder), false, "first words".to_owned(), 5));
    let end = SessionChange { specialist: Some(Specialist::Ask), messages: 1, ..SessionChange::default() };
    store.commit(&held, Step { session: end, ..ending(2, Phase::Succeeded) }).await.unwrap();
    assert_eq!(
        state().await,
        (Some(Specialist::Ask), false, "first words".to_owned(), 6),
        "also with the run's last step"
    );
    assert_eq!(finds(&other, "s").await, theirs);
}

pub async fn a_worker_that_lost_its_run_changes_no_session(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    opens(&world, "s").await;
    world.starts("s").await;
    let stale = world.claims("slow", SHORT_LEASE).await.unwrap();
    tokio::time::sleep(LAPSE).await;
    world.claims("quick", LEASE).await.unwrap();
    let before = finds(&world, "s").await;
    let session = SessionChange { messages: 1, ..SessionChange::default() };
    let late = store.commit(&fence(&stale.run), Step { session, ..writing(Vec::new()) }).await;
    assert!(matches!(late, Err(StoreError::Fenced)));
    assert_eq!(finds(&world, "s").await, before);
}

pub async fn a_user_was_present_where_and_when_they_were_seen(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    let ip = |text: &str| text.parse::<IpAddr>().unwrap();
    let (here, elsewhere) = (ip("203.0.113.7"), ip("2001:db8::1"));
    let was = async |tenant, user, ip, since| !store.find_presences(tenant, user, ip, since).await.unwrap().is_empty();
    let basis = Basis::of_user(world.tenant, world.user);
    let presence = Presence { basis, scopes: vec!["runs:read".to_owned()] };
    assert!(!was(world.tenant, world.user, here, at(0)).await);
    for seconds in [10, 5] {
        store.note_presence(&presence, here, at(seconds)).await.unwrap();
    }
    assert!(was(world.tenant, world.user, here, at(10)).await, "what is noted late does not set the clock back");
    assert!(!was(world.tenant, world.user, here, at(11)).await);
    assert!(
        was(world.tenant, world.user, ip("::ffff:203.0.113.7"), at(0)).await,
        "the same address, as a socket of both kinds tells it"
    );
    assert!(!was(world.tenant, world.user, elsewhere, at(0)).await);
    assert!(!was(world.tenant, UserId(uuid()), here, at(0)).await);
    assert!(!was(other.tenant, world.user, here, at(0)).await);

    store.note_presence(&presence, elsewhere, at(20)).await.unwrap();
    assert_eq!(store.forget_presence(at(10)).await.unwrap(), 0);
    assert_eq!(store.forget_presence(at(20)).await.unwrap(), 1);
    assert!(!was(world.tenant, world.user, here, at(0)).await);
    assert!(was(world.tenant, world.user, elsewhere, at(0)).await);
}

pub async fn an_id_may_be_any_text(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    for id in ["", "a b/..%00?", "Ünï🦀", "'; DROP TABLE sessions; --", &"x".repeat(2000)] {
        opens(&world, id).await;
        assert_eq!(finds(&world, id).await.id, SessionId(id.to_owned()));
    }
}
