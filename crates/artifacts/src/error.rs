use artel_store::StoreError;

/// Why bytes were not stored or read.
#[derive(Debug, thiserror::Error)]
pub enum ArtifactError {
    /// More than [`LARGEST`](crate::LARGEST).
    #[error("the file is larger than 100 MiB")]
    TooLarge,
    /// The id was deleted, or is another user's.
    #[error("the artifact's id is taken")]
    Taken,
    /// Another attempt under the same id was finished first, with other bytes.
    #[error("the artifact's id was used with another file")]
    Other,
    /// The tenant's files have as many bytes as they may.
    #[error("the tenant's files have {used} bytes, and may have {most}")]
    Full { used: u64, most: u64 },
    /// It took so long that a sweep ended it.
    #[error("the upload took longer than a day and was ended")]
    Ended,
    /// There is a row, and no bytes.
    #[error("the artifact's bytes are not in its storage")]
    Lost,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the storage of artifacts cannot be used")]
    Place(#[source] object_store::Error),
}

impl From<object_store::Error> for ArtifactError {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::Lost,
            error => Self::Place(error),
        }
    }
}

impl From<std::io::Error> for ArtifactError {
    fn from(error: std::io::Error) -> Self {
        Self::Place(object_store::Error::Generic { store: "artifacts", source: Box::new(error) })
    }
}
