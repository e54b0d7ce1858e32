use artel_domain::{AgentId, AskedForm, CallId, FormState, RunId, SessionId, TenantId, UserId, Wait};
use serde_json::Value;
use uuid::Uuid;

use crate::values::{maybe_parsed, parsed, time, word};

#[derive(Debug)]
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
    type Error = sqlx::Error;

    fn try_from(row: FormRow) -> sqlx::Result<Self> {
        let Wait::Form { form, until } = parsed(&row.wait)? else {
            return Err(sqlx::Error::Decode("the call waits for no form".into()));
        };
        let result: Option<Value> = maybe_parsed(row.result.as_deref())?;
        let member = |name: &str| result.as_ref().and_then(|result| result.get(name)).cloned();
        Ok(Self {
            id: CallId(row.id),
            tenant_id: TenantId(row.tenant_id),
            run_id: RunId(row.run_id),
            session_id: SessionId(row.session_id),
            agent_id: AgentId(row.agent_id),
            form,
            until,
            state: word(FormState::parse, &row.state)?,
            values: member("values"),
            reason: member("reason").and_then(|reason| reason.as_str().map(str::to_owned)),
            answered_by: row.answered_by.map(UserId),
            asked_at: time(row.dispatched_at.unwrap_or(row.planned_at)),
            ended_at: row.finished_at.map(time),
        })
    }
}

/// `SELECT` of a form's columns with this rest. A form that nobody answered is cancelled when its run is over, also
/// when the run was ended without its calls.
macro_rules! select_form {
    ($rest:literal $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::rows::FormRow,
            r#"SELECT id, tenant_id, run_id, session_id, agent_id, wait AS "wait!", state AS "state!", result, answered_by, planned_at,
                dispatched_at, finished_at FROM
                (SELECT c.id, c.tenant_id, c.run_id, r.session_id, r.agent_id, c.wait, c.result, c.answered_by, c.dispatched_at, c.planned_at,
                    c.finished_at,
                    CASE WHEN c.finished_at IS NULL AND NOT r.cancel_requested
                             AND r.phase IN ('queued', 'running', 'waiting_for_approval') THEN 'pending'
                         WHEN c.finished_at IS NULL OR c.state <> 'succeeded' THEN 'cancelled'
                         WHEN c.result::json ->> 'submitted' = 'true' THEN 'answered'
                         WHEN c.answered_by IS NOT NULL THEN 'declined'
                         ELSE 'expired' END AS state
                FROM tool_calls c JOIN runs r ON r.id = c.run_id WHERE c.wait IS NOT NULL AND c.wait::json ->> 'for' = 'form') f "# + $rest
            $(, $arg)*
        )
    };
}

pub(crate) use select_form;
