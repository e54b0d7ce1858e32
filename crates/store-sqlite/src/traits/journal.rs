use artel_domain::{Entry, SessionId};
use artel_store::{Blocked, Fence, Journal, NewChild, Result, Step, TurnRecord, Viewer};
use async_trait::async_trait;

use crate::store::SqliteStore;
use crate::{access, blocked, children, commit, journal, turn};

#[async_trait]
impl Journal for SqliteStore {
    async fn load_turn(&self, fence: &Fence, dialogue_limit: u32) -> Result<TurnRecord> {
        Ok(turn::load(&self.reads, fence, dialogue_limit).await?)
    }

    async fn commit(&self, fence: &Fence, step: Step) -> Result<()> {
        self.write((fence.clone(), step), |(fence, step), tx| Box::pin(commit::commit(tx, fence, step))).await
    }

    async fn start_children(&self, fence: &Fence, children: Vec<NewChild>) -> Result<()> {
        self.write((fence.clone(), children), |(fence, new), tx| Box::pin(children::start(tx, fence, new))).await
    }

    async fn hand_back(&self, fence: &Fence, blocked: Blocked) -> Result<()> {
        self.write((fence.clone(), blocked), |(fence, blocked), tx| Box::pin(blocked::hand_back(tx, fence, blocked)))
            .await
    }

    async fn session_entries(
        &self,
        viewer: &Viewer,
        session: &SessionId,
        before_seq: i64,
        limit: u32,
    ) -> Result<Vec<Entry>> {
        let found = journal::of_session(&self.reads, viewer, session, before_seq, limit).await?;
        access::note(self, viewer, [session]).await?;
        Ok(found)
    }

    async fn session_entries_after(
        &self,
        viewer: &Viewer,
        session: &SessionId,
        after_seq: i64,
        limit: u32,
    ) -> Result<Vec<Entry>> {
        let found = journal::of_session_after(&self.reads, viewer, session, after_seq, limit).await?;
        access::note(self, viewer, [session]).await?;
        Ok(found)
    }
}
