use std::time::Duration;

use artel_domain::{Approval, ApprovalId, AuditEntry, Entry, Run, RunId, Session, SessionId, TenantId, Timestamp, ToolCallRow};
use artel_store::{ApprovalFilter, CancelOutcome, Claim, Created, Decided, NewRun, Renewed, Result, RunFilter, Runs};
use async_trait::async_trait;
use sqlx::{SqliteExecutor, SqlitePool};

use crate::error::Outcome;
use crate::rows::{self, all, calls, entries, one, runs};
use crate::store::SqliteStore;
use crate::{approvals, cancel, claim, create_run, fold, leases, sessions};

#[async_trait]
impl Runs for SqliteStore {
    async fn create_run(&self, new: NewRun, audit: AuditEntry) -> Result<Created> {
        self.write((new, audit), |(new, audit), tx| Box::pin(create_run::create(tx, new, audit))).await
    }

    async fn find_run(&self, tenant: TenantId, run: RunId) -> Result<Option<Run>> {
        Ok(find(&self.reads, tenant, run).await?)
    }

    async fn list_runs(&self, tenant: TenantId, filter: RunFilter) -> Result<Vec<Run>> {
        Ok(list(&self.reads, tenant, &filter).await?)
    }

    async fn list_tool_calls(&self, tenant: TenantId, runs: &[RunId]) -> Result<Vec<ToolCallRow>> {
        Ok(list_calls(&self.reads, tenant, runs).await?)
    }

    async fn find_session(&self, tenant: TenantId, session: &SessionId) -> Result<Option<Session>> {
        Ok(sessions::find(&self.reads, tenant, session).await?)
    }

    async fn claim_runs(&self, worker: &str, lease: Duration, limit: u32, seq_block: i64) -> Result<Vec<Claim>> {
        let asked = claim::Asked { worker: worker.to_owned(), lease, limit, seq_block };
        self.write(asked, |asked, tx| Box::pin(claim::claim(tx, asked))).await
    }

    async fn renew_leases(&self, worker: &str, lease: Duration, held: &[(RunId, i64)]) -> Result<Renewed> {
        let held = (worker.to_owned(), lease, held.to_vec());
        self.write(held, |(worker, lease, held), tx| Box::pin(leases::renew(tx, worker, *lease, held))).await
    }

    async fn release_runs(&self, worker: &str) -> Result<u64> {
        self.write(worker.to_owned(), |worker, tx| Box::pin(leases::release(tx, worker))).await
    }

    async fn cancel_run(&self, tenant: TenantId, run: RunId, audit: AuditEntry) -> Result<CancelOutcome> {
        self.write((tenant, run, audit), |(tenant, run, audit), tx| Box::pin(cancel::cancel(tx, *tenant, *run, audit))).await
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
        Ok(list_entries(&self.reads, tenant, run, after_seq, limit).await?)
    }

    async fn fold_deltas(&self, ended_before: Timestamp, limit: u32) -> Result<u64> {
        fold::fold(self, ended_before, limit).await
    }
}

pub(crate) async fn find(db: impl SqliteExecutor<'_>, tenant: TenantId, run: RunId) -> Outcome<Option<Run>> {
    one(runs!("SELECT", "FROM runs WHERE id = ?1 AND tenant_id = ?2", run.0, tenant.0).fetch_optional(db).await?)
}

async fn list(reads: &SqlitePool, tenant: TenantId, filter: &RunFilter) -> Outcome<Vec<Run>> {
    let agent = filter.agent_id.map(|id| id.0);
    let before = filter.before.map(|id| id.0);
    let phases: Vec<_> = filter.phases.iter().map(|phase| phase.as_str()).collect();
    let phases = (!phases.is_empty()).then(|| serde_json::to_string(&phases)).transpose()?;
    let found = if let Some(session) = &filter.session_id {
        runs!(
            "SELECT",
            "FROM runs WHERE tenant_id = ?1 AND session_id = ?2 AND (?3 IS NULL OR agent_id = ?3)
                 AND (?4 IS NULL OR phase IN (SELECT value FROM json_each(?4))) AND (?5 IS NULL OR id < ?5)
             ORDER BY id DESC LIMIT ?6 + 0",
            tenant.0,
            session.0,
            agent,
            phases,
            before,
            filter.limit
        )
        .fetch_all(reads)
        .await?
    } else {
        runs!(
            "SELECT",
            "FROM runs WHERE tenant_id = ?1 AND (?2 IS NULL OR agent_id = ?2)
                 AND (?3 IS NULL OR phase IN (SELECT value FROM json_each(?3))) AND (?4 IS NULL OR id < ?4)
             ORDER BY id DESC LIMIT ?5 + 0",
            tenant.0,
            agent,
            phases,
            before,
            filter.limit
        )
        .fetch_all(reads)
        .await?
    };
    all(found)
}

async fn list_calls(reads: &SqlitePool, tenant: TenantId, runs: &[RunId]) -> Outcome<Vec<ToolCallRow>> {
    let runs = rows::hex_list(runs.iter().map(|run| run.0))?;
    let found = calls!(
        "WHERE run_id IN (SELECT unhex(value) FROM json_each(?1)) AND tenant_id = ?2 ORDER BY run_id, step, ordinal",
        runs,
        tenant.0
    )
    .fetch_all(reads)
    .await?;
    all(found)
}

async fn list_entries(reads: &SqlitePool, tenant: TenantId, run: RunId, after_seq: i64, limit: u32) -> Outcome<Vec<Entry>> {
    let found = entries!("WHERE run_id = ?1 AND seq > ?2 AND tenant_id = ?3 ORDER BY seq LIMIT ?4 + 0", run.0, after_seq, tenant.0, limit)
        .fetch_all(reads)
        .await?;
    all(found)
}
