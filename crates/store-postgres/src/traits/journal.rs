use artel_domain::{Entry, SessionId};
use artel_store::{Blocked, Fence, Journal, NewChild, Result, Step, StoreError, TurnRecord, Viewer};
use async_trait::async_trait;

use crate::commit::Written;
use crate::error::{retrying, within};
use crate::store::PostgresStore;
use crate::{access, blocked, children, commit, journal, turn};

#[async_trait]
impl Journal for PostgresStore {
    async fn load_turn(&self, fence: &Fence, dialogue_limit: u32) -> Result<TurnRecord> {
        within(turn::load(&self.pool, fence, dialogue_limit)).await?.ok_or(StoreError::Fenced)
    }

    async fn commit(&self, fence: &Fence, step: Step) -> Result<()> {
        match retrying(|| commit::commit(&self.pool, fence, &step)).await? {
            Written::Done => Ok(()),
            Written::Fenced => Err(StoreError::Fenced),
            Written::Answered => Err(StoreError::Answered),
        }
    }

    async fn start_children(&self, fence: &Fence, new: Vec<NewChild>) -> Result<()> {
        let held = retrying(|| children::start(&self.pool, fence, &new)).await?;
        if held { Ok(()) } else { Err(StoreError::Fenced) }
    }

    async fn hand_back(&self, fence: &Fence, blocked: Blocked) -> Result<()> {
        let held = retrying(|| blocked::hand_back(&self.pool, fence, &blocked)).await?;
        if held { Ok(()) } else { Err(StoreError::Fenced) }
    }

    async fn session_entries(
        &self,
        viewer: &Viewer,
        session: &SessionId,
        before_seq: i64,
        limit: u32,
    ) -> Result<Vec<Entry>> {
        let found = within(journal::of_session(&self.pool, viewer, session, before_seq, limit)).await?;
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
        let found = within(journal::of_session_after(&self.pool, viewer, session, after_seq, limit)).await?;
        access::note(self, viewer, [session]).await?;
        Ok(found)
    }
}
