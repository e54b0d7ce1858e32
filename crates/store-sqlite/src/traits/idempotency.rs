use artel_domain::Timestamp;
use artel_store::{Begun, Idempotency, IdempotencyKey, Result, StoredResponse};
use async_trait::async_trait;
use uuid::Uuid;

use crate::idempotency;
use crate::store::SqliteStore;
use crate::values::micros;

#[async_trait]
impl Idempotency for SqliteStore {
    async fn begin_idempotent(
        &self,
        key: &IdempotencyKey,
        request_hash: &str,
        resource_id: Uuid,
        now: Timestamp,
        lock_seconds: i64,
    ) -> Result<Begun> {
        let locked_until = micros(now).saturating_add(lock_seconds.saturating_mul(1_000_000));
        let request = idempotency::Request {
            key: key.clone(),
            hash: request_hash.to_owned(),
            resource_id,
            now: micros(now),
            locked_until,
        };
        self.write(request, |request, tx| Box::pin(idempotency::begin(tx, request))).await
    }

    async fn finish_idempotent(&self, key: &IdempotencyKey, response: StoredResponse) -> Result<()> {
        self.write((key.clone(), response), |(key, response), tx| Box::pin(idempotency::finish(tx, key, response)))
            .await
    }

    async fn abandon_idempotent(&self, key: &IdempotencyKey) -> Result<()> {
        self.write(key.clone(), |key, tx| Box::pin(idempotency::abandon(tx, key))).await
    }

    async fn sweep_idempotent(&self, now: Timestamp) -> Result<u64> {
        self.write(micros(now), |now, tx| Box::pin(idempotency::sweep(tx, *now))).await
    }
}
