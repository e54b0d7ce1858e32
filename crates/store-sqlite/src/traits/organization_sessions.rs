use artel_domain::{AuditEntry, Session, SessionId};
use artel_store::{NewOrganizationSession, OrganizationSessionFilter, OrganizationSessions, Page, Result, Viewer};
use async_trait::async_trait;

use crate::store::SqliteStore;
use crate::{access, organization_sessions};

#[async_trait]
impl OrganizationSessions for SqliteStore {
    async fn create_organization_session(
        &self,
        new: NewOrganizationSession,
        audit: AuditEntry,
    ) -> Result<Option<Session>> {
        self.write((new, audit), |(new, audit), tx| Box::pin(organization_sessions::create(tx, new, audit))).await
    }

    async fn find_organization_session(&self, viewer: &Viewer, session: &SessionId) -> Result<Option<Session>> {
        let found = organization_sessions::find(&self.reads, viewer, session).await?;
        access::note(self, viewer, found.iter().map(|session| &session.id)).await?;
        Ok(found)
    }

    async fn list_organization_sessions(
        &self,
        viewer: &Viewer,
        filter: OrganizationSessionFilter,
        page: Page,
    ) -> Result<(Vec<Session>, i64)> {
        let (found, total) = organization_sessions::list(&self.reads, viewer, &filter, page).await?;
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
        let asked = (viewer.clone(), session.clone(), title.to_owned(), audit);
        self.write(asked, |(viewer, session, title, audit), tx| {
            Box::pin(organization_sessions::rename(tx, viewer, session, title, audit))
        })
        .await
    }
}
