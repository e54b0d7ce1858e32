use artel_store::{ClockReading, Health, OldestWaiting, Operations, Result};
use async_trait::async_trait;

use crate::error::within;
use crate::operations;
use crate::store::PostgresStore;

#[async_trait]
impl Operations for PostgresStore {
    async fn health(&self) -> Result<Health> {
        within(self.ask_health()).await
    }

    async fn read_clock(&self) -> Result<ClockReading> {
        within(operations::read_clock(&self.pool)).await
    }

    fn kind(&self) -> &'static str {
        "postgresql"
    }

    async fn count_open_runs(&self) -> Result<Vec<(String, i64)>> {
        within(operations::count_open_runs(&self.pool)).await
    }

    async fn oldest_waiting(&self) -> Result<OldestWaiting> {
        within(operations::oldest_waiting(&self.pool)).await
    }

    async fn close(&self) {
        self.admissions.finish().await;
        self.audit.finish().await;
        self.pool.close().await;
    }
}
