//! Where bytes are.

use std::path::{Path as Directory, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use artel_domain::{ArtifactId, TenantId, Timestamp};
use futures::TryStreamExt as _;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt as _};
use url::Url;
use uuid::Uuid;

use crate::error::ArtifactError;

/// A directory, or a bucket.
#[derive(Debug, Clone)]
pub struct Place {
    pub(crate) objects: Arc<dyn ObjectStore>,
    prefix: Path,
    /// Where the objects are files.
    directory: Option<PathBuf>,
}

impl Place {
    /// A directory of this machine. It is made when it is not there.
    ///
    /// # Errors
    /// When it cannot be made or read.
    pub fn directory(directory: &Directory) -> Result<Self, ArtifactError> {
        std::fs::create_dir_all(directory)?;
        let objects = LocalFileSystem::new_with_prefix(directory)?.with_automatic_cleanup(true).with_fsync(true);
        Ok(Self { objects: Arc::new(objects), prefix: Path::default(), directory: Some(directory.to_owned()) })
    }

    /// A bucket that speaks S3, such as `s3://bucket/prefix`. Keys, region and endpoint come from the variables that
    /// other S3 clients read too (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT`,
    /// `AWS_ALLOW_HTTP`). A `file://` URL is a directory.
    ///
    /// # Errors
    /// When the URL names neither.
    pub fn url(url: &Url) -> Result<Self, ArtifactError> {
        if url.scheme() == "file" {
            return Self::directory(Directory::new(url.path()));
        }
        let objects = AmazonS3Builder::from_env().with_url(url.as_str()).build()?;
        let prefix = Path::parse(url.path().trim_matches('/')).map_err(object_store::Error::from)?;
        Ok(Self { objects: Arc::new(objects), prefix, directory: None })
    }

    /// Where the bytes of an artifact are.
    ///
    /// FROZEN: an artifact of an earlier release, which has no attempt, is found under its id alone.
    pub(crate) fn path(&self, tenant: TenantId, artifact: ArtifactId, attempt: Option<Uuid>) -> Path {
        match attempt {
            Some(attempt) => self.attempts(tenant, artifact).join(attempt.to_string()),
            None => self.prefix.clone().join(tenant.to_string()).join(artifact.to_string()),
        }
    }

    /// Under which every attempt to store an artifact has its bytes.
    fn attempts(&self, tenant: TenantId, artifact: ArtifactId) -> Path {
        self.prefix.clone().join(tenant.to_string()).join(format!("{artifact}.attempts"))
    }

    /// Removes all bytes of an artifact that were written before `before`. Whoever does that late, after the id has
    /// come back, removes nothing of what was written since.
    pub(crate) async fn remove(&self, tenant: TenantId, artifact: ArtifactId, before: Timestamp) -> Result<(), Error> {
        delete(&*self.objects, &self.path(tenant, artifact, None)).await?;
        let attempts = self.attempts(tenant, artifact);
        let all: Vec<_> = self.objects.list(Some(&attempts)).try_collect().await?;
        for object in all.iter().filter(|object| object.last_modified.timestamp_micros() < before.as_microsecond()) {
            delete(&*self.objects, &object.location).await?;
        }
        if let Some(directory) = &self.directory {
            remove_unfinished(&directory.join(attempts.as_ref()), before);
        }
        Ok(())
    }
}

pub(crate) async fn delete(objects: &dyn ObjectStore, path: &Path) -> Result<(), Error> {
    match objects.delete(path).await {
        Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// An upload whose process died leaves a file that is no object yet, so that no list shows it.
fn remove_unfinished(directory: &Directory, before: Timestamp) {
    let Ok(files) = std::fs::read_dir(directory) else { return };
    for file in files.flatten() {
        let written = file.metadata().and_then(|file| file.modified()).ok();
        if written.is_some_and(|written| written < SystemTime::from(before)) {
            drop(std::fs::remove_file(file.path()));
        }
    }
    drop(std::fs::remove_dir(directory));
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use artel_domain::{Clock as _, SystemClock};

    use super::*;

    /// A sweeper that stood still while its file was removed by another and sent again goes on.
    #[tokio::test]
    async fn a_late_sweep_removes_nothing_that_was_written_since() {
        let directory = tempfile::tempdir().unwrap();
        let place = Place::directory(directory.path()).unwrap();
        let (tenant, artifact) = (TenantId(SystemClock.uuid()), ArtifactId(SystemClock.uuid()));
        let paths = [(); 2].map(|()| place.path(tenant, artifact, Some(SystemClock.uuid())));
        place.objects.put(&paths[0], "before".into()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
        let before = SystemClock.now();
        tokio::time::sleep(Duration::from_millis(20)).await;
        place.objects.put(&paths[1], "since".into()).await.unwrap();
        place.remove(tenant, artifact, before).await.unwrap();
        assert!(place.objects.head(&paths[0]).await.is_err());
        assert_eq!(place.objects.get(&paths[1]).await.unwrap().bytes().await.unwrap(), "since");
        place.remove(tenant, artifact, SystemClock.now()).await.unwrap();
        assert!(place.objects.head(&paths[1]).await.is_err());
    }
}
