use artel_domain::{Basis, RunId, TenantId, Timestamp};
use artel_store::{Result, Standings};
use async_trait::async_trait;

use crate::standings;
use crate::store::SqliteStore;

#[async_trait]
impl Standings for SqliteStore {
    async fn are_lost(&self, bases: &[Basis], now: Timestamp) -> Result<Vec<bool>> {
        Ok(standings::are_lost(&self.reads, bases, now).await?)
    }

    async fn runs_without_standing(&self, limit: u32) -> Result<Vec<(TenantId, RunId)>> {
        Ok(standings::runs(&self.reads, limit).await?)
    }
}
