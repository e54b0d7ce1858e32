use std::time::Duration;

use artel_domain::{Approval, ApprovalId, AuditEntry, Entry, Run, RunId, Session, SessionId, TenantId, Timestamp, ToolCallRow};
use artel_store::{ApprovalFilter, CancelOutcome, Claim, Created, Decided, NewRun, Renewed, Result, RunFilter, Runs};
use async_trait::async_trait;

use crate::store::SqliteStore;
use crate::{admission, approvals, blocked, claims, fold, journal, runs, sessions, steering, tool_calls};

#[async_trait]
impl Runs for SqliteStore {
    async fn create_run(&self, new: NewRun, audit: AuditEntry) -> Result<Created> {
        self.write((new, audit), |(new, audit), tx| Box::pin(admission::create(tx, new, audit))).await
    }

    async fn find_run(&self, tenant: TenantId, run: RunId) -> Result<Option<Run>> {
        Ok(runs::find(&self.reads, tenant, run).await?)
    }

    async fn list_runs(&self, tenant: TenantId, filter: RunFilter) -> Result<Vec<Run>> {
        Ok(runs::list(&self.reads, tenant, &filter).await?)
    }

    async fn list_tool_calls(&self, tenant: TenantId, runs: &[RunId]) -> Result<Vec<ToolCallRow>> {
        Ok(tool_calls::of_runs(&self.reads, tenant, runs).await?)
    }

    async fn find_session(&self, tenant: TenantId, session: &SessionId) -> Result<Option<Session>> {
        Ok(sessions::find(&self.reads, tenant, session).await?)
    }

    async fn claim_runs(&self, worker: &str, lease: Duration, limit: u32, seq_block: i64) -> Result<Vec<Claim>> {
        let asked = claims::ClaimRequest { worker: worker.to_owned(), lease, limit, seq_block };
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

    async fn cancel_run(&self, tenant: TenantId, run: RunId, audit: AuditEntry) -> Result<CancelOutcome> {
        self.write((tenant, run, audit), |(tenant, run, audit), tx| Box::pin(steering::cancel(tx, *tenant, *run, audit))).await
    }

    async fn decide_approval(&self, decided: Decided, audit: AuditEntry) -> Result<Option<Approval>> {
        self.write((decided, audit), |(decided, audit), tx| Box::pin(approvals::decide(tx, decided, audit))).await
    }

    async fn find_approval(&self, tenant: TenantId, approval: ApprovalId) -> Result<Option<Approval>> {
        Ok(approvals::find(&self.reads, tenant, approval).await?)
    }

    async fn list_approvals(&self, tenant: TenantId, filter: ApprovalFilter) -> Result<Vec<Approval>> {
        Ok(approvals::list(&self.reads, tenant, filter).await?)
    }

    async fn due_approvals(&self, now: Timestamp, limit: u32) -> Result<Vec<Approval>> {
        Ok(approvals::due(&self.reads, now, limit).await?)
    }

    async fn run_entries(&self, tenant: TenantId, run: RunId, after_seq: i64, limit: u32) -> Result<Vec<Entry>> {
        Ok(journal::of_run(&self.reads, tenant, run, after_seq, limit).await?)
    }

    async fn fold_deltas(&self, ended_before: Timestamp, limit: u32) -> Result<u64> {
        fold::fold(self, ended_before, limit).await
    }
}
