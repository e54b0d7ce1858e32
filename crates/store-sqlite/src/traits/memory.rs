use artel_domain::{AuditEntry, MemoryFile, MemoryPath, MemoryVersion, Timestamp, UserId};
use artel_store::{Found, Memory, MemoryChange, MemoryOutcome, Page, Result, Search, Viewer};
use artel_words::Query;
use async_trait::async_trait;

use crate::memory;
use crate::store::SqliteStore;

#[async_trait]
impl Memory for SqliteStore {
    async fn change_memory(&self, viewer: &Viewer, change: MemoryChange, audit: AuditEntry) -> Result<MemoryOutcome> {
        let asked = (viewer.clone(), change, audit);
        self.write(asked, |(viewer, change, audit), tx| Box::pin(memory::change(tx, viewer, change, audit))).await
    }

    async fn find_memory(
        &self,
        viewer: &Viewer,
        owner: UserId,
        path: &MemoryPath,
    ) -> Result<Option<(MemoryFile, String)>> {
        Ok(memory::find(&self.reads, viewer, owner, path).await?)
    }

    async fn list_memory(
        &self,
        viewer: &Viewer,
        owner: UserId,
        prefix: &str,
        page: Page,
    ) -> Result<(Vec<MemoryFile>, i64)> {
        Ok(memory::list(&self.reads, viewer, owner, prefix, page).await?)
    }

    async fn list_memory_versions(
        &self,
        viewer: &Viewer,
        owner: UserId,
        path: &MemoryPath,
    ) -> Result<Vec<MemoryVersion>> {
        Ok(memory::versions(&self.reads, viewer, owner, path).await?)
    }

    async fn forget_memory_versions(&self, before: Timestamp, limit: u32) -> Result<u64> {
        self.write((before, limit), |(before, limit), tx| Box::pin(memory::forget(tx, *before, *limit))).await
    }
}

#[async_trait]
impl Search for SqliteStore {
    async fn search_memory(
        &self,
        viewer: &Viewer,
        owner: UserId,
        prefix: &str,
        query: &Query,
        limit: u32,
    ) -> Result<Vec<Found<MemoryFile>>> {
        Ok(memory::search(&self.reads, viewer, owner, prefix, query, limit).await?)
    }
}
