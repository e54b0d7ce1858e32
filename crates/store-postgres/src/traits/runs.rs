use std::time::Duration;

use artel_domain::{
    Approval, ApprovalId, AuditEntry, Entry, Run, RunId, Session, SessionId, TenantId, Timestamp, ToolCallRow,
};
use artel_store::{
    ApprovalFilter, CancelOutcome, Claim, Created, Decided, NewRun, Renewed, Result, RunFilter, Runs, Viewer,
};
use async_trait::async_trait;

use crate::error::{in_time, retrying, sweeping_again, within};
use crate::store::PostgresStore;
use crate::{access, approvals, blocked, claims, fold, journal, runs, sessions, steering, tool_calls};

#[async_trait]
impl Runs for PostgresStore {
    async fn create_run(&self, viewer: &Viewer, new: NewRun, audit: AuditEntry) -> Result<Created> {
        in_time(self.admissions.write(new.tenant_id, (viewer.clone(), new, audit))).await
    }

    async fn find_run(&self, viewer: &Viewer, run: RunId) -> Result<Option<Run>> {
        let found = within(runs::find_seen(&self.pool, viewer, run)).await?;
        access::note(self, viewer, found.iter().map(|run| &run.session_id)).await?;
        Ok(found)
    }

    async fn list_runs(&self, viewer: &Viewer, filter: RunFilter) -> Result<Vec<Run>> {
        let found = within(runs::list(&self.pool, viewer, &filter)).await?;
        access::note(self, viewer, found.iter().map(|run| &run.session_id)).await?;
        Ok(found)
    }

    async fn list_tool_calls(&self, viewer: &Viewer, runs: &[RunId]) -> Result<Vec<ToolCallRow>> {
        let found = within(tool_calls::of_runs(&self.pool, viewer, runs)).await?;
        access::note_runs(self, viewer, runs).await?;
        Ok(found)
    }

    async fn find_session(&self, viewer: &Viewer, session: &SessionId) -> Result<Option<Session>> {
        let found = within(sessions::find_seen(&self.pool, viewer, session)).await?;
        access::note(self, viewer, found.iter().map(|session| &session.id)).await?;
        Ok(found)
    }

    async fn session_key(&self, viewer: &Viewer, name: &SessionId) -> Result<SessionId> {
        within(sessions::key(&self.pool, viewer, name)).await
    }

    async fn claim_runs(
        &self,
        worker: &str,
        lease: Duration,
        limit: u32,
        seq_block: i64,
        without: &[TenantId],
    ) -> Result<Vec<Claim>> {
        retrying(|| claims::claim(&self.pool, worker, lease, limit, seq_block, without)).await
    }

    async fn renew_leases(&self, worker: &str, lease: Duration, held: &[(RunId, i64)]) -> Result<Renewed> {
        retrying(|| claims::renew(&self.pool, worker, lease, held)).await
    }

    async fn release_runs(&self, worker: &str) -> Result<u64> {
        retrying(|| claims::release(&self.pool, worker)).await
    }

    async fn wake_blocked_runs(&self, level: i64) -> Result<u64> {
        retrying(|| blocked::wake(&self.pool, level)).await
    }

    async fn cancel_run(&self, viewer: &Viewer, run: RunId, audit: AuditEntry) -> Result<CancelOutcome> {
        retrying(|| steering::cancel(&self.pool, viewer, run, &audit)).await
    }

    async fn decide_approval(&self, viewer: &Viewer, decided: Decided, audit: AuditEntry) -> Result<Option<Approval>> {
        retrying(|| approvals::decide(&self.pool, viewer, &decided, &audit)).await
    }

    async fn find_approval(&self, viewer: &Viewer, approval: ApprovalId) -> Result<Option<Approval>> {
        let found = within(approvals::find(&self.pool, viewer, approval)).await?;
        access::note(self, viewer, found.iter().map(|approval| &approval.session_id)).await?;
        Ok(found)
    }

    async fn list_approvals(&self, viewer: &Viewer, filter: ApprovalFilter) -> Result<Vec<Approval>> {
        let found = within(approvals::list(&self.pool, viewer, filter)).await?;
        access::note(self, viewer, found.iter().map(|approval| &approval.session_id)).await?;
        Ok(found)
    }

    async fn due_approvals(&self, now: Timestamp, limit: u32) -> Result<Vec<Approval>> {
        within(approvals::due(&self.pool, now, limit)).await
    }

    async fn run_entries(&self, viewer: &Viewer, run: RunId, after_seq: i64, limit: u32) -> Result<Vec<Entry>> {
        let found = within(journal::of_run(&self.pool, viewer, run, after_seq, limit)).await?;
        access::note_runs(self, viewer, &[run]).await?;
        Ok(found)
    }

    async fn fold_deltas(&self, ended_before: Timestamp, limit: u32) -> Result<u64> {
        sweeping_again(|| fold::fold(&self.pool, ended_before, limit)).await
    }
}
