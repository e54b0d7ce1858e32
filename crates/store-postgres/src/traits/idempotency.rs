use std::time::Duration;

use artel_store::{Begun, Idempotency, IdempotencyKey, Result, StoredResponse};
use async_trait::async_trait;
use uuid::Uuid;

use crate::error::{retrying, sweeping, within};
use crate::idempotency;
use crate::store::PostgresStore;
use crate::values::duration_micros;

#[async_trait]
impl Idempotency for PostgresStore {
    async fn begin_idempotent(
        &self,
        key: &IdempotencyKey,
        request_hash: &str,
        resource_id: Uuid,
        lifetime: Duration,
    ) -> Result<Begun> {
        let lifetime_micros = duration_micros(lifetime);
        let request = idempotency::Request { key, hash: request_hash, resource_id, lifetime_micros };
        retrying(|| idempotency::begin(&self.pool, &request)).await
    }

    async fn finish_idempotent(&self, key: &IdempotencyKey, response: StoredResponse) -> Result<()> {
        within(idempotency::finish(&self.pool, key, &response)).await
    }

    async fn abandon_idempotent(&self, key: &IdempotencyKey) -> Result<()> {
        within(idempotency::abandon(&self.pool, key)).await
    }

    async fn sweep_idempotent(&self, lifetime: Duration, limit: u32) -> Result<u64> {
        sweeping(idempotency::sweep(&self.pool, duration_micros(lifetime), limit)).await
    }
}
