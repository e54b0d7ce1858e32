//! Who asks for tokens, and what was given: OAuth clients, token families, authorization codes, signing keys.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::words::words;
use crate::{FamilyId, TenantId, Timestamp, UserId};

words! {
    /// Ways to get a token, by their names in OAuth.
    GrantType {
        Password = "password",
        RefreshToken = "refresh_token",
        AuthorizationCode = "authorization_code",
        ClientCredentials = "client_credentials",
    }

    /// What a signing key is good for.
    SigningKeyState {
        /// Signs and verifies; there is one.
        Active = "active",
        /// Only verifies what it signed, until its end.
        Retiring = "retiring",
    }
}

/// The `client_id` of OAuth: a name that is unique over the whole installation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct ClientId(pub String);

impl ClientId {
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A program that asks for tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OAuthClient {
    pub id: ClientId,
    /// Whose client it is.
    pub tenant_id: TenantId,
    /// Who it is when it acts for itself (`client_credentials`).
    pub user_id: UserId,
    pub name: String,
    pub description: Option<String>,
    /// Whether it has a secret and must show it.
    pub is_confidential: bool,
    /// Ours: serves the users of every tenant and may ask for passwords. Others serve the users of their own tenant.
    pub is_first_party: bool,
    pub scopes: Vec<String>,
    pub grant_types: Vec<GrantType>,
    /// Compared as text, exactly.
    pub redirect_uris: Vec<String>,
    pub access_ttl_seconds: i64,
    pub refresh_ttl_seconds: i64,
    pub created_at: Timestamp,
    pub updated_at: Option<Timestamp>,
    pub deactivated_at: Option<Timestamp>,
}

impl OAuthClient {
    pub fn is_active(&self) -> bool {
        self.deactivated_at.is_none()
    }

    pub fn may_use(&self, grant: GrantType) -> bool {
        self.grant_types.contains(&grant)
    }

    /// Whether users of this tenant may sign in through it.
    pub fn serves(&self, tenant: TenantId) -> bool {
        self.is_first_party || self.tenant_id == tenant
    }
}

/// One login and all refresh tokens that came of it, of which at most one is live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenFamily {
    pub id: FamilyId,
    pub tenant_id: TenantId,
    pub user_id: UserId,
    pub client_id: ClientId,
    /// The same for all tokens of the family.
    pub scopes: Vec<String>,
    pub created_at: Timestamp,
    /// When the live token ends unless it is used before; never later than `expires_at`.
    pub token_expires_at: Timestamp,
    /// The end that no refresh moves.
    pub expires_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

impl TokenFamily {
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.token_expires_at > now
    }
}

/// A key that signs access tokens. Its private half is sealed; the store cannot open it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKey {
    pub kid: String,
    pub sealed: String,
    /// As it stands in the JWKS.
    pub public_jwk: Value,
    pub state: SigningKeyState,
    pub created_at: Timestamp,
    /// From here on nothing is verified with it; `None` while it is active.
    pub not_after: Option<Timestamp>,
}
