//! Files from their first byte to their removal, in a real directory and a real store.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use artel_artifacts::{ArtifactError, ArtifactFiles, Beginning, LARGEST, Place, Upload};
use artel_domain::{Actor, Artifact, ArtifactId, AuditEntry, Clock, SystemClock, TenantId, UserId};
use artel_store::{Artifacts as _, Identities as _, NewArtifact, Viewer};
use artel_store_sqlite::{SqliteOptions, SqliteStore};
use futures::TryStreamExt as _;

struct World {
    files: ArtifactFiles,
    store: Arc<SqliteStore>,
    tenant: TenantId,
    user: UserId,
    directory: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let options = SqliteOptions::new(directory.path().join("artel.db").to_str().unwrap());
        let store = Arc::new(SqliteStore::open(&options).await.unwrap());
        let (tenant, user) = (TenantId(SystemClock.uuid()), UserId(SystemClock.uuid()));
        store.ensure_principal(tenant, user, SystemClock.now()).await.unwrap();
        let place = Place::directory(&directory.path().join("artifacts")).unwrap();
        let files = ArtifactFiles::new(store.clone(), place, Arc::new(SystemClock));
        Self { files, store, tenant, user, directory }
    }

    /// The same, with room for so many bytes.
    async fn with_room_for(bytes: u64) -> Self {
        let world = Self::new().await;
        Self { files: world.files.clone().with_most_of_tenant(Some(bytes)), ..world }
    }

    fn audit(&self) -> AuditEntry {
        AuditEntry {
            actor: Actor { user_id: Some(self.user), ..Actor::default() },
            action: "artifact.create",
            entity_type: "artifact",
            entity_id: String::new(),
            trace_id: String::new(),
            outcome: "ok".to_owned(),
            details: None,
            at: SystemClock.now(),
        }
    }

    fn new_artifact(&self) -> NewArtifact {
        NewArtifact {
            id: ArtifactId(SystemClock.uuid()),
            tenant_id: self.tenant,
            owner_id: self.user,
            session_id: None,
            kind: "file".to_owned(),
            is_ephemeral: false,
            at: SystemClock.now(),
        }
    }

    async fn upload(&self, new: NewArtifact) -> Upload {
        match self.files.begin(new).await.unwrap() {
            Beginning::Upload(upload) => *upload,
            Beginning::Exists(_) => panic!("it exists"),
        }
    }

    async fn stores(&self, bytes: &[u8]) -> Artifact {
        let mut upload = self.upload(self.new_artifact()).await;
        for piece in bytes.chunks(1024 * 1024) {
            upload.write(piece.to_vec().into()).await.unwrap();
        }
        upload.finish(Some("A file".to_owned()), None, self.audit()).await.unwrap()
    }

    async fn reads(&self, artifact: &Artifact, range: Option<std::ops::Range<u64>>) -> Vec<u8> {
        let pieces: Vec<_> = self.files.read(artifact, range).await.unwrap().try_collect().await.unwrap();
        pieces.concat()
    }

    /// Every file under the directory of artifacts.
    fn on_disk(&self) -> usize {
        fn count(directory: &std::path::Path) -> usize {
            let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
            entries.map(|path| if path.is_dir() { count(&path) } else { 1 }).sum()
        }
        count(&self.directory.path().join("artifacts"))
    }
}

#[tokio::test]
async fn a_file_for_which_there_is_no_room_leaves_nothing_and_may_be_sent_again() {
    let world = World::with_room_for(10).await;
    let first = world.stores(b"1234567").await;
    let new = world.new_artifact();
    for _ in 0..2 {
        let mut upload = world.upload(new.clone()).await;
        upload.write(b"1234".as_slice().into()).await.unwrap();
        let refused = upload.finish(None, None, world.audit()).await;
        assert!(matches!(refused, Err(ArtifactError::Full { used: 7, most: 10 })), "{refused:?}");
        assert_eq!(world.on_disk(), 1, "its bytes are gone");
    }
    assert!(world.store.delete_artifact(&Viewer::service(world.tenant), first.id, world.audit()).await.unwrap());
    let mut upload = world.upload(new).await;
    upload.write(b"1234".as_slice().into()).await.unwrap();
    assert_eq!(upload.finish(None, None, world.audit()).await.unwrap().bytes, 4);
}

