use std::time::Duration;

use artel_domain::{Approval, ApprovalId, AuditEntry, Entry, Run, RunId, Session, SessionId, TenantId, Timestamp, ToolCallRow};
use artel_store::{ApprovalFilter, CancelOutcome, Claim, Created, Decided, NewRun, Renewed, Result, RunFilter, Runs};
use async_trait::async_trait;

use crate::error::{retrying, store_error};
use crate::store::PostgresStore;
use crate::{approvals, blocked, claims, fold, journal, runs, sessions, steering, tool_calls};

#[async_trait]
impl Runs for PostgresStore {
    async fn create_run(&self, new: NewRun, audit: AuditEntry) -> Result<Created> {
        self.admissions.write(new.tenant_id, (new, audit)).await
    }

    async fn find_run(&self, tenant: TenantId, run: RunId) -> Result<Option<Run>> {
        runs::find(&self.pool, tenant, run).await.map_err(store_error)
    }

    async fn list_runs(&self, tenant: TenantId, filter: RunFilter) -> Result<Vec<Run>> {
        runs::list(&self.pool, tenant, &filter).await.map_err(store_error)
    }

    async fn list_tool_calls(&self, tenant: TenantId, runs: &[RunId]) -> Result<Vec<ToolCallRow>> {
        tool_calls::of_runs(&self.pool, tenant, runs).await.map_err(store_error)
    }

    async fn find_session(&self, tenant: TenantId, session: &SessionId) -> Result<Option<Session>> {
        sessions::find(&self.pool, tenant, session).await.map_err(store_error)
    }

    async fn claim_runs(&self, worker: &str, lease: Duration, limit: u32, seq_block: i64) -> Result<Vec<Claim>> {
        retrying(|| claims::claim(&self.pool, worker, lease, limit, seq_block)).await
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

    async fn cancel_run(&self, tenant: TenantId, run: RunId, audit: AuditEntry) -> Result<CancelOutcome> {
        retrying(|| steering::cancel(&self.pool, tenant, run, &audit)).await
    }

    async fn decide_approval(&self, decided: Decided, audit: AuditEntry) -> Result<Option<Approval>> {
        retrying(|| approvals::decide(&self.pool, &decided, &audit)).await
    }

    async fn find_approval(&self, tenant: TenantId, approval: ApprovalId) -> Result<Option<Approval>> {
        approvals::find(&self.pool, tenant, approval).await.map_err(store_error)
    }

    async fn list_approvals(&self, tenant: TenantId, filter: ApprovalFilter) -> Result<Vec<Approval>> {
        approvals::list(&self.pool, tenant, filter).await.map_err(store_error)
    }

    async fn due_approvals(&self, now: Timestamp, limit: u32) -> Result<Vec<Approval>> {
        approvals::due(&self.pool, now, limit).await.map_err(store_error)
    }

    async fn run_entries(&self, tenant: TenantId, run: RunId, after_seq: i64, limit: u32) -> Result<Vec<Entry>> {
        journal::of_run(&self.pool, tenant, run, after_seq, limit).await.map_err(store_error)
    }

    async fn fold_deltas(&self, ended_before: Timestamp, limit: u32) -> Result<u64> {
        retrying(|| fold::fold(&self.pool, ended_before, limit)).await
    }
}
