use std::net::IpAddr;

use artel_domain::{
    AgentId, AuditEntry, Basis, CallId, RunId, Session, SessionId, Specialist, TenantId, Timestamp, ToolOutcome, UserId,
};
use async_trait::async_trait;
use serde_json::Value;

use crate::{Page, Result, Viewer};

/// A dialogue of a user with the specialists, to be stored before its first run.
#[derive(Debug, Clone)]
pub struct NewSession {
    pub id: SessionId,
    pub tenant_id: TenantId,
    pub user_id: UserId,
    pub agent_id: AgentId,
    pub title: Option<String>,
    pub metadata: Option<Value>,
    pub system_prompt: Option<String>,
    pub at: Timestamp,
}

#[derive(Debug, Clone, Copy)]
pub struct SessionFilter {
    pub active_only: bool,
}

/// What a commit of a run changes of its session. `None` leaves a member as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SessionChange {
    pub specialist: Option<Specialist>,
    pub is_pinned: Option<bool>,
    /// For a session that has none yet.
    pub title: Option<String>,
    /// Messages that were added.
    pub messages: i64,
}

/// That a user made a request of their own, and what they showed with it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Presence {
    /// On what their access rested.
    pub basis: Basis,
    /// The words of the scopes that they had.
    pub scopes: Vec<String>,
}

impl Presence {
    /// Tells the credentials of one user apart: the same for each request with the same rights on the same basis.
    pub fn credential(&self) -> String {
        let Basis { api_key_id, family_id, client_id, .. } = &self.basis;
        let key = api_key_id.map(|key| key.to_string()).unwrap_or_default();
        let family = family_id.map(|family| family.0.to_string()).unwrap_or_default();
        let client = client_id.as_ref().map(|client| client.0.as_str()).unwrap_or_default();
        format!("{key}/{family}/{client}/{}", self.scopes.join(" "))
    }
}

/// What came from outside for a call that waits for it.
#[derive(Debug, Clone, PartialEq)]
pub struct CallAnswer {
    pub session_id: SessionId,
    pub call_id: CallId,
    pub to: AnswerTo,
    pub outcome: ToolOutcome,
    pub by: Option<UserId>,
    pub at: Timestamp,
}

/// What a call must wait for to take an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerTo {
    /// The result of a call that the client executes.
    Client,
    /// The result of the call of a form, as [`artel_domain::form`] makes it.
    Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    Accepted(RunId),
    /// The call has its result, or its run is over or cancelled: what came first counts.
    Already(RunId),
    /// The session waits for no such call.
    Unknown,
}

/// Users' dialogues with the specialists.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// A private session of its user. When another user has the id and it [is not unique](SessionId::is_unique), the
    /// session is stored under [`SessionId::of_user`]. `None` when the id is taken: by the user's own session,
    /// ended or not, or, as a unique id, by any.
    async fn create_session(&self, new: NewSession, audit: AuditEntry) -> Result<Option<Session>>;
    /// The viewer's own, newest activity first: the page and the number of all that match. Ended ones only without
    /// `active_only`.
    async fn list_sessions(&self, viewer: &Viewer, filter: SessionFilter, page: Page) -> Result<(Vec<Session>, i64)>;
    /// The sessions with this stored id in all tenants that belong to a user and are active: whom a connection without
    /// credentials may stand for. It takes no viewer, because nobody is known yet.
    async fn find_sessions_by_id(&self, session: &SessionId) -> Result<Vec<Session>>;
    async fn rename_session(
        &self,
        viewer: &Viewer,
        session: &SessionId,
        title: &str,
        audit: AuditEntry,
    ) -> Result<Option<Session>>;
    /// Soft: it is inactive from then on and its open runs are cancelled (as `cancel_run`); its records stay. False
    /// when there is no such active session.
    async fn end_session(&self, viewer: &Viewer, session: &SessionId, audit: AuditEntry) -> Result<bool>;

    /// The first answer from outside to a call that waits for one of this kind, of a run that is not over and whose
    /// cancel nobody has asked for: the call's
    /// row takes its outcome (state, result, error, `finished_at`) and who answered, an approval still pending for
    /// it becomes approved, and the run is woken as by [`crate::Runs::decide_approval`]; the worker journals it.
    async fn answer_call(&self, viewer: &Viewer, answer: CallAnswer, audit: AuditEntry) -> Result<Answered>;

    /// The user was seen at this address.
    async fn note_presence(&self, presence: &Presence, ip: IpAddr, at: Timestamp) -> Result<()>;
    /// With what the user was seen at this address at or after `since`: each credential once. Whether it still holds is
    /// for [`crate::Standings`] to say.
    async fn find_presences(
        &self,
        tenant: TenantId,
        user: UserId,
        ip: IpAddr,
        since: Timestamp,
    ) -> Result<Vec<Presence>>;
    /// Forgets what was seen before `before`; how many.
    async fn forget_presence(&self, before: Timestamp) -> Result<u64>;
}
