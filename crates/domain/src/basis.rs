use crate::{ApiKeyId, ClientId, FamilyId, TenantId, UserId};

/// What a caller's access rests on. The access is lost with any part of it: when the user's account is deactivated, the
/// API key is revoked or expires, the login is ended, or the client is deactivated.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Basis {
    pub tenant_id: TenantId,
    pub user_id: UserId,
    /// The key that was shown, or that was exchanged for the token that was.
    pub api_key_id: Option<ApiKeyId>,
    /// The login that the token is of.
    pub family_id: Option<FamilyId>,
    /// The OAuth client that was given the token, for itself or for the login.
    pub client_id: Option<ClientId>,
}

impl Basis {
    /// The user alone.
    pub fn of_user(tenant_id: TenantId, user_id: UserId) -> Self {
        Self { tenant_id, user_id, api_key_id: None, family_id: None, client_id: None }
    }
}
