use artel_domain::{AgentId, AuditEntry, Credential, CredentialId, Grant, GrantId, GrantScopes, TenantId, Timestamp};
use artel_store::{
    CredentialPatch, CredentialWrite, Credentials, GrantWrite, Grants, Page, Result, SealedCredential, Viewer,
};
use async_trait::async_trait;

use crate::store::SqliteStore;
use crate::{credentials, grants};

#[async_trait]
impl Credentials for SqliteStore {
    async fn create_credential(
        &self,
        credential: Credential,
        version: Option<String>,
        sealed: String,
        audit: AuditEntry,
    ) -> Result<CredentialWrite> {
        self.write((credential, version, sealed, audit), |(credential, version, sealed, audit), tx| {
            Box::pin(credentials::create(tx, credential, version.as_deref(), sealed, audit))
        })
        .await
    }

    async fn find_credential(&self, viewer: &Viewer, credential: CredentialId) -> Result<Option<Credential>> {
        Ok(credentials::find(&self.reads, viewer, credential).await?)
    }

    async fn list_credentials(
        &self,
        viewer: &Viewer,
        service: Option<&str>,
        page: Page,
    ) -> Result<(Vec<Credential>, i64)> {
        Ok(credentials::list(&self.reads, viewer, service, page).await?)
    }

    async fn find_sealed_credential(
        &self,
        viewer: &Viewer,
        credential: CredentialId,
    ) -> Result<Option<SealedCredential>> {
        Ok(credentials::find_sealed(&self.reads, viewer, credential).await?)
    }

    async fn update_credential(
        &self,
        viewer: &Viewer,
        credential: CredentialId,
        patch: CredentialPatch,
        audit: AuditEntry,
    ) -> Result<Option<Credential>> {
        self.write((viewer.clone(), credential, patch, audit), |(viewer, credential, patch, audit), tx| {
            Box::pin(credentials::update(tx, viewer, *credential, patch, audit))
        })
        .await
    }

    async fn delete_credential(&self, viewer: &Viewer, credential: CredentialId, audit: AuditEntry) -> Result<bool> {
        self.write((viewer.clone(), credential, audit), |(viewer, credential, audit), tx| {
            Box::pin(credentials::delete(tx, viewer, *credential, audit))
        })
        .await
    }

    async fn note_credential_use(&self, tenant: TenantId, credential: CredentialId, at: Timestamp) -> Result<()> {
        self.write((tenant, credential, at), |(tenant, credential, at), tx| {
            Box::pin(credentials::note_use(tx, *tenant, *credential, *at))
        })
        .await
    }
}

#[async_trait]
impl Grants for SqliteStore {
    async fn create_grant(&self, viewer: &Viewer, grant: Grant, audit: AuditEntry) -> Result<GrantWrite> {
        self.write((viewer.clone(), grant, audit), |(viewer, grant, audit), tx| {
            Box::pin(grants::create(tx, viewer, grant, audit))
        })
        .await
    }

    async fn list_grants(&self, viewer: &Viewer, agent: AgentId) -> Result<Option<Vec<Grant>>> {
        Ok(grants::list(&self.reads, viewer, agent).await?)
    }

    async fn update_grant(
        &self,
        viewer: &Viewer,
        agent: AgentId,
        grant: GrantId,
        scopes: GrantScopes,
        audit: AuditEntry,
    ) -> Result<Option<Grant>> {
        self.write((viewer.clone(), (agent, grant), scopes, audit), |(viewer, place, scopes, audit), tx| {
            Box::pin(grants::update(tx, viewer, *place, scopes, audit))
        })
        .await
    }

    async fn delete_grant(&self, viewer: &Viewer, agent: AgentId, grant: GrantId, audit: AuditEntry) -> Result<bool> {
        self.write((viewer.clone(), agent, grant, audit), |(viewer, agent, grant, audit), tx| {
            Box::pin(grants::delete(tx, viewer, *agent, *grant, audit))
        })
        .await
    }

    async fn list_agent_credentials(
        &self,
        viewer: &Viewer,
        agent: AgentId,
        services: &[String],
    ) -> Result<Vec<(Credential, Option<Grant>)>> {
        Ok(grants::with_credentials(&self.reads, viewer, agent, services).await?)
    }
}
