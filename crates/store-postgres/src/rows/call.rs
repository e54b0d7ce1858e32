use artel_domain::tool_ref::Executor;
use artel_domain::{CallId, CallState, EarlierRef, EffectClass, RunId, TenantId, ToolCallRow, ToolId, UserId};
use uuid::Uuid;

use crate::values::{maybe_parsed, number, parsed, time, word};

#[derive(Debug)]
pub(crate) struct CallRow {
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) run_id: Uuid,
    pub(crate) step: i64,
    pub(crate) ordinal: i64,
    pub(crate) provider_call_id: String,
    pub(crate) tool_id: Option<Uuid>,
    pub(crate) name: String,
    pub(crate) args: String,
    pub(crate) args_digest: String,
    pub(crate) effect: String,
    pub(crate) executor: String,
    pub(crate) tool: Option<String>,
    pub(crate) wait: Option<String>,
    pub(crate) answered_by: Option<Uuid>,
    pub(crate) state: String,
    pub(crate) attempts: i64,
    pub(crate) result: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) duration_ms: Option<i64>,
    pub(crate) planned_at: i64,
    pub(crate) dispatched_at: Option<i64>,
    pub(crate) finished_at: Option<i64>,
}

impl TryFrom<CallRow> for ToolCallRow {
    type Error = sqlx::Error;

    fn try_from(row: CallRow) -> sqlx::Result<Self> {
        let earlier = EarlierRef { tool_id: row.tool_id.map(ToolId), executor: word(Executor::parse, &row.executor)? };
        Ok(Self {
            id: CallId(row.id),
            tenant_id: TenantId(row.tenant_id),
            run_id: RunId(row.run_id),
            step: number(row.step)?,
            ordinal: number(row.ordinal)?,
            provider_call_id: row.provider_call_id,
            tool: match maybe_parsed(row.tool.as_deref())? {
                Some(tool) => Some(tool),
                None => earlier.read(&row.name),
            },
            name: row.name,
            args: parsed(&row.args)?,
            args_digest: row.args_digest,
            effect: word(EffectClass::parse, &row.effect)?,
            state: word(CallState::parse, &row.state)?,
            wait: maybe_parsed(row.wait.as_deref())?,
            answered_by: row.answered_by.map(UserId),
            attempts: number(row.attempts)?,
            result: maybe_parsed(row.result.as_deref())?,
            error: row.error,
            duration_ms: row.duration_ms,
            planned_at: time(row.planned_at),
            dispatched_at: row.dispatched_at.map(time),
            finished_at: row.finished_at.map(time),
        })
    }
}

/// `SELECT` of a call's columns with this rest.
macro_rules! select_call {
    ($rest:literal $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::rows::CallRow,
            "SELECT id, tenant_id, run_id, step, ordinal, provider_call_id, tool_id, name, args, args_digest, effect, executor, tool,
                    wait, answered_by, state, attempts, result, error, duration_ms, planned_at, dispatched_at, finished_at
             FROM tool_calls " + $rest
            $(, $arg)*
        )
    };
}

pub(crate) use select_call;
