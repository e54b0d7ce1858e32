//! Who asks for something of a session or an agent: the one place that says how much of a tenant's sessions and drafts
//! somebody may see and change.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use artel_domain::{Agent, AgentStatus, AuditEntry, Requester, SessionId, TenantId, UserId};
use uuid::Uuid;

/// The action of the audit row that an administrator's look into another user's private session leaves.
pub const ACCESS: &str = "session.access";

/// Who asks. Every method that reads or changes something of a session takes one, and answers as if what the viewer may
/// not see did not exist.
///
/// A private session is seen by its owner, by administrators and by services; a tenant's session by every user of the
/// tenant. A draft agent is seen and changed by its owner, by administrators and by services.
#[derive(Debug, Clone)]
pub struct Viewer {
    pub tenant_id: TenantId,
    pub user_id: UserId,
    role: Role,
    approver: Arc<[String]>,
}

#[derive(Debug, Clone)]
enum Role {
    User,
    Administrator(Arc<Accesses>),
    Service,
}

/// What an administrator looked into during one request.
#[derive(Debug)]
struct Accesses {
    audit: AuditEntry,
    noted: Mutex<HashSet<SessionId>>,
}

impl Viewer {
    /// A user of the tenant.
    pub fn user(tenant_id: TenantId, user_id: UserId) -> Self {
        Self { tenant_id, user_id, role: Role::User, approver: approver(user_id, &[]) }
    }

    /// The product itself, or a service of the installation: it sees and changes every session of the tenant.
    pub fn service(tenant_id: TenantId) -> Self {
        Self::service_as(tenant_id, UserId(Uuid::nil()))
    }

    /// The same; what the service begins belongs to `user_id`.
    pub fn service_as(tenant_id: TenantId, user_id: UserId) -> Self {
        Self { role: Role::Service, ..Self::user(tenant_id, user_id) }
    }

    /// An administrator sees every session. `audit` is the row that a look into another user's private session leaves:
    /// the store puts in the session's id.
    #[must_use]
    pub fn as_administrator(self, audit: AuditEntry) -> Self {
        Self { role: Role::Administrator(Arc::new(Accesses { audit, noted: Mutex::default() })), ..self }
    }

    /// The scopes by which rules may name the user as an approver.
    #[must_use]
    pub fn with_scopes(self, scopes: &[String]) -> Self {
        Self { approver: approver(self.user_id, scopes), ..self }
    }

    pub fn is_administrator(&self) -> bool {
        matches!(self.role, Role::Administrator(_))
    }

    pub fn is_service(&self) -> bool {
        matches!(self.role, Role::Service)
    }

    /// The user whose private sessions and draft agents alone are seen; `None`: all are.
    pub fn reads_only(&self) -> Option<UserId> {
        matches!(self.role, Role::User).then_some(self.user_id)
    }

    /// Whether the agent exists for the viewer. Built-in agents are nobody's drafts.
    pub fn sees_agent(&self, agent: &Agent) -> bool {
        agent.status != AgentStatus::Draft
            || agent.is_read_only()
            || self.reads_only().is_none_or(|user| user == agent.owner_user_id)
    }

    /// The user whose private sessions alone may be changed; `None`: all may.
    pub fn changes_only(&self) -> Option<UserId> {
        (!self.is_service()).then_some(self.user_id)
    }

    /// The stored id of the session that the viewer means by `name`. `found` is what the store has under `name` and
    /// under [`SessionId::of_user`] of it, the viewer's own first, and whether it is theirs.
    ///
    /// The first user of a name has it as the id itself; the next ones get their own form of it.
    pub fn session_key(&self, name: &SessionId, found: Option<(SessionId, bool)>) -> SessionId {
        match found {
            Some((id, true)) => id,
            Some((id, false)) if name.is_unique() || self.is_service() => id,
            None if !name.is_of_user() => name.clone(),
            Some(_) | None => SessionId::of_user(self.user_id, &name.0),
        }
    }

    /// The names under which a rule may have made the viewer an approver.
    pub fn approver_names(&self) -> &[String] {
        &self.approver
    }

    /// The audit rows for a look into these private sessions of other users; one for each session and request, and none
    /// unless the viewer is an administrator.
    pub fn accesses(&self, sessions: impl IntoIterator<Item = SessionId>) -> Vec<AuditEntry> {
        let Role::Administrator(accesses) = &self.role else { return Vec::new() };
        let mut noted = accesses.noted.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = sessions.into_iter().filter(|session| noted.insert(session.clone()));
        fresh.map(|session| AuditEntry { entity_id: session.0, ..accesses.audit.clone() }).collect()
    }
}

/// What the requester sees as a user or as a service. An administrator's wider view is asked for with
/// [`Viewer::as_administrator`].
impl From<&Requester> for Viewer {
    fn from(requester: &Requester) -> Self {
        let (tenant, user) = (requester.tenant_id, requester.user_id());
        if requester.is_service {
            return Self::service_as(tenant, user);
        }
        Self::user(tenant, user).with_scopes(&requester.principal.scopes)
    }
}

fn approver(user: UserId, scopes: &[String]) -> Arc<[String]> {
    std::iter::once(format!("user:{user}")).chain(scopes.iter().map(|scope| format!("scope:{scope}"))).collect()
}
