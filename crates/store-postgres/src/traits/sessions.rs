use std::net::IpAddr;

use artel_domain::{AuditEntry, Session, SessionId, TenantId, Timestamp, UserId};
use artel_store::{Answered, CallAnswer, NewSession, Page, Presence, Result, SessionFilter, Sessions, Viewer};
use async_trait::async_trait;

use crate::error::{retrying, sweeping, within};
use crate::store::PostgresStore;
use crate::{answers, presence, sessions};

#[async_trait]
impl Sessions for PostgresStore {
    async fn create_session(&self, new: NewSession, audit: AuditEntry) -> Result<Option<Session>> {
        retrying(|| sessions::create(&self.pool, &new, &audit)).await
    }

    async fn list_sessions(&self, viewer: &Viewer, filter: SessionFilter, page: Page) -> Result<(Vec<Session>, i64)> {
        within(sessions::list(&self.pool, viewer, filter, page)).await
    }

    async fn find_sessions_by_id(&self, session: &SessionId) -> Result<Vec<Session>> {
        within(sessions::find_by_id(&self.pool, session)).await
    }

    async fn rename_session(
        &self,
        viewer: &Viewer,
        session: &SessionId,
        title: &str,
        audit: AuditEntry,
    ) -> Result<Option<Session>> {
        retrying(|| sessions::rename(&self.pool, viewer, session, title, &audit)).await
    }

    async fn end_session(&self, viewer: &Viewer, session: &SessionId, audit: AuditEntry) -> Result<bool> {
        retrying(|| sessions::end(&self.pool, viewer, session, &audit)).await
    }

    async fn answer_call(&self, viewer: &Viewer, answer: CallAnswer, audit: AuditEntry) -> Result<Answered> {
        retrying(|| answers::answer(&self.pool, viewer, &answer, &audit)).await
    }

    async fn note_presence(&self, presence: &Presence, ip: IpAddr, at: Timestamp) -> Result<()> {
        within(presence::note(&self.pool, presence, ip, at)).await
    }

    async fn find_presences(
        &self,
        tenant: TenantId,
        user: UserId,
        ip: IpAddr,
        since: Timestamp,
    ) -> Result<Vec<Presence>> {
        within(presence::find(&self.pool, tenant, user, ip, since)).await
    }

    async fn forget_presence(&self, before: Timestamp) -> Result<u64> {
        sweeping(presence::forget(&self.pool, before)).await
    }
}