#[tokio::test]
async fn a_file_comes_back_as_it_was_sent_whole_and_in_parts() {
    let world = World::new().await;
    let bytes: Vec<u8> = (0..7_000_000_u32).map(|at| (at % 251) as u8).collect();
    let artifact = world.stores(&bytes).await;
    assert_eq!((artifact.bytes, artifact.media_type.as_str()), (7_000_000, "application/octet-stream"));
    assert_eq!(world.reads(&artifact, None).await, bytes);
    assert_eq!(world.reads(&artifact, Some(5_000_000..5_000_010)).await, bytes[5_000_000..5_000_010]);
    let empty = world.stores(b"").await;
    assert_eq!((empty.bytes, world.reads(&empty, None).await.len()), (0, 0));
    assert_eq!(empty.sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

#[tokio::test]
async fn a_file_that_is_too_large_is_refused_while_it_comes_and_leaves_nothing() {
    let world = World::new().await;
    let mut upload = world.upload(world.new_artifact()).await;
    let piece = bytes::Bytes::from(vec![0; 4 * 1024 * 1024]);
    let mut written = 0;
    let refused = loop {
        match upload.write(piece.clone()).await {
            Ok(()) => written += piece.len() as u64,
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, ArtifactError::TooLarge), "{refused}");
    assert_eq!(written, LARGEST);
    drop(upload);
    assert_eq!(world.on_disk(), 0);
}

#[tokio::test]
async fn an_upload_that_was_broken_off_is_begun_again_under_its_id_and_a_finished_one_is_found() {
    let world = World::new().await;
    let new = world.new_artifact();
    let mut first = world.upload(new.clone()).await;
    first.write(vec![1; 6_000_000].into()).await.unwrap();
    drop(first);
    let mut second = world.upload(new.clone()).await;
    second.write(b"whole".to_vec().into()).await.unwrap();
    let made = second.finish(None, None, world.audit()).await.unwrap();
    assert_eq!(world.reads(&made, None).await, b"whole");
    assert!(matches!(world.files.begin(new).await.unwrap(), Beginning::Exists(found) if *found == made));
}

#[tokio::test]
async fn the_sweep_removes_the_bytes_of_what_was_deleted_and_nothing_else() {
    let world = World::new().await;
    let (gone, kept) = (world.stores(b"gone").await, world.stores(b"kept").await);
    let viewer = Viewer::user(world.tenant, world.user);
    assert!(world.store.delete_artifact(&viewer, gone.id, world.audit()).await.unwrap());
    assert_eq!(world.on_disk(), 2);
    assert_eq!(world.files.sweep().await.unwrap(), 1);
    assert_eq!((world.on_disk(), world.files.sweep().await.unwrap()), (1, 0));
    assert_eq!(world.reads(&kept, None).await, b"kept");
    assert!(matches!(world.files.read(&gone, None).await, Err(ArtifactError::Lost)));
}

#[tokio::test]
async fn of_two_uploads_under_one_id_the_first_that_ends_is_the_file_and_its_bytes_stay() {
    let world = World::new().await;
    let new = world.new_artifact();
    let (mut first, mut same, mut other) =
        (world.upload(new.clone()).await, world.upload(new.clone()).await, world.upload(new.clone()).await);
    for (upload, bytes) in [(&mut other, "other bytes"), (&mut first, "bytes"), (&mut same, "bytes")] {
        upload.write(bytes.into()).await.unwrap();
    }
    let made = first.finish(None, None, world.audit()).await.unwrap();
    assert_eq!(same.finish(None, None, world.audit()).await.unwrap(), made, "a retry that came beside it");
    let refused = other.finish(None, None, world.audit()).await;
    assert!(matches!(refused, Err(ArtifactError::Other)), "{refused:?}");
    assert_eq!(world.reads(&made, None).await, b"bytes");
    assert_eq!(world.on_disk(), 1);
}

#[tokio::test]
async fn what_a_process_wrote_that_died_goes_with_the_file() {
    let world = World::new().await;
    let made = world.stores(b"whole").await;
    let attempts = world.directory.path().join(format!("artifacts/{}/{}.attempts", made.tenant_id, made.id));
    std::fs::write(attempts.join("0#1"), b"ha").unwrap();
    let viewer = Viewer::user(world.tenant, world.user);
    assert!(world.store.delete_artifact(&viewer, made.id, world.audit()).await.unwrap());
    assert_eq!(world.files.sweep().await.unwrap(), 1);
    assert_eq!(world.on_disk(), 0);
}
