use std::ops::Range;
use std::sync::Arc;

use artel_domain::{Artifact, Clock};
use artel_store::{ArtifactStart, FileStore, NewArtifact};
use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::{GetOptions, GetRange};

use crate::error::ArtifactError;
use crate::ground::Ground;
use crate::place::Place;
use crate::upload::Upload;

/// The bytes of a file as they come from their storage.
pub type ByteStream = BoxStream<'static, Result<Bytes, ArtifactError>>;

/// The files of all tenants. Cheap to clone.
#[derive(Clone)]
pub struct ArtifactFiles {
    pub(crate) ground: Ground,
}

/// What came of beginning a file.
pub enum Beginning {
    /// Write its bytes.
    Upload(Box<Upload>),
    /// An earlier attempt under this id was finished.
    Exists(Box<Artifact>),
}

impl ArtifactFiles {
    /// Files of any number.
    pub fn new(rows: Arc<dyn FileStore>, place: Place, clock: Arc<dyn Clock>) -> Self {
        Self { ground: Ground { rows, place, clock, most_of_tenant: None } }
    }

    /// The same, of at most so many bytes for each tenant.
    #[must_use]
    pub fn with_most_of_tenant(mut self, bytes: Option<u64>) -> Self {
        self.ground.most_of_tenant = bytes;
        self
    }

    /// Begins to store a file.
    ///
    /// # Errors
    /// [`ArtifactError::Taken`] when the id was deleted or is another user's.
    pub async fn begin(&self, new: NewArtifact) -> Result<Beginning, ArtifactError> {
        match self.ground.rows.begin_artifact(new.clone()).await? {
            ArtifactStart::Store => Ok(Beginning::Upload(Box::new(Upload::new(self.ground.clone(), &new)))),
            ArtifactStart::Exists(artifact) => Ok(Beginning::Exists(artifact)),
            ArtifactStart::Taken => Err(ArtifactError::Taken),
        }
    }

    /// The bytes of a file, or of a part of it.
    ///
    /// # Arguments
    /// * `range`: within the file and not empty; `None` for the whole file.
    ///
    /// # Errors
    /// [`ArtifactError::Lost`] when the storage does not have them.
    pub async fn read(&self, artifact: &Artifact, range: Option<Range<u64>>) -> Result<ByteStream, ArtifactError> {
        let path = self.ground.place.path(artifact.tenant_id, artifact.id, artifact.attempt);
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        let found = self.ground.place.objects.get_opts(&path, options).await?;
        Ok(found.into_stream().map_err(ArtifactError::from).boxed())
    }
}
