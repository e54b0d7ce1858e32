use artel_domain::{ApiKey, ApiKeyId, AuditEntry, AuditRow, TenantId, Timestamp, UserId};
use async_trait::async_trait;

use crate::{Result, Viewer};

/// A key to be stored: the key itself never reaches the store.
#[derive(Debug, Clone)]
pub struct NewApiKey {
    pub key: ApiKey,
    /// Hex HMAC of the key; unique.
    pub hash: String,
}

/// A key with the keys above it. `key` is bounded by them: it is revoked when one of them is, and expires with the
/// first.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldKey {
    pub key: ApiKey,
    /// The key itself, the key that made it, and so on up to one that no key made.
    pub line: Vec<KeyInLine>,
}

/// What a key and those below it count against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyInLine {
    pub id: ApiKeyId,
    /// Runs in a UTC day.
    pub daily_limit: Option<i64>,
}

/// What a token issued from a key, or the key itself, is worth right now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyStanding {
    Good,
    Revoked,
    Expired,
    Unknown,
}

#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    pub entity_type: Option<String>,
    pub entity_id: Option<String>,
    pub user_id: Option<UserId>,
    pub action: Option<String>,
    /// Only rows about sessions of this user.
    pub session_owner: Option<UserId>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// At most this many rows.
    pub limit: u32,
}

/// Tenants, users, API keys, tenant secrets, audit.
#[async_trait]
pub trait Identities: Send + Sync {
    /// Makes the tenant and the user exist (a signed token vouches for them); does nothing when they do.
    async fn ensure_principal(&self, tenant: TenantId, user: UserId, at: Timestamp) -> Result<()>;

    /// Below its `parent_id`, when it has one. `Duplicate` when the hash is known.
    async fn create_api_key(&self, new: NewApiKey, audit: AuditEntry) -> Result<()>;
    /// By the keyed hash, over all tenants; also revoked and expired ones.
    async fn find_api_key(&self, hash: &str) -> Result<Option<HeldKey>>;
    /// The same by its id, for tokens that were issued from it.
    async fn find_api_key_by_id(&self, tenant: TenantId, key: ApiKeyId) -> Result<Option<HeldKey>>;
    /// What the key is worth with the keys above it.
    async fn api_key_standing(&self, tenant: TenantId, key: ApiKeyId, now: Timestamp) -> Result<KeyStanding>;
    /// The viewer's own keys, for an administrator those of the whole tenant; newest first. A key is among the revoked
    /// ones when a key above it is.
    async fn list_api_keys(&self, viewer: &Viewer, include_revoked: bool) -> Result<Vec<ApiKey>>;
    /// The keys below it stop with it. False when the viewer, unless an administrator, has no such live key.
    async fn revoke_api_key(&self, viewer: &Viewer, key: ApiKeyId, audit: AuditEntry) -> Result<bool>;

    /// Sealed bytes of the tenant's secret; sealing happens above the store.
    async fn put_secret(&self, tenant: TenantId, name: &str, sealed: &str, audit: AuditEntry) -> Result<()>;
    async fn find_secret(&self, tenant: TenantId, name: &str) -> Result<Option<String>>;
    async fn list_secret_names(&self, tenant: TenantId) -> Result<Vec<String>>;
    async fn delete_secret(&self, tenant: TenantId, name: &str, audit: AuditEntry) -> Result<bool>;

    /// For what has no row of its own to change: logins, key use, failures.
    async fn record_audit(&self, tenant: TenantId, audit: AuditEntry) -> Result<()>;
    /// Newest first. Rows about another user's private session, its runs, calls and approvals are for administrators
    /// and services, and for the one who acted.
    async fn list_audit(&self, viewer: &Viewer, filter: AuditFilter) -> Result<Vec<AuditRow>>;
    /// The chain from `after_seq` on, oldest first, at most `limit` rows: for verification.
    async fn audit_chain(&self, tenant: TenantId, after_seq: i64, limit: u32) -> Result<Vec<AuditRow>>;
    /// Length and last hash of the tenant's chain as the store remembers them apart from the rows; `None` when there is
    /// none.
    async fn audit_head(&self, tenant: TenantId) -> Result<Option<(i64, String)>>;
    async fn list_tenants(&self) -> Result<Vec<TenantId>>;
}
