use artel_domain::{AuditEntry, MemoryFile, MemoryPath, MemoryVersion, Timestamp, UserId};
use artel_store::{Found, Memory, MemoryChange, MemoryOutcome, Page, Result, Search, Viewer};
use artel_words::Query;
use async_trait::async_trait;

use crate::error::{retrying, sweeping_again, within};
use crate::memory;
use crate::store::PostgresStore;

#[async_trait]
impl Memory for PostgresStore {
    async fn change_memory(&self, viewer: &Viewer, change: MemoryChange, audit: AuditEntry) -> Result<MemoryOutcome> {
        retrying(|| memory::change(&self.pool, viewer, &change, &audit)).await
    }

    async fn find_memory(
        &self,
        viewer: &Viewer,
        owner: UserId,
        path: &MemoryPath,
    ) -> Result<Option<(MemoryFile, String)>> {
        within(memory::find(&self.pool, viewer, owner, path)).await
    }

    async fn list_memory(
        &self,
        viewer: &Viewer,
        owner: UserId,
        prefix: &str,
        page: Page,
    ) -> Result<(Vec<MemoryFile>, i64)> {
        within(memory::list(&self.pool, viewer, owner, prefix, page)).await
    }

    async fn list_memory_versions(
        &self,
        viewer: &Viewer,
        owner: UserId,
        path: &MemoryPath,
    ) -> Result<Vec<MemoryVersion>> {
        within(memory::versions(&self.pool, viewer, owner, path)).await
    }

    async fn forget_memory_versions(&self, before: Timestamp, limit: u32) -> Result<u64> {
        sweeping_again(|| memory::forget(&self.pool, before, limit)).await
    }
}

#[async_trait]
impl Search for PostgresStore {
    async fn search_memory(
        &self,
        viewer: &Viewer,
        owner: UserId,
        prefix: &str,
        query: &Query,
        limit: u32,
    ) -> Result<Vec<Found<MemoryFile>>> {
        within(memory::search(&self.pool, viewer, owner, prefix, query, limit)).await
    }
}
