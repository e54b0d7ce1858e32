use std::time::Duration;

use artel_domain::{AuditEntry, Document, DocumentId, DocumentPassage, SessionId, Timestamp};
use artel_store::{
    AttachOutcome, Attachments, DocumentChange, DocumentFilter, DocumentPatch, DocumentStart, Documents, FoundPassage,
    NewDocument, Page, ReadingClaim, ReadingEnd, Readings, Result, Viewer,
};
use artel_words::Query;
use async_trait::async_trait;

use crate::error::{retrying, sweeping_again, within};
use crate::store::PostgresStore;
use crate::{document_attachments, documents, passages, readings};

#[async_trait]
impl Documents for PostgresStore {
    async fn create_document(&self, new: NewDocument, audit: AuditEntry) -> Result<DocumentStart> {
        retrying(|| documents::create(&self.pool, &new, &audit)).await
    }

    async fn find_document(&self, viewer: &Viewer, document: DocumentId) -> Result<Option<Document>> {
        within(documents::find(&self.pool, viewer, document)).await
    }

    async fn list_documents(
        &self,
        viewer: &Viewer,
        filter: &DocumentFilter,
        page: Page,
    ) -> Result<(Vec<Document>, i64)> {
        within(documents::list(&self.pool, viewer, filter, page)).await
    }

    async fn change_document(
        &self,
        viewer: &Viewer,
        document: DocumentId,
        patch: DocumentPatch,
        audit: AuditEntry,
    ) -> Result<DocumentChange> {
        retrying(|| documents::change(&self.pool, viewer, document, &patch, &audit)).await
    }

    async fn delete_document(
        &self,
        viewer: &Viewer,
        document: DocumentId,
        audit: AuditEntry,
    ) -> Result<DocumentChange> {
        retrying(|| documents::delete(&self.pool, viewer, document, &audit)).await
    }

    async fn list_passages(
        &self,
        viewer: &Viewer,
        document: DocumentId,
        page: Page,
    ) -> Result<Option<(Vec<DocumentPassage>, i64)>> {
        within(passages::list(&self.pool, viewer, document, page)).await
    }

    async fn search_passages(
        &self,
        viewer: &Viewer,
        query: &Query,
        within_documents: Option<&[DocumentId]>,
        limit: u32,
    ) -> Result<Vec<FoundPassage>> {
        within(passages::search(&self.pool, viewer, query, within_documents, limit)).await
    }
}

#[async_trait]
impl Attachments for PostgresStore {
    async fn attach_documents(
        &self,
        viewer: &Viewer,
        session: &SessionId,
        documents: &[DocumentId],
        at: Timestamp,
    ) -> Result<AttachOutcome> {
        retrying(|| document_attachments::attach(&self.pool, viewer, session, documents, at)).await
    }

    async fn attached_documents(&self, viewer: &Viewer, sessions: &[SessionId]) -> Result<Vec<Document>> {
        within(document_attachments::attached(&self.pool, viewer, sessions)).await
    }
}

#[async_trait]
impl Readings for PostgresStore {
    async fn claim_document(&self, lease: Duration) -> Result<Option<ReadingClaim>> {
        retrying(|| readings::claim(&self.pool, lease)).await
    }

    async fn renew_document(&self, claim: &ReadingClaim, lease: Duration) -> Result<bool> {
        within(readings::renew(&self.pool, claim, lease)).await
    }

    async fn give_back_document(&self, claim: &ReadingClaim, counts: bool) -> Result<bool> {
        within(readings::give_back(&self.pool, claim, counts)).await
    }

    async fn clear_passages(&self, claim: &ReadingClaim, limit: u32) -> Result<Option<u64>> {
        sweeping_again(|| readings::clear(&self.pool, claim, limit)).await
    }

    async fn add_passages(&self, claim: &ReadingClaim, passages: Vec<DocumentPassage>, progress: u16) -> Result<bool> {
        sweeping_again(|| readings::add(&self.pool, claim, &passages, progress)).await
    }

    async fn finish_document(&self, claim: &ReadingClaim, end: ReadingEnd) -> Result<bool> {
        retrying(|| readings::finish(&self.pool, claim, &end)).await
    }

    async fn sweep_documents(&self, limit: u32) -> Result<u64> {
        sweeping_again(|| readings::sweep(&self.pool, limit)).await
    }
}
