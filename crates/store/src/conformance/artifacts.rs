//! Promises about artifacts: files whose bytes are stored elsewhere.

use std::sync::Arc;

use artel_domain::{Artifact, ArtifactId, SessionId, Timestamp, UserId};

use super::world::{World, at_once, now, session, uuid};
use crate::viewer::ACCESS;
use crate::{ArtifactEnd, ArtifactStart, NewArtifact, NewSession, Store, StoredBytes, Viewer};

fn new(world: &World, in_session: Option<&SessionId>) -> NewArtifact {
    NewArtifact {
        id: ArtifactId(uuid()),
        tenant_id: world.tenant,
        owner_id: world.user,
        session_id: in_session.cloned(),
        kind: "file".to_owned(),
        is_ephemeral: false,
        at: now(),
    }
}

fn stored() -> StoredBytes {
    let (media_type, sha256) = ("image/png".to_owned(), "ab".repeat(32));
    StoredBytes {
        attempt: uuid(),
        title: Some("A picture".to_owned()),
        media_type,
        bytes: 7,
        sha256,
        at: now(),
        most_of_tenant: None,
    }
}

async fn ends(world: &World, id: ArtifactId, stored: StoredBytes) -> ArtifactEnd {
    world.store.finish_artifact(world.tenant, id, stored, world.audit("artifact.create")).await.unwrap()
}

async fn finishes(world: &World, id: ArtifactId) -> Option<Artifact> {
    match ends(world, id, stored()).await {
        ArtifactEnd::Stored(artifact) => Some(*artifact),
        ArtifactEnd::Gone => None,
        ArtifactEnd::Full { used } => panic!("full with {used} bytes"),
    }
}

async fn makes(world: &World, artifact: NewArtifact) -> Artifact {
    assert_eq!(world.store.begin_artifact(artifact.clone()).await.unwrap(), ArtifactStart::Store);
    finishes(world, artifact.id).await.unwrap()
}

async fn private_session(world: &World, name: &str) -> SessionId {
    let new = NewSession {
        id: session(name),
        tenant_id: world.tenant,
        user_id: world.user,
        agent_id: world.agent,
        title: None,
        metadata: None,
        system_prompt: None,
        at: now(),
    };
    world.store.create_session(new, world.audit("session.create")).await.unwrap().unwrap().id
}

fn colleague(world: &World) -> Viewer {
    Viewer::user(world.tenant, UserId(uuid()))
}

async fn condemned(world: &World, before: Timestamp) -> Vec<ArtifactId> {
    let all = world.store.condemn_artifacts(before, 100).await.unwrap();
    all.into_iter().filter(|(tenant, _)| *tenant == world.tenant).map(|(_, id)| id).collect()
}

fn long_ago() -> Timestamp {
    "2020-01-01T00:00:00Z".parse().unwrap()
}

pub async fn an_artifact_is_found_when_its_bytes_are_stored_and_as_it_was_stored(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let begun = new(&world, None);
    assert_eq!(store.begin_artifact(begun.clone()).await.unwrap(), ArtifactStart::Store);
    assert_eq!(store.find_artifact(&world.viewer(), begun.id).await.unwrap(), None);
    let made = finishes(&world, begun.id).await.unwrap();
    assert_eq!((made.kind.as_str(), made.title.as_deref()), ("file", Some("A picture")));
    assert_eq!((made.media_type.as_str(), made.bytes, made.ephemeral), ("image/png", 7, false));
    assert_eq!(store.find_artifact(&world.viewer(), begun.id).await.unwrap(), Some(made));
    let other = World::new(&store).await;
    assert_eq!(store.find_artifact(&other.viewer(), begun.id).await.unwrap(), None, "another tenant's");
}

pub async fn what_was_broken_off_may_be_begun_again_and_what_is_there_is_there(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let begun = new(&world, None);
    for _ in 0..2 {
        assert_eq!(store.begin_artifact(begun.clone()).await.unwrap(), ArtifactStart::Store);
    }
    let made = finishes(&world, begun.id).await.unwrap();
    assert_eq!(finishes(&world, begun.id).await, None, "it is finished once");
    assert_eq!(store.begin_artifact(begun.clone()).await.unwrap(), ArtifactStart::Exists(Box::new(made)));
    let foreign = NewArtifact { owner_id: UserId(uuid()), ..begun };
    assert_eq!(store.begin_artifact(foreign).await.unwrap(), ArtifactStart::Taken);
}

pub async fn of_many_who_finish_an_artifact_at_once_one_does(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let begun = new(&world, None);
    store.begin_artifact(begun.clone()).await.unwrap();
    let ends = at_once((0..10).map(|_| {
        let world = world.clone();
        async move { finishes(&world, begun.id).await }
    }))
    .await;
    assert_eq!(ends.iter().filter(|made| made.is_some()).count(), 1);
}

pub async fn a_tenants_artifacts_have_so_many_bytes_and_no_more(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    makes(&other, new(&other, None)).await;
    let of = |bytes, most| StoredBytes { bytes, most_of_tenant: Some(most), ..stored() };
    let begins = async || {
        let begun = new(&world, None);
        assert_eq!(store.begin_artifact(begun.clone()).await.unwrap(), ArtifactStart::Store);
        begun.id
    };
    let first = begins().await;
    assert!(matches!(ends(&world, first, of(60, 100)).await, ArtifactEnd::Stored(_)), "another tenant's do not count");
    let second = begins().await;
    assert_eq!(ends(&world, second, of(41, 100)).await, ArtifactEnd::Full { used: 60 });
    assert_eq!(store.find_artifact(&world.viewer(), second).await.unwrap(), None, "nothing changed");
    assert!(matches!(ends(&world, second, of(40, 100)).await, ArtifactEnd::Stored(_)), "as many as there is room for");
    assert_eq!(ends(&world, first, of(60, 100)).await, ArtifactEnd::Gone, "it is there already");
    let third = begins().await;
    assert!(store.delete_artifact(&world.viewer(), first, world.audit("artifact.delete")).await.unwrap());
    assert!(matches!(ends(&world, third, of(60, 100)).await, ArtifactEnd::Stored(_)), "a deleted one makes room");
}

