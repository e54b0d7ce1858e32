use artel_domain::{
    AgentId, Approval, ApprovalId, ApprovalState, CallId, Decision, RunId, SessionId, TenantId, UserId,
};
use uuid::Uuid;

use crate::values::{maybe_parsed, parsed, time, word};

#[derive(Debug)]
pub(crate) struct ApprovalRow {
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) session_id: String,
    pub(crate) run_id: Uuid,
    pub(crate) call_id: Uuid,
    pub(crate) name: String,
    pub(crate) args: String,
    pub(crate) args_digest: String,
    pub(crate) target: Option<String>,
    pub(crate) changed: Option<String>,
    pub(crate) reason: String,
    pub(crate) state: String,
    pub(crate) decision: Option<String>,
    pub(crate) decided_args: Option<String>,
    pub(crate) feedback: Option<String>,
    pub(crate) decided_by: Option<Uuid>,
    pub(crate) created_at: i64,
    pub(crate) expires_at: Option<i64>,
    pub(crate) decided_at: Option<i64>,
    pub(crate) agent_id: Option<Uuid>,
    pub(crate) approvers: Option<String>,
}

impl TryFrom<ApprovalRow> for Approval {
    type Error = sqlx::Error;

    fn try_from(row: ApprovalRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: ApprovalId(row.id),
            tenant_id: TenantId(row.tenant_id),
            session_id: SessionId(row.session_id),
            run_id: RunId(row.run_id),
            call_id: CallId(row.call_id),
            agent_id: row.agent_id.map(AgentId),
            name: row.name,
            args: parsed(&row.args)?,
            args_digest: row.args_digest,
            target: maybe_parsed(row.target.as_deref())?,
            changed: maybe_parsed(row.changed.as_deref())?.unwrap_or_default(),
            reason: row.reason,
            approvers: maybe_parsed(row.approvers.as_deref())?.unwrap_or_default(),
            state: word(ApprovalState::parse, &row.state)?,
            decision: row.decision.map(|decision| word(Decision::parse, &decision)).transpose()?,
            decided_args: maybe_parsed(row.decided_args.as_deref())?,
            feedback: row.feedback,
            decided_by: row.decided_by.map(UserId),
            created_at: time(row.created_at),
            expires_at: row.expires_at.map(time),
            decided_at: row.decided_at.map(time),
        })
    }
}

/// `SELECT` of an approval's columns with this rest.
macro_rules! select_approval {
    ($rest:literal $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::rows::ApprovalRow,
            r#"SELECT id, tenant_id, session_id, run_id, coalesce(asked_about, call_id) AS "call_id!", name, args, args_digest, target,
                      changed, reason, state, decision, decided_args, feedback, decided_by, created_at, expires_at, decided_at,
                      agent_id, approvers "# + $rest
            $(, $arg)*
        )
    };
}

pub(crate) use select_approval;
