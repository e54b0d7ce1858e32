use artel_domain::{Refusal, RefusalKind, Requester, Session, SessionId, Subject};
use artel_store::{NewSession, Viewer};
use serde_json::Value;

use crate::Intents;

/// A session to be made.
#[derive(Debug, Clone, Default)]
pub struct OpenSession {
    /// A fresh one that nobody can guess when absent.
    pub id: Option<SessionId>,
    pub title: Option<String>,
    pub metadata: Option<Value>,
    pub system_prompt: Option<String>,
}

impl Intents {
    /// The requester's active session of this id, made when they have none of that id.
    ///
    /// # Errors
    /// `Absent`: the session is another user's, or has ended. `Invalid`: the id.
    pub async fn open_session(&self, requester: &Requester, id: &SessionId) -> Result<Session, Refusal> {
        let is_known = |session: &Session| requester.is_service || session.owner_id == Some(requester.user_id());
        if self.store.find_session(&Viewer::from(requester), id).await?.is_some_and(|session| is_known(&session)) {
            return self.own_session(requester, id).await;
        }
        match self.create_session(requester, OpenSession { id: Some(id.clone()), ..OpenSession::default() }).await {
            // Another connection of theirs made it meanwhile.
            Err(Refusal { kind: RefusalKind::Conflict, .. }) => self.own_session(requester, id).await,
            made => made,
        }
    }

    /// Makes a session with the specialists for the requester.
    ///
    /// # Errors
    /// `Conflict`: the requester has a session of that id, or anybody in the tenant has it and it is a UUID. `Invalid`:
    /// the id. `Forbidden`: the API key is for another agent.
    pub async fn create_session(&self, requester: &Requester, open: OpenSession) -> Result<Session, Refusal> {
        let id = open.id.unwrap_or_else(|| SessionId(self.clock.unguessable_uuid().to_string()));
        check_id(&id)?;
        let agent_id = self.ensure_team_agent(requester).await?;
        let at = self.clock.now();
        let new = NewSession {
            id: id.clone(),
            tenant_id: requester.tenant_id,
            user_id: requester.user_id(),
            agent_id,
            title: open.title,
            metadata: open.metadata,
            system_prompt: open.system_prompt,
            at,
        };
        let made = self.store.create_session(new, requester.audit("session.create", "session", &id, at)).await?;
        made.ok_or_else(|| {
            Refusal::conflict(Subject::Session, "session_exists", format!("There is a session {id} already."))
        })
    }

    /// The requester's active session with the specialists; for a service the one that it names, whoever owns it.
    ///
    /// # Errors
    /// `Absent`: there is none of that id, it is another user's, or it has ended.
    pub async fn own_session(&self, requester: &Requester, id: &SessionId) -> Result<Session, Refusal> {
        let session = self.store.find_session(&Viewer::from(requester), id).await?;
        let is_own = |session: &Session| {
            session.user_id.is_some_and(|user| requester.is_service || user == requester.user_id()) && session.is_active
        };
        session.filter(is_own).ok_or_else(|| Refusal::absent(Subject::Session))
    }

    /// Ends a session of the requester's and cancels its runs; its stored id. Its records stay in the store.
    ///
    /// # Errors
    /// `Absent`: as [`Intents::own_session`]. `Forbidden`: the scope `runs:write` is missing.
    pub async fn end_session(&self, requester: &Requester, id: &SessionId) -> Result<SessionId, Refusal> {
        // A worker that drives one of its runs hears of the cancel at once.
        self.cancel_session(requester, id).await?;
        let id = self.own_session(requester, id).await?.id;
        let audit = requester.audit("session.delete", "session", &id, self.clock.now());
        if !self.store.end_session(&Viewer::from(requester), &id, audit).await? {
            return Err(Refusal::absent(Subject::Session));
        }
        self.bus.wake_workers();
        Ok(id)
    }
}

fn check_id(id: &SessionId) -> Result<(), Refusal> {
    let length = id.0.chars().count();
    if (1..=200).contains(&length) && !id.0.chars().any(char::is_control) {
        return Ok(());
    }
    Err(Refusal::invalid(Subject::SessionId, "must be 1 to 200 printable characters"))
}
