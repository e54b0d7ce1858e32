use artel_domain::{AgentId, CredentialId, Grant, GrantId, GrantScopes, Timestamp, UserId};
use serde::Serialize;
use utoipa::ToSchema;

/// The right of an agent to use a credential.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GrantView {
    id: GrantId,
    /// The same as `id`.
    grant_id: GrantId,
    agent_id: AgentId,
    credential_id: CredentialId,
    #[schema(schema_with = crate::document::grant_scopes)]
    scopes: GrantScopes,
    created_by: UserId,
    created_at: Timestamp,
}

impl From<Grant> for GrantView {
    fn from(grant: Grant) -> Self {
        let Grant { id, agent_id, credential_id, scopes, created_by, created_at, tenant_id: _ } = grant;
        Self { id, grant_id: id, agent_id, credential_id, scopes, created_by, created_at }
    }
}
