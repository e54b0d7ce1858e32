use artel_store::{ClockReading, Health, OldestWaiting, Operations, Result};
use async_trait::async_trait;

use crate::operations;
use crate::store::SqliteStore;

#[async_trait]
impl Operations for SqliteStore {
    async fn health(&self) -> Result<Health> {
        Ok(operations::health(self).await?)
    }

    async fn read_clock(&self) -> Result<ClockReading> {
        Ok(operations::read_clock(self).await?)
    }

    fn kind(&self) -> &'static str {
        "sqlite"
    }

    async fn count_open_runs(&self) -> Result<Vec<(String, i64)>> {
        Ok(operations::count_open_runs(self).await?)
    }

    async fn oldest_waiting(&self) -> Result<OldestWaiting> {
        Ok(operations::oldest_waiting(self).await?)
    }

    async fn close(&self) {
        self.finish().await;
    }
}
