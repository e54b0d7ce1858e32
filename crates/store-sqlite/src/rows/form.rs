use artel_domain::{AgentId, AskedForm, CallId, FormState, RunId, SessionId, TenantId, UserId, Wait};
use serde_json::Value;
use uuid::Uuid;

use crate::error::{Failure, Outcome};
use crate::values::{json, json_or_none, time, word};

pub(crate) struct FormRow {
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) run_id: Uuid,
    pub(crate) session_id: String,
    pub(crate) agent_id: Uuid,
    pub(crate) wait: String,
    pub(crate) state: String,
    pub(crate) result: Option<String>,
    pub(crate) answered_by: Option<Uuid>,
    pub(crate) planned_at: i64,
    pub(crate) dispatched_at: Option<i64>,
    pub(crate) finished_at: Option<i64>,
}

impl TryFrom<FormRow> for AskedForm {
    type Error = Failure;

    fn try_from(row: FormRow) -> Outcome<Self> {
        let Wait::Form { form, until } = json("wait", &row.wait)? else {
            return Err(Failure::broken("the call waits for no form"));
        };
        let result: Option<Value> = json_or_none("result", row.result.as_deref())?;
        let member = |name: &str| result.as_ref().and_then(|result| result.get(name)).cloned();
        Ok(Self {
            id: CallId(row.id),
            tenant_id: TenantId(row.tenant_id),
            run_id: RunId(row.run_id),
            session_id: SessionId(row.session_id),
            agent_id: AgentId(row.agent_id),
            form,
            until,
            state: word("state", &row.state, FormState::parse)?,
            values: member("values"),
            reason: member("reason").and_then(|reason| reason.as_str().map(str::to_owned)),
            answered_by: row.answered_by.map(UserId),
            asked_at: time(row.dispatched_at.unwrap_or(row.planned_at)),
            ended_at: row.finished_at.map(time),
        })
    }
}

/// After (SQL text) and arguments of a query whose rows are forms. A form that nobody answered is cancelled when its
/// run is over, also when the run was ended without its calls.
macro_rules! forms {
    ($after:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::rows::FormRow,
            r#"SELECT id AS "id!: uuid::Uuid", tenant_id AS "tenant_id!: uuid::Uuid", run_id AS "run_id!: uuid::Uuid",
                session_id AS "session_id!: String", agent_id AS "agent_id!: uuid::Uuid", wait AS "wait!: String", state AS "state!: String",
                result AS "result?: String", answered_by AS "answered_by?: uuid::Uuid", planned_at AS "planned_at!: i64",
                dispatched_at AS "dispatched_at?: i64", finished_at AS "finished_at?: i64" FROM
                (SELECT c.id, c.tenant_id, c.run_id, r.session_id, r.agent_id, c.wait, c.result, c.answered_by, c.dispatched_at, c.planned_at,
                    c.finished_at,
                    CASE WHEN c.finished_at IS NULL AND NOT r.cancel_requested
                             AND r.phase IN ('queued', 'running', 'waiting_for_approval') THEN 'pending'
                         WHEN c.finished_at IS NULL OR c.state <> 'succeeded' THEN 'cancelled'
                         WHEN c.result ->> '$.submitted' = 1 THEN 'answered'
                         WHEN c.answered_by IS NOT NULL THEN 'declined'
                         ELSE 'expired' END AS state
                FROM tool_calls c JOIN runs r ON r.id = c.run_id WHERE c.wait IS NOT NULL AND c.wait ->> '$.for' = 'form') f "# + $after
            $(, $arg)*
        )
    };
}
pub(crate) use forms;
