use artel_domain::{AgentId, AuditEntry, Credential, CredentialId, Grant, GrantId, GrantScopes, TenantId, Timestamp};
use artel_store::{
    CredentialPatch, CredentialWrite, Credentials, GrantWrite, Grants, Page, Result, SealedCredential, Viewer,
};
use async_trait::async_trait;

use crate::error::{retrying, within};
use crate::store::PostgresStore;
use crate::{credentials, grants};

#[async_trait]
impl Credentials for PostgresStore {
    async fn create_credential(
        &self,
        credential: Credential,
        version: Option<String>,
        sealed: String,
        audit: AuditEntry,
    ) -> Result<CredentialWrite> {
        retrying(|| credentials::create(&self.pool, &credential, version.as_deref(), &sealed, &audit)).await
    }

    async fn find_credential(&self, viewer: &Viewer, credential: CredentialId) -> Result<Option<Credential>> {
        within(credentials::find(&self.pool, viewer, credential)).await
    }

    async fn list_credentials(
        &self,
        viewer: &Viewer,
        service: Option<&str>,
        page: Page,
    ) -> Result<(Vec<Credential>, i64)> {
        within(credentials::list(&self.pool, viewer, service, page)).await
    }

    async fn find_sealed_credential(
        &self,
        viewer: &Viewer,
        credential: CredentialId,
    ) -> Result<Option<SealedCredential>> {
        within(credentials::find_sealed(&self.pool, viewer, credential)).await
    }

    async fn update_credential(
        &self,
        viewer: &Viewer,
        credential: CredentialId,
        patch: CredentialPatch,
        audit: AuditEntry,
    ) -> Result<Option<Credential>> {
        retrying(|| credentials::update(&self.pool, viewer, credential, &patch, &audit)).await
    }

    async fn delete_credential(&self, viewer: &Viewer, credential: CredentialId, audit: AuditEntry) -> Result<bool> {
        retrying(|| credentials::delete(&self.pool, viewer, credential, &audit)).await
    }

    async fn note_credential_use(&self, tenant: TenantId, credential: CredentialId, at: Timestamp) -> Result<()> {
        retrying(|| credentials::note_use(&self.pool, tenant, credential, at)).await
    }
}

#[async_trait]
impl Grants for PostgresStore {
    async fn create_grant(&self, viewer: &Viewer, grant: Grant, audit: AuditEntry) -> Result<GrantWrite> {
        retrying(|| grants::create(&self.pool, viewer, &grant, &audit)).await
    }

    async fn list_grants(&self, viewer: &Viewer, agent: AgentId) -> Result<Option<Vec<Grant>>> {
        within(grants::list(&self.pool, viewer, agent)).await
    }

    async fn update_grant(
        &self,
        viewer: &Viewer,
        agent: AgentId,
        grant: GrantId,
        scopes: GrantScopes,
        audit: AuditEntry,
    ) -> Result<Option<Grant>> {
        retrying(|| grants::update(&self.pool, viewer, (agent, grant), &scopes, &audit)).await
    }

    async fn delete_grant(&self, viewer: &Viewer, agent: AgentId, grant: GrantId, audit: AuditEntry) -> Result<bool> {
        retrying(|| grants::delete(&self.pool, viewer, agent, grant, &audit)).await
    }

    async fn list_agent_credentials(
        &self,
        viewer: &Viewer,
        agent: AgentId,
        services: &[String],
    ) -> Result<Vec<(Credential, Option<Grant>)>> {
        within(grants::with_credentials(&self.pool, viewer, agent, services)).await
    }
}
