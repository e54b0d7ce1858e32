use artel_domain::Timestamp;
use artel_store::{Begun, Idempotency, IdempotencyKey, Result, StoredResponse};
use async_trait::async_trait;
use uuid::Uuid;

use crate::error::{retrying, store_error};
use crate::idempotency;
use crate::store::PostgresStore;
use crate::values::micros;

#[async_trait]
impl Idempotency for PostgresStore {
    async fn begin_idempotent(
        &self,
        key: &IdempotencyKey,
        request_hash: &str,
        resource_id: Uuid,
        now: Timestamp,
        lock_seconds: i64,
    ) -> Result<Begun> {
        let now = micros(now);
        let request = idempotency::Request {
            key,
            hash: request_hash,
            resource_id,
            now,
            locked_until: now + lock_seconds * 1_000_000,
        };
        retrying(|| idempotency::begin(&self.pool, &request)).await
    }

    async fn finish_idempotent(&self, key: &IdempotencyKey, response: StoredResponse) -> Result<()> {
        idempotency::finish(&self.pool, key, &response).await.map_err(store_error)
    }

    async fn abandon_idempotent(&self, key: &IdempotencyKey) -> Result<()> {
        idempotency::abandon(&self.pool, key).await.map_err(store_error)
    }

    async fn sweep_idempotent(&self, now: Timestamp) -> Result<u64> {
        idempotency::sweep(&self.pool, micros(now)).await.map_err(store_error)
    }
}
