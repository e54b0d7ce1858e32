use artel_domain::{Credential, CredentialId};
use serde::Serialize;
use utoipa::ToSchema;

/// A credential without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CredentialView {
    /// The same as `credential_id`.
    id: CredentialId,
    #[serde(flatten)]
    credential: Credential,
}

impl From<Credential> for CredentialView {
    fn from(credential: Credential) -> Self {
        Self { id: credential.id, credential }
    }
}
