use artel_domain::{
    AgentId, BuiltinAgent, Refusal, RefusalKind, Requester, Run, RunId, Session, SessionId, Subject, Visibility,
};
use artel_identity::Scope;
use artel_store::{NewOrganizationSession, Viewer};
use serde_json::Value;
use uuid::Uuid;

use crate::start_run::check_only_agent;
use crate::text::without_nul;
use crate::{Intents, Runner, StartRun, scopes};

/// Titles are cut to this many characters.
const LONGEST_TITLE: usize = 500;

/// A turn of a dialogue with an organisation's agent that is asked for. A turn is a run.
#[derive(Debug, Clone)]
pub struct StartTurn {
    /// A retried request brings the id of the first one, and gets the first one's run.
    pub id: RunId,
    /// The session to go on with; a new one when absent.
    pub session: Option<SessionId>,
    /// The session's own when absent; in a new session, the system agent.
    pub agent: Option<AgentId>,
    /// What the agent reads.
    pub message: String,
    /// Of a new session; cut to 500 characters.
    pub title: String,
    /// Kept with a new session.
    pub metadata: Option<Value>,
    pub when_busy: WhenBusy,
}

/// What becomes of a turn whose session has one that is not over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WhenBusy {
    #[default]
    Refuse,
    /// It begins when the one before it is over.
    Queue,
}

impl Intents {
    /// Stores a turn, with its session when that is new, and wakes the workers.
    ///
    /// # Errors
    /// As [`Intents::start_run`]. `Absent`: the requester has no such session. `Conflict`: the session has a turn that
    /// is not over (`turn_in_progress`).
    pub async fn start_turn(&self, requester: &Requester, start: StartTurn) -> Result<Run, Refusal> {
        scopes::check(requester, Scope::RunsWrite)?;
        if let Some(known) = self.store.find_run(&Viewer::from(requester), start.id).await? {
            return Ok(known);
        }
        let known = match &start.session {
            Some(id) => Some(self.organization_session(requester, id).await?),
            None => None,
        };
        let system = BuiltinAgent::System.id(requester.tenant_id);
        let agent = start.agent.or(known.as_ref().map(|session| session.agent_id)).unwrap_or(system);
        if agent == system {
            self.ensure_builtin_agent(requester, BuiltinAgent::System).await?;
        }
        match known {
            Some(session) => {
                if start.when_busy == WhenBusy::Refuse {
                    self.check_idle(requester, &session).await?;
                }
                self.start_in(requester, &start, session.id, agent).await
            }
            None => self.begin(requester, &start, agent).await,
        }
    }

    /// The requester's session of that id.
    ///
    /// # Errors
    /// `Absent`: it is not theirs, is no session with an organisation's agent, or has ended.
    pub async fn organization_session(&self, requester: &Requester, id: &SessionId) -> Result<Session, Refusal> {
        let found = self.store.find_organization_session(&Viewer::from(requester), id).await?;
        found.ok_or_else(|| Refusal::absent(Subject::Session))
    }

    /// Ends the requester's session and cancels its turns. Its records stay in the store.
    ///
    /// # Errors
    /// `Absent`: as [`Intents::organization_session`]. `Forbidden`: the scope `runs:write` is missing, or the key is
    /// for another agent.
    pub async fn end_organization_session(&self, requester: &Requester, id: &SessionId) -> Result<(), Refusal> {
        scopes::check(requester, Scope::RunsWrite)?;
        let session = self.organization_session(requester, id).await?;
        check_only_agent(requester, session.agent_id)?;
        self.cancel_open_runs(requester, &session.id).await?;
        let audit = requester.audit("session.delete", "session", &session.id, self.clock.now());
        if !self.store.end_session(&Viewer::from(requester), &session.id, audit).await? {
            return Err(Refusal::absent(Subject::Session));
        }
        self.bus.wake_workers();
        Ok(())
    }

    /// The first turn of a session. A session whose first turn is refused is ended at once.
    async fn begin(&self, requester: &Requester, start: &StartTurn, agent: AgentId) -> Result<Run, Refusal> {
        let session = self.make_session(requester, start, agent).await?;
        let started = self.start_in(requester, start, session.id.clone(), agent).await;
        if let Err(refusal) = &started
            && !matches!(refusal.kind, RefusalKind::Unavailable(_) | RefusalKind::Internal(_))
        {
            let audit = requester.audit("session.delete", "session", &session.id, self.clock.now());
            self.store.end_session(&Viewer::from(requester), &session.id, audit).await?;
        }
        started
    }

    async fn make_session(&self, requester: &Requester, start: &StartTurn, agent: AgentId) -> Result<Session, Refusal> {
        let (id, at) = (session_of(start.id), self.clock.now());
        let new = NewOrganizationSession {
            id: id.clone(),
            tenant_id: requester.tenant_id,
            owner_id: requester.user_id(),
            agent_id: agent,
            title: without_nul(start.title.trim().chars().take(LONGEST_TITLE).collect()),
            metadata: start.metadata.clone(),
            at,
        };
        let audit = requester.audit("session.create", "session", &id, at);
        let made = self.store.create_organization_session(new, audit).await?;
        made.ok_or_else(|| Refusal::absent(Subject::Session))
    }

    async fn start_in(
        &self,
        requester: &Requester,
        start: &StartTurn,
        session_id: SessionId,
        agent: AgentId,
    ) -> Result<Run, Refusal> {
        let runner = Runner::Agent { agent, draft: None, visibility: Visibility::Private };
        let run = StartRun { id: start.id, session_id, runner, input: start.message.clone() };
        Ok(self.start_run(requester, run).await?.into_run())
    }

    async fn check_idle(&self, requester: &Requester, session: &Session) -> Result<(), Refusal> {
        if self.open_runs(requester, &session.id, 1).await?.is_empty() {
            return Ok(());
        }
        let message =
            "The session has a turn that is not over. Wait for its end, cancel it, or send \"on_busy\": \"queue\".";
        Err(Refusal::conflict(Subject::Session, "turn_in_progress", message))
    }
}

/// FROZEN: a retried request, at a process of another version too, finds the session that its first try made.
fn session_of(first_turn: RunId) -> SessionId {
    SessionId(Uuid::new_v5(&first_turn.0, b"session").to_string())
}
