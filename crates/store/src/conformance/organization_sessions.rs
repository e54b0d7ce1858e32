//! Promises about dialogues with an organisation's agents.

use std::sync::Arc;

use artel_domain::{Session, SessionId, UserId, Visibility};
use serde_json::json;

use super::world::{LEASE, World, fence, now, uuid};
use crate::{AuditFilter, NewOrganizationSession, OrganizationSessionFilter, Page, Store, Viewer};

const ALL: Page = Page { limit: 100, offset: 0 };

pub(super) fn titled(world: &World, title: &str) -> NewOrganizationSession {
    NewOrganizationSession {
        id: SessionId(uuid().to_string()),
        tenant_id: world.tenant,
        owner_id: world.user,
        agent_id: world.agent,
        title: title.to_owned(),
        metadata: Some(json!({ "from": "a test" })),
        at: now(),
    }
}

pub(super) async fn creates(world: &World, new: NewOrganizationSession) -> Option<Session> {
    world.store.create_organization_session(new, world.audit("session.create")).await.unwrap()
}

async fn titles(world: &World, viewer: &Viewer, filter: OrganizationSessionFilter) -> Vec<String> {
    let (page, total) = world.store.list_organization_sessions(viewer, filter, ALL).await.unwrap();
    assert_eq!(page.len() as i64, total);
    page.into_iter().filter_map(|session| session.title).collect()
}

pub async fn a_session_of_an_organisation_is_private_and_made_once(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let new = titled(&ada, "first");
    let made = creates(&ada, new.clone()).await.expect("the id is free");
    assert_eq!((made.owner_id, made.user_id, made.visibility), (Some(ada.user), None, Visibility::Private));
    assert_eq!(made.metadata, Some(json!({ "from": "a test" })));
    assert_eq!(creates(&ada, new.clone()).await, Some(made.clone()), "a retry finds it");
    let taken = NewOrganizationSession { owner_id: UserId(uuid()), ..new };
    assert_eq!(creates(&ada, taken).await, None);
    assert_eq!(store.find_organization_session(&ada.viewer(), &made.id).await.unwrap(), Some(made.clone()));
    let rows = store.list_audit(&ada.viewer(), AuditFilter { limit: 100, ..AuditFilter::default() }).await.unwrap();
    assert_eq!(rows.iter().filter(|row| row.action == "session.create").count(), 1);
    assert!(store.end_session(&ada.viewer(), &made.id, ada.audit("session.delete")).await.unwrap());
    assert_eq!(store.find_organization_session(&ada.viewer(), &made.id).await.unwrap(), None);
    assert_eq!(titles(&ada, &ada.viewer(), OrganizationSessionFilter::default()).await, [""; 0]);
}

pub async fn sessions_of_an_organisation_are_found_by_agent_and_title(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let other = ada.creates_agent("other").await.id;
    creates(&ada, titled(&ada, "Отчёт по продажам")).await.unwrap();
    creates(&ada, NewOrganizationSession { agent_id: other, ..titled(&ada, "100%_sure") }).await.unwrap();
    ada.starts("a run's own session").await;
    let all = OrganizationSessionFilter::default;
    assert_eq!(titles(&ada, &ada.viewer(), all()).await, ["100%_sure", "Отчёт по продажам"], "newest first");
    let of_other = OrganizationSessionFilter { agent_id: Some(other), ..all() };
    assert_eq!(titles(&ada, &ada.viewer(), of_other).await, ["100%_sure"]);
    let q = |q: &str| OrganizationSessionFilter { q: Some(q.to_owned()), ..all() };
    assert_eq!(titles(&ada, &ada.viewer(), q("ПРОДАЖ")).await, ["Отчёт по продажам"]);
    assert_eq!(titles(&ada, &ada.viewer(), q("%_")).await, ["100%_sure"], "a search is not a pattern");
    let second = Page { limit: 1, offset: 1 };
    let (page, total) = store.list_organization_sessions(&ada.viewer(), all(), second).await.unwrap();
    assert_eq!((page.len(), total), (1, 2));
}

pub async fn a_renamed_session_is_found_by_its_new_title(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let made = creates(&ada, titled(&ada, "before")).await.unwrap();
    let rename = async |viewer: &Viewer, title: &str| {
        let audit = ada.audit("session.rename");
        store.rename_organization_session(viewer, &made.id, title, audit).await.unwrap()
    };
    let renamed = rename(&ada.viewer(), "После").await.expect("it is theirs");
    assert_eq!(renamed.title.as_deref(), Some("После"));
    let filter = OrganizationSessionFilter { q: Some("после".to_owned()), ..OrganizationSessionFilter::default() };
    assert_eq!(titles(&ada, &ada.viewer(), filter).await, ["После"]);
    assert_eq!(rename(&Viewer::user(ada.tenant, UserId(uuid())), "stolen").await, None);
}

pub async fn a_session_of_an_organisation_is_absent_to_everybody_else(store: Arc<dyn Store>) {
    let (ada, bob) = (World::new(&store).await, World::new(&store).await);
    let made = creates(&ada, titled(&ada, "diary")).await.unwrap();
    let colleague = Viewer::user(ada.tenant, UserId(uuid()));
    for viewer in [&colleague, &bob.viewer(), &Viewer::service(bob.tenant)] {
        assert_eq!(store.find_organization_session(viewer, &made.id).await.unwrap(), None);
        assert_eq!(titles(&ada, viewer, OrganizationSessionFilter::default()).await, [""; 0]);
    }
    let admin = Viewer::user(ada.tenant, UserId(uuid())).as_administrator(ada.audit("session.access"));
    assert_eq!(titles(&ada, &admin, OrganizationSessionFilter::default()).await, ["diary"]);
    let rows = store.list_audit(&ada.viewer(), AuditFilter { limit: 100, ..AuditFilter::default() }).await.unwrap();
    assert_eq!(rows.iter().filter(|row| row.action == "session.access").count(), 1, "its owner can see who looked");
    assert_eq!(ada.store.find_organization_session(&ada.viewer(), &SessionId("x".to_owned())).await.unwrap(), None);
}

pub async fn a_worker_is_told_that_a_run_is_in_such_a_session(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let made = creates(&ada, titled(&ada, "first")).await.unwrap();
    ada.starts(&made.id.0).await;
    let claim = ada.claims("worker", LEASE).await.expect("the run can be claimed");
    assert!(store.load_turn(&fence(&claim.run), 10).await.unwrap().in_organization);
    let (_, other) = ada.drives("a run's own session").await;
    assert!(!store.load_turn(&other, 10).await.unwrap().in_organization);
}
