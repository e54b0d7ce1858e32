use artel_domain::{Entry, SessionId, TenantId};
use artel_store::{Fence, Journal, Result, Step, TurnRecord};
use async_trait::async_trait;
use sqlx::SqlitePool;

use crate::error::Outcome;
use crate::rows::{all, entries};
use crate::store::SqliteStore;
use crate::{commit, load};

#[async_trait]
impl Journal for SqliteStore {
    async fn load_turn(&self, fence: &Fence, dialogue_limit: u32) -> Result<TurnRecord> {
        Ok(load::load(&self.reads, fence, dialogue_limit).await?)
    }

    async fn commit(&self, fence: &Fence, step: Step) -> Result<()> {
        self.write((fence.clone(), step), |(fence, step), tx| Box::pin(commit::commit(tx, fence, step))).await
    }

    async fn session_entries(&self, tenant: TenantId, session: &SessionId, before_seq: i64, limit: u32) -> Result<Vec<Entry>> {
        Ok(session_entries(&self.reads, tenant, session, before_seq, limit).await?)
    }

    async fn session_entries_after(&self, tenant: TenantId, session: &SessionId, after_seq: i64, limit: u32) -> Result<Vec<Entry>> {
        Ok(session_entries_after(&self.reads, tenant, session, after_seq, limit).await?)
    }
}

async fn session_entries(reads: &SqlitePool, tenant: TenantId, session: &SessionId, before_seq: i64, limit: u32) -> Outcome<Vec<Entry>> {
    let before_seq = if before_seq == 0 { i64::MAX } else { before_seq };
    let mut found = entries!(
        "WHERE tenant_id = ?1 AND session_id = ?2 AND seq < ?3 AND kind <> 'delta' ORDER BY seq DESC LIMIT ?4 + 0",
        tenant.0,
        session.0,
        before_seq,
        limit
    )
    .fetch_all(reads)
    .await?;
    found.reverse();
    all(found)
}

async fn session_entries_after(
    reads: &SqlitePool,
    tenant: TenantId,
    session: &SessionId,
    after_seq: i64,
    limit: u32,
) -> Outcome<Vec<Entry>> {
    let found =
        entries!("WHERE tenant_id = ?1 AND session_id = ?2 AND seq > ?3 ORDER BY seq LIMIT ?4 + 0", tenant.0, session.0, after_seq, limit)
            .fetch_all(reads)
            .await?;
    all(found)
}