pub async fn of_many_artifacts_at_once_no_more_are_stored_than_there_is_room_for(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let ended = at_once((0..10).map(|_| {
        let world = world.clone();
        async move {
            let begun = new(&world, None);
            world.store.begin_artifact(begun.clone()).await.unwrap();
            ends(&world, begun.id, StoredBytes { bytes: 30, most_of_tenant: Some(100), ..stored() }).await
        }
    }))
    .await;
    let kept = ended.iter().filter(|end| matches!(end, ArtifactEnd::Stored(_))).count();
    assert_eq!((kept, ended.len()), (3, 10), "{ended:?}");
}

pub async fn a_colleague_finds_no_artifact_of_a_private_session_and_deletes_none(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let private = private_session(&world, "mine").await;
    for artifact in [new(&world, None), new(&world, Some(&private))] {
        let made = makes(&world, artifact).await;
        let stranger = colleague(&world);
        assert_eq!(store.find_artifact(&stranger, made.id).await.unwrap(), None);
        assert!(!store.delete_artifact(&stranger, made.id, world.audit("artifact.delete")).await.unwrap());
        let service = Viewer::service(world.tenant);
        assert_eq!(store.find_artifact(&service, made.id).await.unwrap(), Some(made));
    }
}

pub async fn an_artifact_of_a_session_of_the_tenant_is_everybodys_in_it(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let run = world.starts("shared").await;
    let made = makes(&world, new(&world, Some(&run.session_id))).await;
    let friend = colleague(&world);
    assert_eq!(store.find_artifact(&friend, made.id).await.unwrap(), Some(made.clone()));
    assert!(store.delete_artifact(&friend, made.id, world.audit("artifact.delete")).await.unwrap());
    assert_eq!(store.find_artifact(&friend, made.id).await.unwrap(), None);
}

pub async fn an_administrators_look_at_a_private_artifact_leaves_a_row(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let private = private_session(&world, "mine").await;
    let made = makes(&world, new(&world, Some(&private))).await;
    let mut audit = world.audit(ACCESS);
    audit.entity_type = "session";
    let administrator = colleague(&world).as_administrator(audit);
    assert_eq!(store.find_artifact(&administrator, made.id).await.unwrap(), Some(made));
    let filter = crate::AuditFilter { action: Some(ACCESS.to_owned()), limit: 10, ..crate::AuditFilter::default() };
    let rows = store.list_audit(&Viewer::service(world.tenant), filter).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.entity_id.as_str()).collect::<Vec<_>>(), [private.0.as_str()]);
}

pub async fn a_deleted_artifact_is_swept_once_and_its_id_stays_taken_until_then(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let begun = new(&world, None);
    let made = makes(&world, begun.clone()).await;
    let kept = makes(&world, new(&world, None)).await;
    assert!(store.delete_artifact(&world.viewer(), made.id, world.audit("artifact.delete")).await.unwrap());
    assert!(!store.delete_artifact(&world.viewer(), made.id, world.audit("artifact.delete")).await.unwrap());
    assert_eq!(store.begin_artifact(begun).await.unwrap(), ArtifactStart::Taken);
    assert_eq!(condemned(&world, long_ago()).await, [made.id]);
    assert_eq!(condemned(&world, long_ago()).await, [made.id], "until its bytes are gone");
    assert_eq!(store.forget_artifacts(&[(world.tenant, made.id), (world.tenant, kept.id)]).await.unwrap(), 1);
    assert_eq!(condemned(&world, long_ago()).await, []);
    assert!(store.find_artifact(&world.viewer(), kept.id).await.unwrap().is_some());
}

pub async fn an_attempt_that_was_broken_off_long_ago_is_swept_and_cannot_be_finished(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let begun = new(&world, None);
    store.begin_artifact(begun.clone()).await.unwrap();
    assert_eq!(condemned(&world, long_ago()).await, [], "it is still under way");
    let later = now().checked_add(std::time::Duration::from_secs(1)).unwrap();
    assert_eq!(condemned(&world, later).await, [begun.id]);
    assert_eq!(finishes(&world, begun.id).await, None);
}

pub async fn an_ephemeral_artifact_goes_with_its_session(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let private = private_session(&world, "mine").await;
    let passing = makes(&world, NewArtifact { is_ephemeral: true, ..new(&world, Some(&private)) }).await;
    let lasting = makes(&world, new(&world, Some(&private))).await;
    assert_eq!(condemned(&world, long_ago()).await, []);
    assert!(store.end_session(&world.viewer(), &private, world.audit("session.end")).await.unwrap());
    for viewer in [world.viewer(), Viewer::service(world.tenant)] {
        assert_eq!(store.find_artifact(&viewer, passing.id).await.unwrap(), None, "before any sweep");
    }
    assert_eq!(condemned(&world, long_ago()).await, [passing.id]);
    assert_eq!(store.find_artifact(&world.viewer(), passing.id).await.unwrap(), None);
    assert!(store.find_artifact(&world.viewer(), lasting.id).await.unwrap().is_some());
}
