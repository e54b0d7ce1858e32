use artel_domain::{AuditEntry, Hook, HookId, TenantId, Timestamp};
use async_trait::async_trait;

use crate::{Page, Result};

/// The most hooks of one organisation that are not revoked.
pub const MOST_HOOKS: u32 = 200;

/// A hook that is to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewHook {
    pub hook: Hook,
    /// SHA-256 of its token; the token itself is never here.
    pub token_hash: String,
    /// What was agreed with the service, sealed; `None` when nothing was.
    pub sealed: Option<String>,
}

/// What came of making a hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HookWrite {
    Done(Hook),
    /// The organisation would have more than [`MOST_HOOKS`].
    TooMany,
}

/// A hook with its sealed secret, which the store cannot open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedHook {
    pub hook: Hook,
    pub sealed: Option<String>,
}

/// Where services deliver what they send by themselves. A hook that was revoked does not exist for any of these.
#[async_trait]
pub trait Hooks: Send + Sync {
    /// When a row with this id is there already in this tenant (a retried request), that row is returned and nothing is
    /// written.
    async fn create_hook(&self, new: NewHook, audit: AuditEntry) -> Result<HookWrite>;
    /// Of one connector, oldest first. The page and the number of all.
    async fn list_hooks(&self, tenant: TenantId, connector: &str, page: Page) -> Result<(Vec<Hook>, i64)>;
    /// The hook that a token opens.
    async fn find_hook_by_token(
        &self,
        tenant: TenantId,
        connector: &str,
        token_hash: &str,
    ) -> Result<Option<SealedHook>>;
    /// Deliveries are held to this secret from now on. `None`: no such hook of this connector.
    async fn set_hook_secret(
        &self,
        tenant: TenantId,
        connector: &str,
        hook: HookId,
        sealed: String,
        audit: AuditEntry,
    ) -> Result<Option<Hook>>;
    /// Its token opens nothing any more, and its secret is gone. False: no such hook of this connector.
    async fn revoke_hook(&self, tenant: TenantId, connector: &str, hook: HookId, audit: AuditEntry) -> Result<bool>;
    /// A delivery was refused at `at`. Written at most once a minute.
    async fn note_hook_refusal(&self, tenant: TenantId, hook: HookId, at: Timestamp) -> Result<()>;
}
