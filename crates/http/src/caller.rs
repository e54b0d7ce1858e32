//! Who is calling, as the extractor of a handler: the type parameter is the permission that the handler needs.

use std::convert::Infallible;
use std::fmt::Display;
use std::marker::PhantomData;
use std::net::IpAddr;
use std::ops::Deref;
use std::sync::Arc;

use artel_domain::{Actor, AgentId, ApiKeyId, AuditEntry, Principal, Requester, TenantId, Timestamp, UserId};
use artel_identity::{Scope, Scopes};
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;

use crate::gate::{Admitted, Gate};
use crate::{Problem, credentials, trace};

/// An authenticated principal.
#[derive(Debug, Clone)]
pub struct Identity {
    pub tenant_id: TenantId,
    pub user_id: UserId,
    /// The key that was shown, or that was exchanged for the token that was.
    pub api_key_id: Option<ApiKeyId>,
    pub scopes: Scopes,
    /// The only agent that the key may run, if any.
    pub agent_id: Option<AgentId>,
    /// Runs that the key may start in a day.
    pub daily_limit: Option<i64>,
    /// When the token or key that was shown stops working.
    pub valid_until: Option<Timestamp>,
    pub ip: Option<IpAddr>,
}

impl Identity {
    /// The name under which limits and idempotency keys are kept: the key, else the user.
    pub fn account(&self) -> String {
        match self.api_key_id {
            Some(key) => format!("key:{key}"),
            None => format!("user:{}", self.user_id),
        }
    }

    /// What is kept with a run.
    pub fn principal(&self) -> Principal {
        Principal { user_id: self.user_id, api_key_id: self.api_key_id, scopes: self.scopes.words().to_vec() }
    }

    /// The same without HTTP, for the request under way.
    pub fn requester(&self) -> Requester {
        Requester {
            tenant_id: self.tenant_id,
            principal: self.principal(),
            actor: self.actor(),
            only_agent: self.agent_id,
            daily_limit: self.daily_limit,
            trace_id: trace::current(),
        }
    }

    /// An audit row about something that this caller does now and that succeeds with the change it is written with.
    pub fn audit(&self, action: &'static str, entity_type: &'static str, entity_id: impl Display, at: Timestamp) -> AuditEntry {
        self.requester().audit(action, entity_type, entity_id, at)
    }

    fn actor(&self) -> Actor {
        Actor { user_id: Some(self.user_id), api_key_id: self.api_key_id, ip: self.ip.map(|ip| ip.to_string()) }
    }
}

/// What a handler needs its caller to be allowed.
pub trait Permission: Send + Sync + 'static {
    /// Any of these; none means that every authenticated caller will do.
    const SCOPES: &'static [Scope];
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident: $($scope:ident)|*),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;
        impl Permission for $name {
            const SCOPES: &'static [Scope] = &[$(Scope::$scope),*];
        }
    )*};
}

permissions! {
    /// Any authenticated caller.
    Anyone: ,
    AgentsRead: AgentsRead,
    AgentsWrite: AgentsWrite,
    ToolsRead: ToolsRead,
    ToolsWrite: ToolsWrite,
    RunsRead: RunsRead,
    RunsWrite: RunsWrite,
    /// The first clients of the API made keys with `tools:write` alone; a key's scopes are within its creator's anyway.
    KeysWrite: ApiKeysWrite | ToolsWrite,
    AuditRead: AuditRead,
    /// Who decides for the whole tenant.
    Administrator: Admin,
    LlmInvoke: LlmInvoke,
}

/// A caller who holds the permission `P`. First in a handler's arguments: 401 comes before 403, and both before what is wrong otherwise.
#[derive(Debug, Clone)]
pub struct Caller<P> {
    identity: Arc<Identity>,
    permission: PhantomData<P>,
}

impl<P> Deref for Caller<P> {
    type Target = Identity;

    fn deref(&self) -> &Identity {
        &self.identity
    }
}

impl<P, S> FromRequestParts<S> for Caller<P>
where
    P: Permission,
    S: Send + Sync,
    Gate: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let admitted = parts.extensions.get::<Admitted>().cloned();
        let identity = match admitted {
            Some(admitted) => admitted.identity(),
            // Not behind the limits' layer.
            None => Gate::from_ref(state).authenticate(parts).await.map_err(Into::into),
        }?;
        match P::SCOPES {
            [needed, ..] if !P::SCOPES.iter().any(|scope| identity.scopes.allows(*scope)) => Err(missing(*needed)),
            _ => Ok(Self { identity, permission: PhantomData }),
        }
    }
}

/// The key in the `x-api-key` header, for those who exchange it.
#[derive(Debug, Clone)]
pub struct GivenKey(pub Option<String>);

impl<S: Sync> FromRequestParts<S> for GivenKey {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(credentials::api_key(&parts.headers).map(str::to_owned)))
    }
}

/// The address of a caller whom nobody knows yet.
#[derive(Debug, Clone, Copy)]
pub struct CallerIp(pub Option<IpAddr>);

impl<S> FromRequestParts<S> for CallerIp
where
    S: Send + Sync,
    Gate: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(Self(Gate::from_ref(state).ip(parts)))
    }
}

fn missing(scope: Scope) -> Problem {
    let message = format!("This needs the scope {}.", scope.as_str());
    Problem::forbidden("insufficient_scope", message).with_details(serde_json::json!({ "required_scope": scope.as_str() }))
}
