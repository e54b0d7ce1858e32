//! Where bytes are.

use std::path::Path as Directory;
use std::sync::Arc;

use artel_domain::{ArtifactId, TenantId};
use object_store::ObjectStore;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use url::Url;

use crate::error::ArtifactError;

/// A directory, or a bucket.
#[derive(Debug, Clone)]
pub struct Place {
    pub(crate) objects: Arc<dyn ObjectStore>,
    prefix: Path,
}

impl Place {
    /// A directory of this machine. It is made when it is not there.
    ///
    /// # Errors
    /// When it cannot be made or read.
    pub fn directory(directory: &Directory) -> Result<Self, ArtifactError> {
        std::fs::create_dir_all(directory)?;
        let objects = LocalFileSystem::new_with_prefix(directory)?.with_automatic_cleanup(true).with_fsync(true);
        Ok(Self { objects: Arc::new(objects), prefix: Path::default() })
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
        Ok(Self { objects: Arc::new(objects), prefix })
    }

    pub(crate) fn path(&self, tenant: TenantId, artifact: ArtifactId) -> Path {
        self.prefix.clone().join(tenant.to_string()).join(artifact.to_string())
    }
}
