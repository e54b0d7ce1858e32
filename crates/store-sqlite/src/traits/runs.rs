use std::time::Duration;

use artel_domain::{
    Approval, ApprovalId, AuditEntry, Entry, Run, RunId, Session, SessionId, TenantId, Timestamp, ToolCallRow,
};
use artel_store::{
    ApprovalFilter, CancelOutcome, Claim, Created, Decided, NewRun, Renewed, Result, RunFilter, Runs, Viewer,
};
use async_trait::async_trait;

use crate::store::SqliteStore;
use crate::{access, admission, approvals, blocked, claims, fold, journal, runs, sessions, steering, tool_calls};

#[async_trait]
impl Runs for SqliteStore {
    async fn create_run(&self, viewer: &Viewer, new: NewRun, audit: AuditEntry) -> Result<Created> {
        let asked = (viewer.clone(), new, audit);
        self.write(asked, |(viewer, new, audit), tx| Box::pin(admission::create(tx, viewer, new, audit))).await
    }

    async fn find_run(&self, viewer: &Viewer, run: RunId) -> Result<Option<Run>> {
        let found = runs::find_seen(&self.reads, viewer, run).await?;
        access::note(self, viewer, found.iter().map(|run| &run.session_id)).await?;
        Ok(found)
    }

    async fn list_runs(&self, viewer: &Viewer, filter: RunFilter) -> Result<Vec<Run>> {
        let found = runs::list(&self.reads, viewer, &filter).await?;
        access::note(self, viewer, found.iter().map(|run| &run.session_id)).await?;
        Ok(found)
    }

    async fn list_tool_calls(&self, viewer: &Viewer, runs: &[RunId]) -> Result<Vec<ToolCallRow>> {
        let found = tool_calls::of_runs(&self.reads, viewer, runs).await?;
        access::note_runs(self, viewer, runs).await?;
        Ok(found)
    }

    async fn find_session(&self, viewer: &Viewer, session: &SessionId) -> Result<Option<Session>> {
        let found = sessions::find_seen(&self.reads, viewer, session).await?;
        access::note(self, viewer, found.iter().map(|session| &session.id)).await?;
        Ok(found)
    }

    async fn session_key(&self, viewer: &Viewer, name: &SessionId) -> Result<SessionId> {
        Ok(sessions::key(&self.reads, viewer, name).await?)
    }

    async fn claim_runs(
        &self,
        worker: &str,
        lease: Duration,
        limit: u32,
        seq_block: i64,
        without: &[TenantId],
    ) -> Result<Vec<Claim>> {
        let asked =
            claims::ClaimRequest { worker: worker.to_owned(), lease, limit, seq_block, without: without.to_vec() };
        self.write(asked, |asked, tx| Box::pin(claims::claim(tx, asked))).await
    }

    async fn renew_leases(&self, worker: &str, lease: Duration, held: &[(RunId, i64)]) -> Result<Renewed> {
        let held = (worker.to_owned(), lease, held.to_vec());
        self.write(held, |(worker, lease, held), tx| Box::pin(claims::renew(tx, worker, *lease, held))).await
    }

    async fn release_runs(&self, worker: &str) -> Result<u64> {
        self.write(worker.to_owned(), |worker, tx| Box::pin(claims::release(tx, worker))).await
    }

    async fn wake_blocked_runs(&self, level: i64) -> Result<u64> {
        self.write(level, |level, tx| Box::pin(blocked::wake(tx, *level))).await
    }

    async fn cancel_run(&self, viewer: &Viewer, run: RunId, audit: AuditEntry) -> Result<CancelOutcome> {
        let asked = (viewer.clone(), run, audit);
        self.write(asked, |(viewer, run, audit), tx| Box::pin(steering::cancel(tx, viewer, *run, audit))).await
    }

    async fn decide_approval(&self, viewer: &Viewer, decided: Decided, audit: AuditEntry) -> Result<Option<Approval>> {
        let asked = (viewer.clone(), decided, audit);
        self.write(asked, |(viewer, decided, audit), tx| Box::pin(approvals::decide(tx, viewer, decided, audit))).await
    }

    async fn find_approval(&self, viewer: &Viewer, approval: ApprovalId) -> Result<Option<Approval>> {
        let found = approvals::find(&self.reads, viewer, approval).await?;
        access::note(self, viewer, found.iter().map(|approval| &approval.session_id)).await?;
        Ok(found)
    }

    async fn list_approvals(&self, viewer: &Viewer, filter: ApprovalFilter) -> Result<Vec<Approval>> {
        let found = approvals::list(&self.reads, viewer, filter).await?;
        access::note(self, viewer, found.iter().map(|approval| &approval.session_id)).await?;
        Ok(found)
    }

    async fn due_approvals(&self, now: Timestamp, limit: u32) -> Result<Vec<Approval>> {
        Ok(approvals::due(&self.reads, now, limit).await?)
    }

    async fn run_entries(&self, viewer: &Viewer, run: RunId, after_seq: i64, limit: u32) -> Result<Vec<Entry>> {
        let found = journal::of_run(&self.reads, viewer, run, after_seq, limit).await?;
        access::note_runs(self, viewer, &[run]).await?;
        Ok(found)
    }

    async fn fold_deltas(&self, ended_before: Timestamp, limit: u32) -> Result<u64> {
        fold::fold(self, ended_before, limit).await
    }
}
