//! Who is calling, as the extractor of a handler: the type parameter is the permission that the handler needs.

use std::convert::Infallible;
use std::marker::PhantomData;
use std::net::IpAddr;
use std::ops::Deref;
use std::sync::Arc;

use artel_identity::Scope;
use axum::extract::{FromRef, FromRequestParts, RawPathParams};
use axum::http::request::Parts;

use crate::gate::{Admitted, Gate};
use crate::{Identity, Problem, credentials};

/// What a handler needs its caller to be allowed.
pub trait Permission: Send + Sync + 'static {
    /// Any of these; none means that every authenticated caller will do.
    const SCOPES: &'static [Scope];
    /// Whether it changes agents, or what agents share. A key that was made for one agent changes that agent alone: the
    /// one that the path names as `agent_id`.
    const CHANGES_AGENTS: bool;
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident: $($scope:ident)|* $(, changes $agents:ident)?;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;
        impl Permission for $name {
            const SCOPES: &'static [Scope] = &[$(Scope::$scope),*];
            const CHANGES_AGENTS: bool = permissions!(@changes $($agents)?);
        }
    )*};
    (@changes agents) => { true };
    (@changes) => { false };
}

permissions! {
    /// Any authenticated caller.
    Anyone: ;
    AgentsRead: AgentsRead;
    AgentsWrite: AgentsWrite, changes agents;
    ToolsRead: ToolsRead;
    ToolsWrite: ToolsWrite, changes agents;
    CredentialsRead: CredentialsRead;
    CredentialsWrite: CredentialsWrite, changes agents;
    RunsRead: RunsRead;
    RunsWrite: RunsWrite;
    /// The first clients of the API made keys with `tools:write` alone; a key's scopes are within its creator's anyway.
    KeysWrite: ApiKeysWrite | ToolsWrite;
    AuditRead: AuditRead;
    /// Who decides for the whole tenant.
    Administrator: Admin, changes agents;
    LlmInvoke: LlmInvoke;
}

/// A caller who holds the permission `P`. First in a handler's arguments: 401 comes before 403, and both before what is
/// wrong otherwise.
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
            _ if P::CHANGES_AGENTS && !may_change(&identity, parts).await => Err(other_agent()),
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

/// Whether the caller may change any agent, or the path names the only one that it may.
async fn may_change(identity: &Identity, parts: &mut Parts) -> bool {
    let Some(only) = identity.agent_id else { return true };
    let Ok(named) = RawPathParams::from_request_parts(parts, &()).await else { return false };
    named.iter().any(|(name, value)| name == "agent_id" && value.parse() == Ok(only))
}

/// For a key that was made for one agent.
pub fn other_agent() -> Problem {
    Problem::forbidden(
        "agent_not_allowed",
        "This API key is for one agent only: it runs and changes that agent, and nothing that other agents share.",
    )
}

fn missing(scope: Scope) -> Problem {
    let message = format!("This needs the scope {}.", scope.as_str());
    Problem::forbidden("insufficient_scope", message)
        .with_details(serde_json::json!({ "required_scope": scope.as_str() }))
}
