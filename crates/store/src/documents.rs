use std::time::Duration;

use artel_domain::{
    ArtifactId, AuditEntry, Document, DocumentId, DocumentPassage, Readers, SessionId, TenantId, Timestamp, UserId,
};
use artel_words::Query;
use async_trait::async_trait;

use crate::{Page, Result, Viewer};

/// The most documents that are attached to one session.
pub const MOST_ATTACHED: u32 = 50;

/// A file that is to be read. Its bytes are stored.
#[derive(Debug, Clone)]
pub struct NewDocument {
    pub id: DocumentId,
    pub tenant_id: TenantId,
    pub owner_id: UserId,
    pub artifact_id: ArtifactId,
    pub title: String,
    pub tags: Vec<String>,
    pub readers: Readers,
    pub bytes: u64,
    /// Hex.
    pub sha256: String,
    pub at: Timestamp,
}

/// What came of a new document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DocumentStart {
    /// It waits to be read.
    New(Box<Document>),
    /// There was such a file already that the owner of the new one reads: that document is the answer, and the bytes
    /// that came now are condemned. One that had failed is read again.
    Same(Box<Document>),
    /// The id has another file.
    Taken,
}

/// Which documents are listed. `None` stands for all.
#[derive(Debug, Clone, Default)]
pub struct DocumentFilter {
    /// Words of which the title has one at least.
    pub title: Option<Query>,
    pub kind: Option<String>,
    pub tag: Option<String>,
    /// A word of [`artel_domain::DocumentState::WORDS`].
    pub state: Option<String>,
    /// Uploaded at this time or later.
    pub after: Option<Timestamp>,
    /// Uploaded before this time.
    pub before: Option<Timestamp>,
}

/// What is changed of a document. `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct DocumentPatch {
    pub title: Option<String>,
    pub tags: Option<Vec<String>>,
    pub readers: Option<Readers>,
}

/// What came of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DocumentChange {
    /// The document as it is now; as it was, when it was deleted.
    Done(Box<Document>),
    /// There is none that the viewer reads.
    Missing,
    /// The viewer reads it, and it is another user's.
    NotTheirs,
}

/// A passage that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundPassage {
    pub document_id: DocumentId,
    /// The document's.
    pub title: String,
    pub passage: DocumentPassage,
}

impl FoundPassage {
    /// The score of what a search found, by its place alone (reciprocal rank). So it says nothing about texts that were
    /// not found, and lists of several searches can be added up.
    ///
    /// # Arguments
    /// * `place`: from 0.
    pub fn score(place: usize) -> f64 {
        1.0 / (61.0 + place as f64)
    }
}

/// What came of attaching documents to a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttachOutcome {
    /// All of them are attached, in the order that was asked for.
    Done(Vec<Document>),
    /// There is none with this id that the viewer reads. Nothing changed.
    Missing(DocumentId),
    /// The session would have more than [`MOST_ATTACHED`]. Nothing changed.
    Full,
}

