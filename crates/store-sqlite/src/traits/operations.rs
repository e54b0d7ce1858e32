use artel_store::{Health, Operations, Result};
use async_trait::async_trait;

use crate::operations;
use crate::store::SqliteStore;

#[async_trait]
impl Operations for SqliteStore {
    async fn health(&self) -> Result<Health> {
        Ok(operations::health(self).await?)
    }

    fn kind(&self) -> &'static str {
        "sqlite"
    }

    async fn count_open_runs(&self) -> Result<Vec<(String, i64)>> {
        Ok(operations::count_open_runs(self).await?)
    }

    async fn close(&self) {
        self.finish().await;
    }
}
