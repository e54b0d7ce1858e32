//! Promises about workspaces: which artifact is at which path of a session.

use std::sync::Arc;

use artel_domain::{ArtifactId, SessionId, UserId, WorkspaceFile, WorkspacePath};

use super::world::{World, at_once, now, session, uuid};
use crate::viewer::ACCESS;
use crate::{ArtifactEnd, AuditFilter, NewArtifact, NewSession, Store, StoredBytes, Viewer, WorkspaceWrite};

/// A private session of the world's user, and who asks.
struct Desk {
    world: World,
    session: SessionId,
}

impl Desk {
    async fn new(store: &Arc<dyn Store>) -> Self {
        let world = World::new(store).await;
        let new = NewSession {
            id: session("desk"),
            tenant_id: world.tenant,
            user_id: world.user,
            agent_id: world.agent,
            title: None,
            metadata: None,
            system_prompt: None,
            at: now(),
        };
        let made = store.create_session(new, world.audit("session.create")).await.unwrap().unwrap();
        Self { world, session: made.id }
    }

    /// A stored artifact of the session.
    async fn artifact(&self, bytes: u64) -> ArtifactId {
        let (store, id) = (&self.world.store, ArtifactId(uuid()));
        let new = NewArtifact {
            id,
            tenant_id: self.world.tenant,
            owner_id: self.world.user,
            session_id: Some(self.session.clone()),
            kind: "workspace_file".to_owned(),
            is_ephemeral: true,
            at: now(),
        };
        store.begin_artifact(new).await.unwrap();
        let stored = StoredBytes {
            attempt: uuid(),
            title: None,
            media_type: "text/plain".to_owned(),
            bytes,
            sha256: "ab".repeat(32),
            at: now(),
            most_of_tenant: None,
        };
        let audit = self.world.audit("artifact.create");
        let end = store.finish_artifact(self.world.tenant, id, stored, audit).await.unwrap();
        assert!(matches!(end, ArtifactEnd::Stored(_)), "{end:?}");
        id
    }

    async fn puts(&self, viewer: &Viewer, text: &str, artifact: ArtifactId) -> WorkspaceWrite {
        let audit = self.world.audit("workspace.write");
        self.world.store.put_workspace_file(viewer, &self.session, &path(text), artifact, audit).await.unwrap()
    }

    async fn writes(&self, text: &str) -> ArtifactId {
        let artifact = self.artifact(3).await;
        let written = self.puts(&self.world.viewer(), text, artifact).await;
        assert!(matches!(written, WorkspaceWrite::Written { .. }), "{text}: {written:?}");
        artifact
    }

    async fn files(&self, viewer: &Viewer, directory: &str) -> Vec<String> {
        let directory = WorkspacePath::directory(directory).unwrap();
        let found = self.world.store.list_workspace_files(viewer, &self.session, directory.as_ref()).await.unwrap();
        found.into_iter().map(|file| file.path.to_string()).collect()
    }

    async fn finds(&self, viewer: &Viewer, text: &str) -> Option<WorkspaceFile> {
        self.world.store.find_workspace_file(viewer, &self.session, &path(text)).await.unwrap()
    }

    async fn deletes(&self, viewer: &Viewer, text: &str) -> bool {
        let audit = self.world.audit("workspace.delete");
        self.world.store.delete_workspace_file(viewer, &self.session, &path(text), audit).await.unwrap()
    }

    async fn has_artifact(&self, artifact: ArtifactId) -> bool {
        self.world.store.find_artifact(&self.world.viewer(), artifact).await.unwrap().is_some()
    }
}

fn path(text: &str) -> WorkspacePath {
    WorkspacePath::parse(text).unwrap()
}

pub async fn a_file_is_found_at_its_path_and_listed_under_its_directories(store: Arc<dyn Store>) {
    let desk = Desk::new(&store).await;
    let owner = desk.world.viewer();
    for text in ["b.txt", "a/1.txt", "a/2.txt", "a/deep/3.txt", "a0.txt", "отчёт.csv"] {
        desk.writes(text).await;
    }
    assert_eq!(desk.files(&owner, "").await, ["a/1.txt", "a/2.txt", "a/deep/3.txt", "a0.txt", "b.txt", "отчёт.csv"]);
    assert_eq!(desk.files(&owner, "a").await, ["a/1.txt", "a/2.txt", "a/deep/3.txt"]);
    assert_eq!(desk.files(&owner, "absent").await, [""; 0]);
    assert_eq!(desk.finds(&owner, "a/1.txt").await.unwrap().bytes, 3);
    assert_eq!(desk.finds(&owner, "a").await, None, "a directory is no file");
}

pub async fn a_new_file_at_a_path_takes_the_place_of_the_old_one(store: Arc<dyn Store>) {
    let desk = Desk::new(&store).await;
    let owner = desk.world.viewer();
    let first = desk.writes("a.txt").await;
    let second = desk.artifact(5).await;
    for _ in 0..2 {
        // Whoever did not hear the answer says it again.
        let written = desk.puts(&owner, "a.txt", second).await;
        assert!(matches!(written, WorkspaceWrite::Written { replaced: true, .. }), "{written:?}");
    }
    assert_eq!((desk.has_artifact(first).await, desk.has_artifact(second).await), (false, true));
    assert_eq!(desk.finds(&owner, "a.txt").await.map(|file| (file.artifact_id, file.bytes)), Some((second, 5)));
    assert!(desk.deletes(&owner, "a.txt").await);
    assert!(!desk.deletes(&owner, "a.txt").await);
    assert!(!desk.has_artifact(second).await);
    assert_eq!(desk.files(&owner, "").await, [""; 0]);
}

