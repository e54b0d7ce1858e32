use artel_domain::tool_ref::Executor;
use artel_domain::{CallId, CallState, EarlierRef, EffectClass, RunId, TenantId, ToolCallRow, ToolId, UserId};
use uuid::Uuid;

use crate::error::{Failure, Outcome};
use crate::values::{json, json_or_none, number, time, word};

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
    type Error = Failure;

    fn try_from(row: CallRow) -> Outcome<Self> {
        let earlier = EarlierRef {
            tool_id: row.tool_id.map(ToolId),
            executor: word("executor", &row.executor, Executor::parse)?,
        };
        Ok(Self {
            id: CallId(row.id),
            tenant_id: TenantId(row.tenant_id),
            run_id: RunId(row.run_id),
            step: number("step", row.step)?,
            ordinal: number("ordinal", row.ordinal)?,
            provider_call_id: row.provider_call_id,
            tool: match json_or_none("tool", row.tool.as_deref())? {
                Some(tool) => Some(tool),
                None => earlier.read(&row.name),
            },
            name: row.name,
            args: json("args", &row.args)?,
            args_digest: row.args_digest,
            effect: word("effect", &row.effect, EffectClass::parse)?,
            state: word("state", &row.state, CallState::parse)?,
            wait: json_or_none("wait", row.wait.as_deref())?,
            answered_by: row.answered_by.map(UserId),
            attempts: number("attempts", row.attempts)?,
            result: json_or_none("result", row.result.as_deref())?,
            error: row.error,
            duration_ms: row.duration_ms,
            planned_at: time(row.planned_at),
            dispatched_at: row.dispatched_at.map(time),
            finished_at: row.finished_at.map(time),
        })
    }
}

/// After (SQL text) and arguments of a query whose rows are tool calls.
macro_rules! calls {
    ($after:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::rows::CallRow,
            r#"SELECT id AS "id!: uuid::Uuid", tenant_id AS "tenant_id!: uuid::Uuid", run_id AS "run_id!: uuid::Uuid", step AS "step!: i64",
                ordinal AS "ordinal!: i64", provider_call_id AS "provider_call_id!: String", tool_id AS "tool_id?: uuid::Uuid",
                name AS "name!: String", args AS "args!: String", args_digest AS "args_digest!: String", effect AS "effect!: String",
                executor AS "executor!: String", tool AS "tool?: String", wait AS "wait?: String",
                answered_by AS "answered_by?: uuid::Uuid", state AS "state!: String", attempts AS "attempts!: i64", result AS "result?: String",
                error AS "error?: String", duration_ms AS "duration_ms?: i64", planned_at AS "planned_at!: i64",
                dispatched_at AS "dispatched_at?: i64", finished_at AS "finished_at?: i64" FROM tool_calls "# + $after
            $(, $arg)*
        )
    };
}
pub(crate) use calls;
