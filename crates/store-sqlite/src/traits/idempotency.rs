use std::time::Duration;

use artel_store::{Begun, Idempotency, IdempotencyKey, Result, StoredResponse};
use async_trait::async_trait;
use uuid::Uuid;

use crate::idempotency;
use crate::store::SqliteStore;
use crate::values::duration_micros;

#[async_trait]
impl Idempotency for SqliteStore {
    async fn begin_idempotent(
        &self,
        key: &IdempotencyKey,
        request_hash: &str,
        resource_id: Uuid,
        lifetime: Duration,
    ) -> Result<Begun> {
        let (key, hash) = (key.clone(), request_hash.to_owned());
        let request = idempotency::Request { key, hash, resource_id, lifetime_micros: duration_micros(lifetime) };
        self.write(request, |request, tx| Box::pin(idempotency::begin(tx, request))).await
    }

    async fn finish_idempotent(&self, key: &IdempotencyKey, response: StoredResponse) -> Result<()> {
        self.write((key.clone(), response), |(key, response), tx| Box::pin(idempotency::finish(tx, key, response)))
            .await
    }

    async fn abandon_idempotent(&self, key: &IdempotencyKey) -> Result<()> {
        self.write(key.clone(), |key, tx| Box::pin(idempotency::abandon(tx, key))).await
    }

    async fn sweep_idempotent(&self, lifetime: Duration, limit: u32) -> Result<u64> {
        let asked = (duration_micros(lifetime), limit);
        self.write(asked, |(lifetime, limit), tx| Box::pin(idempotency::sweep(tx, *lifetime, *limit))).await
    }
}