pub async fn a_path_is_a_file_or_a_directory(store: Arc<dyn Store>) {
    let desk = Desk::new(&store).await;
    let owner = desk.world.viewer();
    desk.writes("a/b").await;
    for text in ["a", "a/b/c", "a/b/c/d"] {
        let artifact = desk.artifact(1).await;
        assert_eq!(desk.puts(&owner, text, artifact).await, WorkspaceWrite::PathTaken, "{text}");
    }
    desk.writes("a/bc").await;
}

pub async fn a_workspace_has_at_most_a_gibibyte(store: Arc<dyn Store>) {
    let desk = Desk::new(&store).await;
    let (owner, half) = (desk.world.viewer(), crate::workspaces::MOST_BYTES / 2);
    for text in ["a", "b"] {
        let artifact = desk.artifact(half).await;
        assert!(matches!(desk.puts(&owner, text, artifact).await, WorkspaceWrite::Written { .. }));
    }
    let (one, same) = (desk.artifact(1).await, desk.artifact(half).await);
    assert_eq!(desk.puts(&owner, "c", one).await, WorkspaceWrite::TooManyBytes);
    assert!(matches!(desk.puts(&owner, "b", same).await, WorkspaceWrite::Written { replaced: true, .. }));
}

pub async fn of_many_writes_of_one_path_at_once_one_artifact_is_left(store: Arc<dyn Store>) {
    let desk = Arc::new(Desk::new(&store).await);
    let written = at_once((0..8).map(|_| {
        let desk = desk.clone();
        async move { desk.writes("a.txt").await }
    }))
    .await;
    let mut left = Vec::new();
    for artifact in written {
        if desk.has_artifact(artifact).await {
            left.push(artifact);
        }
    }
    let file = desk.finds(&desk.world.viewer(), "a.txt").await.unwrap();
    assert_eq!(left, [file.artifact_id]);
}

pub async fn an_artifact_of_elsewhere_is_put_nowhere(store: Arc<dyn Store>) {
    let (desk, other) = (Desk::new(&store).await, Desk::new(&store).await);
    let foreign = other.artifact(1).await;
    let owner = desk.world.viewer();
    assert_eq!(desk.puts(&owner, "a", foreign).await, WorkspaceWrite::ArtifactMissing);
    let own = desk.artifact(1).await;
    // The other tenant's session of the same name does not have it.
    assert_eq!(desk.puts(&other.world.viewer(), "a", own).await, WorkspaceWrite::ArtifactMissing);
    assert_eq!(other.files(&other.world.viewer(), "").await, [""; 0]);
}

pub async fn a_colleague_neither_sees_nor_changes_a_private_workspace(store: Arc<dyn Store>) {
    let desk = Desk::new(&store).await;
    let kept = desk.writes("secret.txt").await;
    let colleague = Viewer::user(desk.world.tenant, UserId(uuid()));
    assert_eq!(desk.files(&colleague, "").await, [""; 0]);
    assert_eq!(desk.finds(&colleague, "secret.txt").await, None);
    assert!(!desk.deletes(&colleague, "secret.txt").await);
    let artifact = desk.artifact(1).await;
    assert_eq!(desk.puts(&colleague, "b.txt", artifact).await, WorkspaceWrite::SessionMissing);
    assert!(desk.has_artifact(kept).await);
    let mut audit = desk.world.audit(ACCESS);
    audit.entity_type = "session";
    let administrator = colleague.as_administrator(audit);
    assert_eq!(desk.files(&administrator, "").await, ["secret.txt"]);
    let filter = AuditFilter { action: Some(ACCESS.to_owned()), limit: 10, ..AuditFilter::default() };
    let rows = store.list_audit(&Viewer::service(desk.world.tenant), filter).await.unwrap();
    assert_eq!(rows.len(), 1, "the look left a row");
}

pub async fn a_workspace_ends_with_its_session(store: Arc<dyn Store>) {
    let desk = Desk::new(&store).await;
    let owner = desk.world.viewer();
    desk.writes("a.txt").await;
    let late = desk.artifact(1).await;
    assert!(store.end_session(&owner, &desk.session, desk.world.audit("session.end")).await.unwrap());
    assert_eq!(desk.puts(&owner, "b.txt", late).await, WorkspaceWrite::SessionMissing);
    store.condemn_artifacts("2020-01-01T00:00:00Z".parse().unwrap(), 100).await.unwrap();
    assert_eq!(desk.files(&owner, "").await, [""; 0]);
}

pub async fn a_deleted_artifact_is_at_no_path(store: Arc<dyn Store>) {
    let desk = Desk::new(&store).await;
    let owner = desk.world.viewer();
    let gone = desk.writes("a").await;
    assert!(store.delete_artifact(&owner, gone, desk.world.audit("artifact.delete")).await.unwrap());
    assert_eq!(desk.finds(&owner, "a").await, None);
    assert!(!desk.deletes(&owner, "a").await, "there is nothing to delete");
    desk.writes("a/b").await;
    assert_eq!(desk.files(&owner, "").await, ["a/b"], "the path is free");
}
