use artel_domain::{AgentId, AuditEntry, Credential, CredentialId, Grant, GrantId, GrantScopes, TenantId, Timestamp};
use async_trait::async_trait;

use crate::{Page, Result, Viewer};

/// What came of keeping a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialWrite {
    Done(Credential),
    /// The service has an account of this `instance_id` already.
    InstanceTaken,
    /// The version of the connector that the secret was entered for is not there any more.
    ConnectorChanged,
}

/// What of a credential is changed; `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct CredentialPatch {
    pub account_label: Option<String>,
    /// The new secret, sealed.
    pub sealed: Option<String>,
}

/// A credential with its sealed secret, which the store cannot open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedCredential {
    pub credential: Credential,
    pub sealed: String,
    /// When label or secret were written last: another secret has another time.
    pub changed_at: Timestamp,
}

/// What came of granting a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GrantWrite {
    Done(Grant),
    AgentMissing,
    CredentialMissing,
    /// The credential is of a service that is not among the agent's connectors.
    ConnectorMissing,
    /// The agent has a grant of this credential already.
    Duplicate,
}

/// Accounts of external services, with their sealed secrets.
///
/// A credential with a user exists for that user, for administrators and for services alone.
#[async_trait]
pub trait Credentials: Send + Sync {
    /// When a row with this id is there already in this tenant (a retried request), that row is returned and nothing is
    /// written.
    ///
    /// # Arguments
    /// * `version`: the digest of the organisation's connector that the secret was entered for. It is the one that is
    ///   there when the account is, also when somebody replaces the connector at the same time. `None` for a connector
    ///   of the installation, which no organisation replaces.
    async fn create_credential(
        &self,
        credential: Credential,
        version: Option<String>,
        sealed: String,
        audit: AuditEntry,
    ) -> Result<CredentialWrite>;
    async fn find_credential(&self, viewer: &Viewer, credential: CredentialId) -> Result<Option<Credential>>;
    /// By service and instance. The page and the number of all.
    ///
    /// # Arguments
    /// * `service`: only credentials of this service.
    async fn list_credentials(
        &self,
        viewer: &Viewer,
        service: Option<&str>,
        page: Page,
    ) -> Result<(Vec<Credential>, i64)>;
    async fn find_sealed_credential(
        &self,
        viewer: &Viewer,
        credential: CredentialId,
    ) -> Result<Option<SealedCredential>>;
    /// `None`: no such credential.
    async fn update_credential(
        &self,
        viewer: &Viewer,
        credential: CredentialId,
        patch: CredentialPatch,
        audit: AuditEntry,
    ) -> Result<Option<Credential>>;
    /// Its grants go with it.
    async fn delete_credential(&self, viewer: &Viewer, credential: CredentialId, audit: AuditEntry) -> Result<bool>;
    /// An agent used the credential at `at`. Written at most once a minute.
    async fn note_credential_use(&self, tenant: TenantId, credential: CredentialId, at: Timestamp) -> Result<()>;
}

/// Which agent may use which credential.
///
/// A grant exists for those for whom its credential does.
#[async_trait]
pub trait Grants: Send + Sync {
    /// When a row with this id is there already in this tenant (a retried request), that row is returned and nothing is
    /// written.
    async fn create_grant(&self, viewer: &Viewer, grant: Grant, audit: AuditEntry) -> Result<GrantWrite>;
    /// Oldest first. `None`: no such agent.
    async fn list_grants(&self, viewer: &Viewer, agent: AgentId) -> Result<Option<Vec<Grant>>>;
    /// `None`: no such agent or grant.
    async fn update_grant(
        &self,
        viewer: &Viewer,
        agent: AgentId,
        grant: GrantId,
        scopes: GrantScopes,
        audit: AuditEntry,
    ) -> Result<Option<Grant>>;
    async fn delete_grant(&self, viewer: &Viewer, agent: AgentId, grant: GrantId, audit: AuditEntry) -> Result<bool>;
    /// Every credential of these services that the viewer sees, by service and instance, each with the agent's grant.
    async fn list_agent_credentials(
        &self,
        viewer: &Viewer,
        agent: AgentId,
        services: &[String],
    ) -> Result<Vec<(Credential, Option<Grant>)>>;
}