/// Documents of a tenant, and what is found in them.
///
/// A document is read by its owner and by its readers, changed by its owner; administrators and services read and
/// change those of the tenant. Each question to the database says who asks: what they may not read is neither found nor
/// counted.
#[async_trait]
pub trait Documents: Send + Sync {
    /// The file is a document from now on. Of several who upload the same file at once, one makes it.
    async fn create_document(&self, new: NewDocument, audit: AuditEntry) -> Result<DocumentStart>;
    async fn find_document(&self, viewer: &Viewer, document: DocumentId) -> Result<Option<Document>>;
    /// The newest first: the page and the number of all.
    async fn list_documents(
        &self,
        viewer: &Viewer,
        filter: &DocumentFilter,
        page: Page,
    ) -> Result<(Vec<Document>, i64)>;
    async fn change_document(
        &self,
        viewer: &Viewer,
        document: DocumentId,
        patch: DocumentPatch,
        audit: AuditEntry,
    ) -> Result<DocumentChange>;
    /// Nobody finds it from then on. Its bytes go with the next sweep of artifacts, its passages with that of
    /// documents.
    async fn delete_document(&self, viewer: &Viewer, document: DocumentId, audit: AuditEntry)
    -> Result<DocumentChange>;
    /// The passages of a document that is ready, in their order: the page and the number of all. `None`: there is no
    /// such document.
    async fn list_passages(
        &self,
        viewer: &Viewer,
        document: DocumentId,
        page: Page,
    ) -> Result<Option<(Vec<DocumentPassage>, i64)>>;
    /// Passages with one of the words at least, in their text or the headings above it. Words of the document's title
    /// count too. The best first.
    ///
    /// # Arguments
    /// * `within`: only in these; `None`: in all that the viewer reads.
    async fn search_passages(
        &self,
        viewer: &Viewer,
        query: &Query,
        within: Option<&[DocumentId]>,
        limit: u32,
    ) -> Result<Vec<FoundPassage>>;
}

/// Documents that sessions work with. An attachment lasts as long as its session.
#[async_trait]
pub trait Attachments: Send + Sync {
    /// Attaches documents, all or none. What is attached already stays so.
    async fn attach_documents(
        &self,
        viewer: &Viewer,
        session: &SessionId,
        documents: &[DocumentId],
        at: Timestamp,
    ) -> Result<AttachOutcome>;
    /// What is attached to one of these sessions and the viewer reads, in the order in which it was attached.
    async fn attached_documents(&self, viewer: &Viewer, sessions: &[SessionId]) -> Result<Vec<Document>>;
}

/// The right to read a document now. It is void as soon as another process claims the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadingClaim {
    pub document: Document,
    /// Raised by every claim.
    pub epoch: i64,
    /// Claims since the document was uploaded, this one included.
    pub attempts: i64,
}

/// What a document came to.
#[derive(Debug, Clone)]
pub enum ReadingEnd {
    /// Its passages are there.
    Ready { kind: String, pages: Option<u32>, language: Option<String>, outline: Vec<String> },
    /// It cannot be read.
    Failed {
        /// Its type, where that is known.
        kind: Option<String>,
        reason: String,
    },
}

/// The reading of documents, by leases on the database's clock. What is written under a void claim is not written.
#[async_trait]
pub trait Readings: Send + Sync {
    /// Claims a document that waits, or whose reader died. First those of tenants of whose documents none is being
    /// read, then those with the fewest attempts, then the oldest.
    async fn claim_document(&self, lease: Duration) -> Result<Option<ReadingClaim>>;
    /// Extends the lease to `lease` from now. False when the claim is void.
    async fn renew_document(&self, claim: &ReadingClaim, lease: Duration) -> Result<bool>;
    /// Gives the document up: it is claimable at once. False when the claim is void.
    ///
    /// # Arguments
    /// * `counts`: whether the attempt was one.
    async fn give_back_document(&self, claim: &ReadingClaim, counts: bool) -> Result<bool>;
    /// Removes what an earlier attempt left, at most `limit` passages: how many. `None` when the claim is void.
    async fn clear_passages(&self, claim: &ReadingClaim, limit: u32) -> Result<Option<u64>>;
    /// Adds passages with the words that they are found by. Nobody finds them before the document is ready. False when
    /// the claim is void.
    ///
    /// # Arguments
    /// * `progress`: how much of the work is done with them, in thousandths.
    async fn add_passages(&self, claim: &ReadingClaim, passages: Vec<DocumentPassage>, progress: u16) -> Result<bool>;
    /// The document is ready, or it failed. False when the claim is void.
    async fn finish_document(&self, claim: &ReadingClaim, end: ReadingEnd) -> Result<bool>;
    /// Removes passages of deleted documents, and the documents that have none any more; at most `limit` rows: how
    /// many.
    async fn sweep_documents(&self, limit: u32) -> Result<u64>;
}
