use std::time::Duration;

use artel_domain::{AuditEntry, Document, DocumentId, DocumentPassage, SessionId, Timestamp};
use artel_store::{
    AttachOutcome, Attachments, DocumentChange, DocumentFilter, DocumentPatch, DocumentStart, Documents, FoundPassage,
    NewDocument, Page, ReadingClaim, ReadingEnd, Readings, Result, Viewer,
};
use artel_words::Query;
use async_trait::async_trait;

use crate::store::SqliteStore;
use crate::{document_attachments, documents, passages, readings};

#[async_trait]
impl Documents for SqliteStore {
    async fn create_document(&self, new: NewDocument, audit: AuditEntry) -> Result<DocumentStart> {
        self.write((new, audit), |(new, audit), tx| Box::pin(documents::create(tx, new, audit))).await
    }

    async fn find_document(&self, viewer: &Viewer, document: DocumentId) -> Result<Option<Document>> {
        Ok(documents::find(&self.reads, viewer, document).await?)
    }

    async fn list_documents(
        &self,
        viewer: &Viewer,
        filter: &DocumentFilter,
        page: Page,
    ) -> Result<(Vec<Document>, i64)> {
        Ok(documents::list(&self.reads, viewer, filter, page).await?)
    }

    async fn change_document(
        &self,
        viewer: &Viewer,
        document: DocumentId,
        patch: DocumentPatch,
        audit: AuditEntry,
    ) -> Result<DocumentChange> {
        let asked = (viewer.clone(), document, patch, audit);
        self.write(asked, |(viewer, document, patch, audit), tx| {
            Box::pin(documents::change(tx, viewer, *document, patch, audit))
        })
        .await
    }

    async fn delete_document(
        &self,
        viewer: &Viewer,
        document: DocumentId,
        audit: AuditEntry,
    ) -> Result<DocumentChange> {
        let asked = (viewer.clone(), document, audit);
        self.write(asked, |(viewer, document, audit), tx| Box::pin(documents::delete(tx, viewer, *document, audit)))
            .await
    }

    async fn list_passages(
        &self,
        viewer: &Viewer,
        document: DocumentId,
        page: Page,
    ) -> Result<Option<(Vec<DocumentPassage>, i64)>> {
        Ok(passages::list(&self.reads, viewer, document, page).await?)
    }

    async fn search_passages(
        &self,
        viewer: &Viewer,
        query: &Query,
        within: Option<&[DocumentId]>,
        limit: u32,
    ) -> Result<Vec<FoundPassage>> {
        Ok(passages::search(&self.reads, viewer, query, within, limit).await?)
    }
}

#[async_trait]
impl Attachments for SqliteStore {
    async fn attach_documents(
        &self,
        viewer: &Viewer,
        session: &SessionId,
        documents: &[DocumentId],
        at: Timestamp,
    ) -> Result<AttachOutcome> {
        let asked = (viewer.clone(), session.clone(), documents.to_vec(), at);
        self.write(asked, |(viewer, session, documents, at), tx| {
            Box::pin(document_attachments::attach(tx, viewer, session, documents, *at))
        })
        .await
    }

    async fn attached_documents(&self, viewer: &Viewer, sessions: &[SessionId]) -> Result<Vec<Document>> {
        Ok(document_attachments::attached(&self.reads, viewer, sessions).await?)
    }
}

#[async_trait]
impl Readings for SqliteStore {
    async fn claim_document(&self, lease: Duration) -> Result<Option<ReadingClaim>> {
        if !readings::is_waiting(&self.reads).await? {
            return Ok(None);
        }
        self.write(lease, |lease, tx| Box::pin(readings::claim(tx, *lease))).await
    }

    async fn renew_document(&self, claim: &ReadingClaim, lease: Duration) -> Result<bool> {
        self.write((claim.clone(), lease), |(claim, lease), tx| Box::pin(readings::renew(tx, claim, *lease))).await
    }

    async fn give_back_document(&self, claim: &ReadingClaim, counts: bool) -> Result<bool> {
        self.write((claim.clone(), counts), |(claim, counts), tx| Box::pin(readings::give_back(tx, claim, *counts)))
            .await
    }

    async fn clear_passages(&self, claim: &ReadingClaim, limit: u32) -> Result<Option<u64>> {
        self.write((claim.clone(), limit), |(claim, limit), tx| Box::pin(readings::clear(tx, claim, *limit))).await
    }

    async fn add_passages(&self, claim: &ReadingClaim, passages: Vec<DocumentPassage>, progress: u16) -> Result<bool> {
        self.write((claim.clone(), passages, progress), |(claim, passages, progress), tx| {
            Box::pin(readings::add(tx, claim, passages, *progress))
        })
        .await
    }

    async fn finish_document(&self, claim: &ReadingClaim, end: ReadingEnd) -> Result<bool> {
        self.write((claim.clone(), end), |(claim, end), tx| Box::pin(readings::finish(tx, claim, end))).await
    }

    async fn sweep_documents(&self, limit: u32) -> Result<u64> {
        self.write(limit, |limit, tx| Box::pin(readings::sweep(tx, *limit))).await
    }
}
