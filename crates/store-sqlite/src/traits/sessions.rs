use std::net::IpAddr;

use artel_domain::{AuditEntry, Session, SessionId, TenantId, Timestamp, UserId};
use artel_store::{Answered, CallAnswer, NewSession, Page, Presence, Result, SessionFilter, Sessions, Viewer};
use async_trait::async_trait;

use crate::store::SqliteStore;
use crate::{answers, presence, sessions};

#[async_trait]
impl Sessions for SqliteStore {
    async fn create_session(&self, new: NewSession, audit: AuditEntry) -> Result<Option<Session>> {
        self.write((new, audit), |(new, audit), tx| Box::pin(sessions::create(tx, new, audit))).await
    }

    async fn list_sessions(&self, viewer: &Viewer, filter: SessionFilter, page: Page) -> Result<(Vec<Session>, i64)> {
        Ok(sessions::list(&self.reads, viewer, filter, page).await?)
    }

    async fn find_sessions_by_id(&self, session: &SessionId) -> Result<Vec<Session>> {
        Ok(sessions::find_by_id(&self.reads, session).await?)
    }

    async fn rename_session(
        &self,
        viewer: &Viewer,
        session: &SessionId,
        title: &str,
        audit: AuditEntry,
    ) -> Result<Option<Session>> {
        let asked = (viewer.clone(), session.clone(), title.to_owned(), audit);
        self.write(asked, |(viewer, session, title, audit), tx| {
            Box::pin(sessions::rename(tx, viewer, session, title, audit))
        })
        .await
    }

    async fn end_session(&self, viewer: &Viewer, session: &SessionId, audit: AuditEntry) -> Result<bool> {
        let asked = (viewer.clone(), session.clone(), audit);
        self.write(asked, |(viewer, session, audit), tx| Box::pin(sessions::end(tx, viewer, session, audit))).await
    }

    async fn answer_call(&self, viewer: &Viewer, answer: CallAnswer, audit: AuditEntry) -> Result<Answered> {
        let asked = (viewer.clone(), answer, audit);
        self.write(asked, |(viewer, answer, audit), tx| Box::pin(answers::answer(tx, viewer, answer, audit))).await
    }

    async fn note_presence(&self, presence: &Presence, ip: IpAddr, at: Timestamp) -> Result<()> {
        let seen = (presence.clone(), ip, at);
        self.write(seen, |(presence, ip, at), tx| Box::pin(presence::note(tx, presence, *ip, *at))).await
    }

    async fn find_presences(
        &self,
        tenant: TenantId,
        user: UserId,
        ip: IpAddr,
        since: Timestamp,
    ) -> Result<Vec<Presence>> {
        Ok(presence::find(&self.reads, tenant, user, ip, since).await?)
    }

    async fn forget_presence(&self, before: Timestamp) -> Result<u64> {
        self.write(before, |before, tx| Box::pin(presence::forget(tx, *before))).await
    }
}
