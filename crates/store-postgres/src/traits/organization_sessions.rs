use artel_domain::{AuditEntry, Session, SessionId};
use artel_store::{NewOrganizationSession, OrganizationSessionFilter, OrganizationSessions, Page, Result, Viewer};
use async_trait::async_trait;

use crate::error::{retrying, within};
use crate::store::PostgresStore;
use crate::{access, organization_sessions};

#[async_trait]
impl OrganizationSessions for PostgresStore {
    async fn create_organization_session(
        &self,
        new: NewOrganizationSession,
        audit: AuditEntry,
    ) -> Result<Option<Session>> {
        retrying(|| organization_sessions::create(&self.pool, &new, &audit)).await
    }

    async fn find_organization_session(&self, viewer: &Viewer, session: &SessionId) -> Result<Option<Session>> {
        let found = within(organization_sessions::find(&self.pool, viewer, session)).await?;
        access::note(self, viewer, found.iter().map(|session| &session.id)).await?;
        Ok(found)
    }

    async fn list_organization_sessions(
        &self,
        viewer: &Viewer,
        filter: OrganizationSessionFilter,
        page: Page,
    ) -> Result<(Vec<Session>, i64)> {
        let (found, total) = within(organization_sessions::list(&self.pool, viewer, &filter, page)).await?;
        access::note(self, viewer, found.iter().map(|session| &session.id)).await?;
        Ok((found, total))
    }

    async fn rename_organization_session(
        &self,
        viewer: &Viewer,
        session: &SessionId,
        title: &str,
        audit: AuditEntry,
    ) -> Result<Option<Session>> {
        retrying(|| organization_sessions::rename(&self.pool, viewer, session, title, &audit)).await
    }
}
