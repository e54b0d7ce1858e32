use artel_domain::{AgentId, CallId, ParentCall, Phase, Run, RunId, SessionId, TenantId, Usage};
use uuid::Uuid;

use crate::error::{Failure, Outcome};
use crate::values::{json, json_or_none, time, word};

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
    pub(crate) cancel_requested: i64,
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
    type Error = Failure;

    fn try_from(row: RunRow) -> Outcome<Self> {
        let usage = match (row.prompt_tokens, row.completion_tokens) {
            (Some(prompt_tokens), Some(completion_tokens)) => Some(Usage {
                prompt_tokens,
                completion_tokens,
                cached_tokens: row.cached_tokens.unwrap_or_default(),
                reasoning_tokens: row.reasoning_tokens.unwrap_or_default(),
                // The sum of a run is kept without it; its journal has it per call.
                cache_write_tokens: 0,
            }),
            _ => None,
        };
        let phase = word("phase", &row.phase, Phase::parse)?;
        // What is stored is of the last sleep, which may be over.
        let waits_for =
            if phase == Phase::Waiting { json_or_none("waits_for", row.waits_for.as_deref())? } else { None };
        let parent = row.parent_run_id.zip(row.parent_call_id);
        Ok(Self {
            id: RunId(row.id),
            tenant_id: TenantId(row.tenant_id),
            agent_id: AgentId(row.agent_id),
            agent_version: (!row.is_draft).then_some(row.agent_version),
            session_id: SessionId(row.session_id),
            trace_id: row.trace_id,
            principal: json("principal", &row.principal)?,
            input_message: row.input_message,
            team: json_or_none("team", row.team.as_deref())?,
            phase,
            waits_for: waits_for.unwrap_or_default(),
            parent: parent.map(|(run, call)| ParentCall { run_id: RunId(run), call_id: CallId(call) }),
            subagent: json_or_none("subagent", row.subagent.as_deref())?,
            epoch: row.epoch,
            crash_count: row.crash_count,
            cancel_requested: row.cancel_requested != 0,
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

/// Before, after (each SQL text) and arguments of a query whose rows are runs.
macro_rules! runs {
    ($before:tt, $after:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::rows::RunRow,
            $before + r#" id AS "id!: uuid::Uuid", tenant_id AS "tenant_id!: uuid::Uuid", agent_id AS "agent_id!: uuid::Uuid",
                agent_version AS "agent_version!: i64", is_draft AS "is_draft!: bool", session_id AS "session_id!: String", trace_id AS "trace_id!: String",
                principal AS "principal!: String", input_message AS "input_message!: String", team AS "team?: String",
                phase AS "phase!: String", waits_for AS "waits_for?: String", parent_run_id AS "parent_run_id?: uuid::Uuid",
                parent_call_id AS "parent_call_id?: uuid::Uuid", subagent AS "subagent?: String", epoch AS "epoch!: i64", crash_count AS "crash_count!: i64", cancel_requested AS "cancel_requested!: i64",
                output_message AS "output_message?: String", error_code AS "error_code?: String",
                error_message AS "error_message?: String", prompt_tokens AS "prompt_tokens?: i64",
                completion_tokens AS "completion_tokens?: i64", cached_tokens AS "cached_tokens?: i64",
                reasoning_tokens AS "reasoning_tokens?: i64", created_at AS "created_at!: i64", updated_at AS "updated_at?: i64",
                blocked_reason AS "blocked_reason?: String" "# + $after
            $(, $arg)*
        )
    };
}
pub(crate) use runs;
