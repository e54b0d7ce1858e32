use artel_domain::{AgentId, CallId, ParentCall, Phase, Run, RunId, SessionId, TenantId, Usage};
use uuid::Uuid;

use crate::values::{maybe_parsed, parsed, time, word};

#[derive(Debug)]
pub(crate) struct RunRow {
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) agent_id: Uuid,
    pub(crate) agent_version: i64,
    pub(crate) is_draft: bool,
    pub(crate) session_id: String,
    pub(crate) trace_id: String,
    pub(crate) principal: String,
    pub(crate) input_message: String,
    pub(crate) team: Option<String>,
    pub(crate) phase: String,
    pub(crate) waits_for: Option<String>,
    pub(crate) parent_run_id: Option<Uuid>,
    pub(crate) parent_call_id: Option<Uuid>,
    pub(crate) subagent: Option<String>,
    pub(crate) epoch: i64,
    pub(crate) crash_count: i64,
    pub(crate) cancel_requested: bool,
    pub(crate) blocked_reason: Option<String>,
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

impl TryFrom<RunRow> for Run {
    type Error = sqlx::Error;

    fn try_from(row: RunRow) -> sqlx::Result<Self> {
        let usage = row.prompt_tokens.map(|prompt_tokens| Usage {
            prompt_tokens,
            completion_tokens: row.completion_tokens.unwrap_or(0),
            cached_tokens: row.cached_tokens.unwrap_or(0),
            reasoning_tokens: row.reasoning_tokens.unwrap_or(0),
            // The sum of a run is kept without it; its journal has it per call.
            cache_write_tokens: 0,
        });
        let phase = word(Phase::parse, &row.phase)?;
        // What is stored is of the last sleep, which may be over.
        let waits_for = if phase == Phase::Waiting { maybe_parsed(row.waits_for.as_deref())? } else { None };
        let parent = row.parent_run_id.zip(row.parent_call_id);
        Ok(Self {
            id: RunId(row.id),
            tenant_id: TenantId(row.tenant_id),
            agent_id: AgentId(row.agent_id),
            agent_version: (!row.is_draft).then_some(row.agent_version),
            session_id: SessionId(row.session_id),
            trace_id: row.trace_id,
            principal: parsed(&row.principal)?,
            input_message: row.input_message,
            team: maybe_parsed(row.team.as_deref())?,
            phase,
            waits_for: waits_for.unwrap_or_default(),
            parent: parent.map(|(run, call)| ParentCall { run_id: RunId(run), call_id: CallId(call) }),
            subagent: maybe_parsed(row.subagent.as_deref())?,
            epoch: row.epoch,
            crash_count: row.crash_count,
            cancel_requested: row.cancel_requested,
            blocked_reason: row.blocked_reason,
            output_message: row.output_message,
            error_code: row.error_code.map(Into::into),
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
            $crate::rows::RunRow,
            "SELECT id, tenant_id, agent_id, agent_version, is_draft, session_id, trace_id, principal, input_message, team, phase,
                    waits_for, parent_run_id, parent_call_id, subagent, epoch, crash_count, cancel_requested, output_message, error_code,
                    error_message, prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens, created_at, updated_at,
                    blocked_reason " + $rest
            $(, $arg)*
        )
    };
}

pub(crate) use select_run;
