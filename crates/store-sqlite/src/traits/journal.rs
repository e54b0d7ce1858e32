use artel_domain::{Entry, SessionId, TenantId};
use artel_store::{Blocked, Fence, Journal, Result, Step, TurnRecord};
use async_trait::async_trait;

use crate::store::SqliteStore;
use crate::{blocked, commit, journal, turn};

#[async_trait]
impl Journal for SqliteStore {
    async fn load_turn(&self, fence: &Fence, dialogue_limit: u32) -> Result<TurnRecord> {
        Ok(turn::load(&self.reads, fence, dialogue_limit).await?)
    }

    async fn commit(&self, fence: &Fence, step: Step) -> Result<()> {
        self.write((fence.clone(), step), |(fence, step), tx| Box::pin(commit::commit(tx, fence, step))).await
    }

    async fn hand_back(&self, fence: &Fence, blocked: Blocked) -> Result<()> {
        self.write((fence.clone(), blocked), |(fence, blocked), tx| Box::pin(blocked::hand_back(tx, fence, blocked))).await
    }

    async fn session_entries(&self, tenant: TenantId, session: &SessionId, before_seq: i64, limit: u32) -> Result<Vec<Entry>> {
        Ok(journal::of_session(&self.reads, tenant, session, before_seq, limit).await?)
    }

    async fn session_entries_after(&self, tenant: TenantId, session: &SessionId, after_seq: i64, limit: u32) -> Result<Vec<Entry>> {
        Ok(journal::of_session_after(&self.reads, tenant, session, after_seq, limit).await?)
    }
}
