//! Runs: their rows, finding and listing them. Accepting is in `admission`, claiming in `claims`, cancelling in `steering`.

use std::time::Duration;

use artel_domain::{
    AgentId, Approval, ApprovalId, AuditEntry, Entry, Phase, Run, RunId, Session, SessionId, TenantId, Timestamp, ToolCallRow, Usage,
};
use artel_store::{ApprovalFilter, CancelOutcome, Claim, Created, Decided, NewRun, Renewed, Result, RunFilter, Runs};
use async_trait::async_trait;
use sqlx::{PgExecutor, PgPool};
use uuid::Uuid;

use crate::connect::filtered;
use crate::error::{retrying, store_error};
use crate::values::{maybe_parsed, parsed, text, time, word};
use crate::{PostgresStore, approvals, claims, fold, journal, sessions, steering, tool_calls};

#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) agent_id: Uuid,
    pub(crate) agent_version: i64,
    pub(crate) session_id: String,
    pub(crate) trace_id: String,
    pub(crate) principal: String,
    pub(crate) input_message: String,
    pub(crate) team: Option<String>,
    pub(crate) phase: String,
    pub(crate) epoch: i64,
    pub(crate) crash_count: i64,
    pub(crate) cancel_requested: bool,
    pub(crate) output_message: Option<String>,
    pub(crate) error_code: Option<String>,
    pub(crate) error_message: Option<String>,
    pub(crate) prompt_tokens: Option<i64>,
    pub(crate) completion_tokens: Option<i64>,
    pub(crate) cached_tokens: Option<i64>,
    pub(crate) reasoning_tokens: Option<i64>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: Option<i64>,
}

impl TryFrom<Row> for Run {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> sqlx::Result<Self> {
        let usage = row.prompt_tokens.map(|prompt_tokens| Usage {
            prompt_tokens,
            completion_tokens: row.completion_tokens.unwrap_or(0),
            cached_tokens: row.cached_tokens.unwrap_or(0),
            reasoning_tokens: row.reasoning_tokens.unwrap_or(0),
            // The sum of a run is kept without it; its journal has it per call.
            cache_write_tokens: 0,
        });
        Ok(Self {
            id: RunId(row.id),
            tenant_id: TenantId(row.tenant_id),
            agent_id: AgentId(row.agent_id),
            agent_version: row.agent_version,
            session_id: SessionId(row.session_id),
            trace_id: row.trace_id,
            principal: parsed(&row.principal)?,
            input_message: row.input_message,
            team: maybe_parsed(row.team.as_deref())?,
            phase: word(Phase::parse, &row.phase)?,
            epoch: row.epoch,
            crash_count: row.crash_count,
            cancel_requested: row.cancel_requested,
            output_message: row.output_message,
            error_code: row.error_code,
            error_message: row.error_message,
            usage,
            created_at: time(row.created_at),
            updated_at: row.updated_at.map(time),
        })
    }
}

/// `SELECT` of a run's columns with this rest.
macro_rules! select_run {
    ($rest:literal $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::runs::Row,
            "SELECT id, tenant_id, agent_id, agent_version, session_id, trace_id, principal, input_message, team, phase, epoch,
                    crash_count, cancel_requested, output_message, error_code, error_message, prompt_tokens, completion_tokens, cached_tokens,
                    reasoning_tokens, created_at, updated_at " + $rest
            $(, $arg)*
        )
    };
}
pub(crate) use select_run;

#[async_trait]
impl Runs for PostgresStore {
    async fn create_run(&self, new: NewRun, audit: AuditEntry) -> Result<Created> {
        self.admissions.write(new.tenant_id, (new, audit)).await
    }

    async fn find_run(&self, tenant: TenantId, run: RunId) -> Result<Option<Run>> {
        find(&self.pool, tenant, run).await.map_err(store_error)
    }

    async fn list_runs(&self, tenant: TenantId, filter: RunFilter) -> Result<Vec<Run>> {
        list(&self.pool, tenant, &filter).await.map_err(store_error)
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

    async fn cancel_run(&self, tenant: TenantId, run: RunId, audit: AuditEntry) -> Result<CancelOutcome> {
        retrying(|| steering::cancel(&self.pool, tenant, run, &audit)).await
    }

    async fn decide_approval(&self, decided: Decided, audit: AuditEntry) -> Result<Option<Approval>> {
        retrying(|| steering::decide(&self.pool, &decided, &audit)).await
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

pub(crate) async fn find(executor: impl PgExecutor<'_>, tenant: TenantId, run: RunId) -> sqlx::Result<Option<Run>> {
    let row = select_run!("FROM runs WHERE tenant_id = $1 AND id = $2", tenant.0, run.0).fetch_optional(executor).await?;
    row.map(Run::try_from).transpose()
}

async fn list(pool: &PgPool, tenant: TenantId, filter: &RunFilter) -> sqlx::Result<Vec<Run>> {
    let mut tx = filtered(pool).await?;
    let phases: Vec<String> = filter.phases.iter().map(|phase| phase.as_str().to_owned()).collect();
    let agent = filter.agent_id.map(|id| id.0);
    let before = filter.before.map(|id| id.0);
    let limit = i64::from(filter.limit);
    let rows = match &filter.session_id {
        Some(session) => {
            select_run!(
                "FROM runs
                 WHERE tenant_id = $1 AND session_id = $2 AND ($3::uuid IS NULL OR agent_id = $3)
                   AND (cardinality($4::text[]) = 0 OR phase = ANY ($4)) AND ($5::uuid IS NULL OR id < $5)
                 ORDER BY id DESC LIMIT $6",
                tenant.0,
                text(&session.0),
                agent,
                &phases,
                before,
                limit,
            )
            .fetch_all(&mut *tx)
            .await?
        }
        None => {
            select_run!(
                "FROM runs
                 WHERE tenant_id = $1 AND ($2::uuid IS NULL OR agent_id = $2)
                   AND (cardinality($3::text[]) = 0 OR phase = ANY ($3)) AND ($4::uuid IS NULL OR id < $4)
                 ORDER BY id DESC LIMIT $5",
                tenant.0,
                agent,
                &phases,
                before,
                limit,
            )
            .fetch_all(&mut *tx)
            .await?
        }
    };
    rows.into_iter().map(Run::try_from).collect()
}
