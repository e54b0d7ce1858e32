use std::net::IpAddr;

use artel_domain::{Actor, AgentId, Basis, DailyLimit, Principal, Requester, TenantId, UserId};
use artel_http::{Identity, Problem, Standing, trace};
use artel_identity::{Scope, Scopes};
use artel_store::{Presence, Viewer};

/// The person for whom a request or a socket acts.
#[derive(Debug, Clone)]
#[expect(clippy::struct_field_names, reason = "ids are called so everywhere")]
pub(crate) struct User {
    pub(crate) tenant_id: TenantId,
    pub(crate) user_id: UserId,
    /// What is kept with the runs that they start.
    pub(crate) principal: Principal,
    pub(crate) actor: Actor,
    /// The only agent that their API key may run, if any.
    pub(crate) only_agent: Option<AgentId>,
    /// What the runs that they start count against.
    pub(crate) daily_limits: Vec<DailyLimit>,
    /// Their streams and sockets end with it.
    pub(crate) standing: Standing,
    /// A service that names no user: it works in whatever session it names.
    pub(crate) is_service: bool,
    /// Somebody else speaks for them: where the request comes from says nothing about where they are.
    pub(crate) is_elsewhere: bool,
}

impl User {
    /// A user whom a service of the installation vouches for.
    pub(crate) fn vouched(tenant_id: TenantId, user_id: UserId, standing: Standing, ip: Option<IpAddr>) -> Self {
        let scopes = [Scope::ApiRead, Scope::ApiWrite].map(|scope| scope.as_str().to_owned()).to_vec();
        Self {
            tenant_id,
            user_id,
            principal: Principal { user_id, api_key_id: None, client_id: None, scopes },
            actor: Actor { user_id: Some(user_id), api_key_id: None, ip: ip.map(|ip| ip.to_string()) },
            only_agent: None,
            daily_limits: Vec::new(),
            standing,
            is_service: false,
            is_elsewhere: true,
        }
    }

    /// A user who made a request of their own from this address: with what that one showed, as it is now.
    pub(crate) fn seen(requester: Requester, standing: Standing, ip: IpAddr) -> Self {
        let Requester { tenant_id, principal, actor, only_agent, daily_limits, .. } = requester;
        Self {
            tenant_id,
            user_id: principal.user_id,
            principal,
            actor: Actor { ip: Some(ip.to_string()), ..actor },
            only_agent,
            daily_limits,
            standing,
            is_service: false,
            is_elsewhere: false,
        }
    }

    /// What their request says about sockets that come from the same address; `None` when it was not their own, or what
    /// they showed opens no sockets.
    pub(crate) fn presence(&self) -> Option<Presence> {
        if self.is_elsewhere || !self.may(Scope::RunsRead) {
            return None;
        }
        // Words that mean nothing here may be of any length.
        let is_known = |word: &&String| Scope::parse(word).is_some();
        let scopes = self.principal.scopes.iter().filter(is_known).cloned().collect();
        Some(Presence { basis: self.basis(), scopes })
    }

    /// How much they may do, to be compared.
    pub(crate) fn rights(&self) -> impl Ord + use<> {
        let scopes = Scopes::new(self.principal.scopes.iter().cloned());
        let number = Scope::ALL.into_iter().filter(|scope| scopes.allows(*scope)).count();
        let runs_a_day = self.daily_limits.iter().map(|limit| limit.runs).min().unwrap_or(i64::MAX);
        (scopes.allows(Scope::RunsWrite), self.only_agent.is_none(), runs_a_day, number)
    }

    /// On what their access rests.
    pub(crate) fn basis(&self) -> Basis {
        self.standing.basis().cloned().unwrap_or(Basis::of_user(self.tenant_id, self.user_id))
    }

    /// Whose sessions they see and change here. Administrators have no more than anybody else on these surfaces.
    pub(crate) fn viewer(&self) -> Viewer {
        Viewer::from(&self.requester())
    }

    pub(crate) fn may(&self, scope: Scope) -> bool {
        Scopes::new(self.principal.scopes.iter().cloned()).allows(scope)
    }

    /// 403 without this permission.
    pub(crate) fn needs(&self, scope: Scope) -> Result<(), Problem> {
        if self.may(scope) {
            return Ok(());
        }
        let refusal = Problem::forbidden("insufficient_scope", format!("This needs the scope {}.", scope.as_str()));
        Err(refusal.with_details(serde_json::json!({ "required_scope": scope.as_str() })))
    }

    /// The same for intents, with the trace id of the request or message under way.
    pub(crate) fn requester(&self) -> Requester {
        Requester {
            tenant_id: self.tenant_id,
            principal: self.principal.clone(),
            actor: self.actor.clone(),
            only_agent: self.only_agent,
            daily_limits: self.daily_limits.clone(),
            is_service: self.is_service,
            trace_id: trace::current(),
        }
    }
}

impl From<&Identity> for User {
    fn from(identity: &Identity) -> Self {
        let Requester { tenant_id, principal, actor, only_agent, daily_limits, .. } = identity.requester();
        Self {
            tenant_id,
            user_id: identity.user_id,
            principal,
            actor,
            only_agent,
            daily_limits,
            standing: identity.standing.clone(),
            is_service: false,
            is_elsewhere: identity.acts_as.is_some(),
        }
    }
}
