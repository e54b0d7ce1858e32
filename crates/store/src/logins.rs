use std::time::Duration;

use artel_domain::{AuditEntry, ClientId, FamilyId, TenantId, Timestamp, TokenFamily, UserId};
use async_trait::async_trait;

use crate::Result;

/// A login to be stored, with its first refresh token.
#[derive(Debug, Clone)]
pub struct NewFamily {
    pub family: TokenFamily,
    /// Hex SHA-256 of the first token; unique.
    pub token_hash: String,
}

/// A refresh token that was presented, and the one that takes its place.
#[derive(Debug, Clone)]
pub struct Rotate {
    pub presented_hash: String,
    /// Of the token that is derived from the presented one: presenting it again derives the same.
    pub successor_hash: String,
    /// Who presents it.
    pub client_id: ClientId,
    /// How long after its rotation a token may come again, as long as its successor is unused.
    pub grace: Duration,
    /// The same while nobody noted that the answer was given ([`Logins::note_refresh_answered`]).
    pub unanswered_grace: Duration,
    /// End of the successor; cut to the family's.
    pub expires_at: Timestamp,
}

/// What became of a presented refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rotation {
    /// It was the live one; the successor is from now on.
    Rotated(TokenFamily),
    /// It came again within the grace, and the successor is unused: the answer of the first time holds.
    Repeated(TokenFamily),
    /// It was spent: somebody else has it. The whole family is revoked now.
    Reused(TokenFamily),
    /// Its family is revoked already.
    Revoked(TokenFamily),
    Expired(TokenFamily),
    /// It was given to another client. Nothing changed.
    WrongClient(TokenFamily),
    Unknown,
}

/// An authorization code to be stored.
#[derive(Debug, Clone)]
pub struct NewCode {
    /// Hex SHA-256 of the code; unique.
    pub hash: String,
    pub tenant_id: TenantId,
    pub user_id: UserId,
    pub client_id: ClientId,
    pub redirect_uri: String,
    pub scopes: Vec<String>,
    /// The `code_challenge` of PKCE (S256).
    pub challenge: String,
    pub nonce: Option<String>,
    pub expires_at: Timestamp,
}

/// A code that was presented, and the login to make of it.
#[derive(Debug, Clone)]
pub struct Redeem {
    pub hash: String,
    pub client_id: ClientId,
    pub redirect_uri: String,
    /// S256 of the presented `code_verifier`.
    pub challenge: String,
    pub family_id: FamilyId,
    /// Of the first refresh token, which is derived from the code: presenting it again derives the same.
    pub token_hash: String,
    /// How long after its use a code may come again, while nobody noted that the answer was given
    /// ([`Logins::note_code_answered`]).
    pub unanswered_grace: Duration,
    /// End of the first token, and of the family.
    pub token_expires_at: Timestamp,
    pub family_expires_at: Timestamp,
}

/// What became of a presented code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redemption {
    /// With the `nonce` that came with the request.
    Redeemed(TokenFamily, Option<String>),
    /// It was used before: the login that came of it is revoked now.
    Reused,
    Expired,
    /// Another client, redirect URI or verifier than it was made for. It stays good for the right one.
    Mismatch,
    /// Nobody can sign in with it: the account or the client was deactivated.
    Inactive,
    Unknown,
}

/// A refresh token as introspection sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub family: TokenFamily,
    /// Whether this very token can be used at the given time.
    pub is_live: bool,
}

/// Logins and what was given for them. The time of a change is that of its audit entry. The store completes the audit
/// entries of this trait: it names the family as the entity, the user as the actor when none is named, and says in
/// `outcome` what became of it (`ok`, `repeated`, `reused`, `revoked`, `expired`, `wrong_client`, `mismatch`,
/// `inactive`).
#[async_trait]
pub trait Logins: Send + Sync {
    /// A login: also notes it at the account. False when the account or the client is absent, deactivated or of another
    /// tenant.
    async fn start_family(&self, new: NewFamily, audit: AuditEntry) -> Result<bool>;
    /// Spends the presented token, in one conditional update. Of many at once one rotates, the others repeat.
    /// Everything but `Unknown` is audited.
    async fn rotate_refresh_token(&self, rotate: Rotate, audit: AuditEntry) -> Result<Rotation>;
    /// The answer with this live token is on its way to the client: the grace of one that may not have got it ends.
    async fn note_refresh_answered(&self, tenant: TenantId, family: FamilyId, token_hash: &str) -> Result<()>;
    /// Spent tokens are found too; they are not live.
    async fn find_refresh_token(&self, hash: &str, now: Timestamp) -> Result<Option<Standing>>;
    async fn find_family(&self, tenant: TenantId, family: FamilyId) -> Result<Option<TokenFamily>>;
    /// Those that are live at `now`, newest first.
    async fn list_families(&self, tenant: TenantId, user: UserId, now: Timestamp) -> Result<Vec<TokenFamily>>;

    /// Revokes the family of a token, live or spent, that was given to this client. False when there is no such live
    /// family.
    async fn revoke_refresh_token(&self, hash: &str, client: &ClientId, audit: AuditEntry) -> Result<bool>;
    /// False when there is no such live family.
    async fn revoke_family(&self, tenant: TenantId, family: FamilyId, audit: AuditEntry) -> Result<bool>;
    /// All of a user, through one client or through any; how many. Audited when there was one.
    async fn revoke_families(
        &self,
        tenant: TenantId,
        user: UserId,
        client: Option<ClientId>,
        audit: AuditEntry,
    ) -> Result<u64>;

    /// False when the account or the client is absent, deactivated or of another tenant.
    async fn save_code(&self, new: NewCode, audit: AuditEntry) -> Result<bool>;
    /// Makes a login of a code, once; presenting it again revokes that login, unless its answer may not have arrived:
    /// then the same login is the answer. Everything but `Unknown` is audited.
    async fn redeem_code(&self, redeem: Redeem, audit: AuditEntry) -> Result<Redemption>;
    /// The answer to the code is on its way to the client.
    async fn note_code_answered(&self, hash: &str) -> Result<()>;

    /// Removes families, codes and invitations that ended before `before`, at most `limit` of each; how many.
    async fn sweep_logins(&self, before: Timestamp, limit: u32) -> Result<u64>;
}
