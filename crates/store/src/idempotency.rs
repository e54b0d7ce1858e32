use std::time::Duration;

use artel_domain::TenantId;
use async_trait::async_trait;
use uuid::Uuid;

use crate::Result;

/// How long a key is known after its first use.
pub const LIFETIME: Duration = Duration::from_hours(24);

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

/// What is known of a key when a request with it arrives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// Nothing, or its lifetime is over: do the work under `resource_id`.
    Fresh { resource_id: Uuid },
    /// Another try of this request began and has no stored answer. It may have done the work, may be at it, or may have
    /// died: do the work under its id, by a method that finds what is there already.
    Known { resource_id: Uuid },
    /// Answered before.
    Replay(StoredResponse),
    /// The key was used with another request.
    Mismatch,
}

/// The keys of requests that a client may send again.
///
/// A key holds the id of what its request makes, from before the request is carried out until the key's lifetime is
/// over. No try keeps the others out: all of them work under that one id, with methods that insert or find.
#[async_trait]
pub trait Idempotency: Send + Sync {
    /// Notes the request under its key, unless the key is known.
    ///
    /// # Arguments
    /// * `request_hash`: the same for each try of the request, another for another request.
    /// * `resource_id`: the id of what a fresh request will make.
    /// * `lifetime`: how long a key is known after its first use, by the database's clock.
    async fn begin_idempotent(
        &self,
        key: &IdempotencyKey,
        request_hash: &str,
        resource_id: Uuid,
        lifetime: Duration,
    ) -> Result<Begun>;
    /// Stores the answer for later tries.
    async fn finish_idempotent(&self, key: &IdempotencyKey, response: StoredResponse) -> Result<()>;
    /// Makes the key free again, because its request was refused and changed nothing. A key with a stored answer stays.
    async fn abandon_idempotent(&self, key: &IdempotencyKey) -> Result<()>;
    /// Removes keys whose first use is longer than `lifetime` ago by the database's clock, at most `limit` of them.
    /// Returns how many.
    async fn sweep_idempotent(&self, lifetime: Duration, limit: u32) -> Result<u64>;
}
