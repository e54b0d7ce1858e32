use artel_domain::{TenantId, Timestamp};
use async_trait::async_trait;
use uuid::Uuid;

use crate::Result;

/// A client's key, within the principal that sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    pub tenant_id: TenantId,
    /// Who sent it: `user:<id>` or `key:<id>`.
    pub principal: String,
    pub key: String,
}

/// A response to be given again; `body` is sealed above the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredResponse {
    pub status: u16,
    pub body: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// Never seen, or its 24 h are over: do the work under `resource_id`.
    Fresh { resource_id: Uuid },
    /// An earlier try died before it answered (its lock lapsed): do the work again under the same id.
    Retry { resource_id: Uuid },
    /// Answered before.
    Replay(StoredResponse),
    /// Another request with this key is under way.
    Running { resource_id: Uuid },
    /// The key was used with another request.
    Mismatch,
}

#[async_trait]
pub trait Idempotency: Send + Sync {
    /// `resource_id` is what a fresh request will create. The lock holds `lock_seconds` from `now`; the key lives 24 h
    /// from first use.
    async fn begin_idempotent(
        &self,
        key: &IdempotencyKey,
        request_hash: &str,
        resource_id: Uuid,
        now: Timestamp,
        lock_seconds: i64,
    ) -> Result<Begun>;
    async fn finish_idempotent(&self, key: &IdempotencyKey, response: StoredResponse) -> Result<()>;
    /// The request came to nothing: the key is free again.
    async fn abandon_idempotent(&self, key: &IdempotencyKey) -> Result<()>;
    /// Removes keys older than 24 h. Returns how many.
    async fn sweep_idempotent(&self, now: Timestamp) -> Result<u64>;
}
