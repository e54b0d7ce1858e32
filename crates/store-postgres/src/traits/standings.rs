use artel_domain::{Basis, RunId, TenantId, Timestamp};
use artel_store::{Result, Standings};
use async_trait::async_trait;

use crate::error::within;
use crate::standings;
use crate::store::PostgresStore;

#[async_trait]
impl Standings for PostgresStore {
    async fn are_lost(&self, bases: &[Basis], now: Timestamp) -> Result<Vec<bool>> {
        within(standings::are_lost(&self.pool, bases, now)).await
    }

    async fn runs_without_standing(&self, limit: u32) -> Result<Vec<(TenantId, RunId)>> {
        within(standings::runs(&self.pool, limit)).await
    }
}
