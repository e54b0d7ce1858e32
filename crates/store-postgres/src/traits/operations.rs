use artel_store::{Health, Operations, Result};
use async_trait::async_trait;

use crate::error::store_error;
use crate::operations;
use crate::store::PostgresStore;

#[async_trait]
impl Operations for PostgresStore {
    async fn health(&self) -> Result<Health> {
        self.ask_health().await.map_err(store_error)
    }

    fn kind(&self) -> &'static str {
        "postgresql"
    }

    async fn count_open_runs(&self) -> Result<Vec<(String, i64)>> {
        operations::count_open_runs(&self.pool).await.map_err(store_error)
    }

    async fn close(&self) {
        self.admissions.finish().await;
        self.audit.finish().await;
        self.pool.close().await;
    }
}
