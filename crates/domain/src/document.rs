//! Documents of an organisation: files whose text is searched and cited.

use crate::{ArtifactId, DocumentId, TenantId, Timestamp, UserId};

/// A file whose text is found and cited. Its bytes are an artifact's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub id: DocumentId,
    pub tenant_id: TenantId,
    /// Whoever uploaded it. They read and change it, whoever else does.
    pub owner_id: UserId,
    /// The file as it was uploaded.
    pub artifact_id: ArtifactId,
    pub title: String,
    /// A word such as `pdf`, told by the bytes; `None` until they were read.
    pub kind: Option<String>,
    /// Of the file.
    pub bytes: u64,
    /// Hex SHA-256 of the file.
    pub sha256: String,
    /// Pages, sheets or slides, where the type has them.
    pub pages: Option<u32>,
    /// The language of most of the text: `ru`, `en` or another.
    pub language: Option<String>,
    /// The upper headings, in their order.
    pub outline: Vec<String>,
    pub state: DocumentState,
    pub tags: Vec<String>,
    pub readers: Readers,
    pub uploaded_at: Timestamp,
}

/// What became of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DocumentState {
    /// It waits, or it is being read.
    Processing {
        /// How much of the work is done, in thousandths.
        progress: u16,
    },
    /// Its text is found.
    Ready,
    /// It was not read.
    Failed {
        /// Why, and what to do, for whoever uploaded it.
        reason: String,
    },
}

impl DocumentState {
    /// All words of states.
    pub const WORDS: [&str; 3] = ["processing", "ready", "failed"];

    /// The word for programs.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Processing { .. } => "processing",
            Self::Ready => "ready",
            Self::Failed { .. } => "failed",
        }
    }
}

/// Who reads a document beside its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readers {
    /// Everybody in the organisation.
    All,
    /// These users.
    Users(Vec<UserId>),
}

impl Readers {
    /// The users; `None`: everybody.
    pub fn users(&self) -> Option<&[UserId]> {
        match self {
            Self::All => None,
            Self::Users(users) => Some(users),
        }
    }

    /// Whether this user is one of them.
    pub fn include(&self, user: UserId) -> bool {
        self.users().is_none_or(|users| users.contains(&user))
    }
}

/// A piece of a document that is found and cited as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentPassage {
    /// Its number within the document, from 0.
    pub ordinal: u32,
    /// The page, sheet or slide that it stands on, from 1.
    pub page: Option<u32>,
    /// The headings above it, from the highest.
    pub heading: Option<String>,
    pub text: String,
}
