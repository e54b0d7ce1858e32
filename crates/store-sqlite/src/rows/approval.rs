use artel_domain::{
    AgentId, Approval, ApprovalId, ApprovalState, CallId, Decision, RunId, SessionId, TenantId, UserId,
};
use uuid::Uuid;

use crate::error::{Failure, Outcome};
use crate::values::{json, json_or_none, time, word};

pub(crate) struct ApprovalRow {
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) session_id: String,
    pub(crate) run_id: Uuid,
    pub(crate) call_id: Uuid,
    pub(crate) agent_id: Option<Uuid>,
    pub(crate) name: String,
    pub(crate) args: String,
    pub(crate) args_digest: String,
    pub(crate) target: Option<String>,
    pub(crate) changed: Option<String>,
    pub(crate) reason: String,
    pub(crate) approvers: Option<String>,
    pub(crate) state: String,
    pub(crate) decision: Option<String>,
    pub(crate) decided_args: Option<String>,
    pub(crate) feedback: Option<String>,
    pub(crate) decided_by: Option<Uuid>,
    pub(crate) created_at: i64,
    pub(crate) expires_at: Option<i64>,
    pub(crate) decided_at: Option<i64>,
}

impl TryFrom<ApprovalRow> for Approval {
    type Error = Failure;

    fn try_from(row: ApprovalRow) -> Outcome<Self> {
        Ok(Self {
            id: ApprovalId(row.id),
            tenant_id: TenantId(row.tenant_id),
            session_id: SessionId(row.session_id),
            run_id: RunId(row.run_id),
            call_id: CallId(row.call_id),
            agent_id: row.agent_id.map(AgentId),
            name: row.name,
            args: json("args", &row.args)?,
            args_digest: row.args_digest,
            target: json_or_none("target", row.target.as_deref())?,
            changed: json_or_none("changed", row.changed.as_deref())?.unwrap_or_default(),
            reason: row.reason,
            approvers: json_or_none("approvers", row.approvers.as_deref())?.unwrap_or_default(),
            state: word("state", &row.state, ApprovalState::parse)?,
            decision: row.decision.as_deref().map(|text| word("decision", text, Decision::parse)).transpose()?,
            decided_args: json_or_none("decided_args", row.decided_args.as_deref())?,
            feedback: row.feedback,
            decided_by: row.decided_by.map(UserId),
            created_at: time(row.created_at),
            expires_at: row.expires_at.map(time),
            decided_at: row.decided_at.map(time),
        })
    }
}

/// Before, after (each SQL text) and arguments of a query whose rows are approvals.
macro_rules! approvals {
    ($before:tt, $after:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::rows::ApprovalRow,
            $before + r#" id AS "id!: uuid::Uuid", tenant_id AS "tenant_id!: uuid::Uuid", session_id AS "session_id!: String",
                run_id AS "run_id!: uuid::Uuid", coalesce(asked_about, call_id) AS "call_id!: uuid::Uuid", name AS "name!: String", args AS "args!: String",
                args_digest AS "args_digest!: String", target AS "target?: String", changed AS "changed?: String", reason AS "reason!: String", state AS "state!: String",
                decision AS "decision?: String", decided_args AS "decided_args?: String", feedback AS "feedback?: String",
                decided_by AS "decided_by?: uuid::Uuid", created_at AS "created_at!: i64", expires_at AS "expires_at?: i64",
                decided_at AS "decided_at?: i64", agent_id AS "agent_id?: uuid::Uuid", approvers AS "approvers?: String" "# + $after
            $(, $arg)*
        )
    };
}
pub(crate) use approvals;
