use artel_domain::{Account, AuditEntry, FamilyId, Hashed, Invite, TenantId, Timestamp, UserId};
use async_trait::async_trait;

use crate::Result;

/// An account to be stored, with what is kept of its password.
#[derive(Debug, Clone)]
pub struct NewAccount {
    pub account: Account,
    pub password_hash: Hashed,
}

/// What a password is checked against.
#[derive(Debug, Clone)]
pub struct Login {
    pub account: Account,
    pub password_hash: Hashed,
}

/// An invitation to be stored.
#[derive(Debug, Clone)]
pub struct NewInvite {
    pub invite: Invite,
    /// Hex SHA-256 of its code; unique.
    pub hash: String,
}

/// Those who can sign in. The time of a change is that of its audit entry.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Makes the account and, when they are absent, its user and tenant. `Duplicate` when the username or the e-mail is
    /// taken in any tenant, in whatever case, or when the user has an account.
    async fn create_account(&self, new: NewAccount, audit: AuditEntry) -> Result<()>;
    /// By username, else by e-mail, in whatever case, over all tenants; also deactivated ones.
    async fn find_login(&self, login: &str) -> Result<Option<Login>>;
    /// What a change of the password is checked against; also of a deactivated account.
    async fn find_login_of(&self, tenant: TenantId, user: UserId) -> Result<Option<Login>>;
    async fn find_account(&self, tenant: TenantId, user: UserId) -> Result<Option<Account>>;
    /// In the order of their names, those after the name `after`.
    async fn list_accounts(&self, tenant: TenantId, after: Option<String>, limit: u32) -> Result<Vec<Account>>;

    /// Also ends every login of the account but `keep`: whoever knew the old password is out. False when there is no
    /// such account.
    async fn set_password(
        &self,
        tenant: TenantId,
        user: UserId,
        password_hash: Hashed,
        keep: Option<FamilyId>,
        audit: AuditEntry,
    ) -> Result<bool>;
    /// Ends every login of the account and revokes its API keys. False when there is no such active account.
    async fn deactivate_account(&self, tenant: TenantId, user: UserId, audit: AuditEntry) -> Result<bool>;
    /// Lets it sign in again; what was revoked stays revoked. False when there is no such deactivated account.
    async fn reactivate_account(&self, tenant: TenantId, user: UserId, audit: AuditEntry) -> Result<bool>;

    /// `Duplicate` when the hash is known.
    async fn create_invite(&self, new: NewInvite, audit: AuditEntry) -> Result<()>;
    /// One that can still be accepted at `now`.
    async fn find_invite(&self, hash: &str, now: Timestamp) -> Result<Option<Invite>>;
    /// Uses the invitation up and makes the account, or does neither: false when the invitation is of another tenant,
    /// used up or over. `Duplicate` as in `create_account`; the invitation is still good then.
    async fn accept_invite(&self, hash: &str, new: NewAccount, audit: AuditEntry) -> Result<bool>;
}
