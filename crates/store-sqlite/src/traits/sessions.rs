use std::net::IpAddr;

use artel_domain::{AuditEntry, Session, SessionId, TenantId, Timestamp, UserId};
use artel_store::{Answered, CallAnswer, NewSession, Page, Result, SessionFilter, Sessions};
use async_trait::async_trait;

use crate::store::SqliteStore;
use crate::{answers, presence, sessions};

#[async_trait]
impl Sessions for SqliteStore {
    async fn create_session(&self, new: NewSession, audit: AuditEntry) -> Result<Option<Session>> {
        self.write((new, audit), |(new, audit), tx| Box::pin(sessions::create(tx, new, audit))).await
    }

    async fn list_sessions(&self, tenant: TenantId, filter: SessionFilter, page: Page) -> Result<(Vec<Session>, i64)> {
        Ok(sessions::list(&self.reads, tenant, filter, page).await?)
    }

    async fn find_sessions_by_id(&self, session: &SessionId) -> Result<Vec<Session>> {
        Ok(sessions::find_by_id(&self.reads, session).await?)
    }

    async fn rename_session(&self, tenant: TenantId, session: &SessionId, title: &str, audit: AuditEntry) -> Result<Option<Session>> {
        let asked = (tenant, session.clone(), title.to_owned(), audit);
        self.write(asked, |(tenant, session, title, audit), tx| Box::pin(sessions::rename(tx, *tenant, session, title, audit))).await
    }

    async fn end_session(&self, tenant: TenantId, session: &SessionId, audit: AuditEntry) -> Result<bool> {
        self.write((tenant, session.clone(), audit), |(tenant, session, audit), tx| Box::pin(sessions::end(tx, *tenant, session, audit)))
            .await
    }

    async fn answer_call(&self, answer: CallAnswer, audit: AuditEntry) -> Result<Answered> {
        self.write((answer, audit), |(answer, audit), tx| Box::pin(answers::answer(tx, answer, audit))).await
    }

    async fn note_presence(&self, tenant: TenantId, user: UserId, ip: IpAddr, at: Timestamp) -> Result<()> {
        self.write((tenant, user, ip, at), |(tenant, user, ip, at), tx| Box::pin(presence::note(tx, *tenant, *user, *ip, *at))).await
    }

    async fn was_present(&self, tenant: TenantId, user: UserId, ip: IpAddr, since: Timestamp) -> Result<bool> {
        Ok(presence::was(&self.reads, tenant, user, ip, since).await?)
    }

    async fn forget_presence(&self, before: Timestamp) -> Result<u64> {
        self.write(before, |before, tx| Box::pin(presence::forget(tx, *before))).await
    }
}
