//! What the agent of a call may use, as it is at this moment.

use artel_connectors::Listed;
use artel_domain::{Agent, AgentKind, Credential, GrantScopes};
use artel_store::Viewer;
use artel_tools::{CallContext, ToolError};

use crate::error::{of_store, tell};
use crate::services::Services;

/// An account that the agent is granted.
#[derive(Clone)]
pub(crate) struct Granted {
    pub(crate) credential: Credential,
    pub(crate) scopes: GrantScopes,
}

/// The agent of a call with its connectors.
pub(crate) struct Access {
    pub(crate) agent: Agent,
    /// The user whose run it is sees what they see anywhere.
    pub(crate) viewer: Viewer,
    /// The keys of the connectors that it may call, also of those that there are not any more.
    pub(crate) services: Vec<String>,
}

impl Access {
    /// The agent of the call, when it is enabled, and its connectors.
    pub(crate) async fn of(services: &Services, context: &CallContext) -> Result<Self, ToolError> {
        let no_run = || tell("forbidden", "services are used within a run of an agent only", "start a run");
        let run = context.run.as_ref().ok_or_else(no_run)?;
        let tenant = context.tenant_id;
        let found = services
            .store
            .find_agent(&Viewer::service(tenant), run.agent_id)
            .await
            .map_err(|error| of_store(&error))?;
        let gone =
            || tell("forbidden", "this agent is disabled or was deleted", "tell the user; no service can be used");
        let agent = found.filter(|agent| agent.is_enabled).ok_or_else(gone)?;
        let keys = if agent.kind == AgentKind::System {
            services.connectors.keys(tenant).await
        } else {
            services.store.connectors_of_agent(tenant, agent.id).await
        };
        let keys = keys.map_err(|error| of_store(&error))?;
        Ok(Self { agent, viewer: Viewer::user(tenant, context.principal.user_id), services: keys })
    }

    /// The connector of that key, when the agent may call it.
    pub(crate) async fn connector(&self, services: &Services, key: &str) -> Result<Listed, ToolError> {
        let found = services.connectors.find(self.viewer.tenant_id, key).await.map_err(|error| of_store(&error))?;
        let is_allowed = self.services.iter().any(|allowed| allowed == key);
        let now = || format!("the services of this agent are: {}", self.services.join(", "));
        match found {
            Some(found) if is_allowed => Ok(found),
            Some(_) => Err(tell("forbidden", &format!("this agent may not use the service {key}"), &now())),
            None => Err(tell("not_found", &format!("there is no service {key}"), &now())),
        }
    }

    /// All connectors that the agent may call.
    pub(crate) async fn connectors(&self, services: &Services) -> Result<Vec<Listed>, ToolError> {
        let found = services.connectors.among(self.viewer.tenant_id, &self.services).await;
        found.map_err(|error| of_store(&error))
    }

    /// The accounts of these services that the agent is granted.
    pub(crate) async fn granted(&self, services: &Services, keys: &[String]) -> Result<Vec<Granted>, ToolError> {
        let all = services
            .store
            .list_agent_credentials(&self.viewer, self.agent.id, keys)
            .await
            .map_err(|error| of_store(&error))?;
        let is_system = self.agent.kind == AgentKind::System;
        let of_grant = |(credential, grant): (Credential, Option<artel_domain::Grant>)| {
            let scopes = if is_system { Some(GrantScopes::of_system_agent()) } else { grant.map(|grant| grant.scopes) };
            scopes.map(|scopes| Granted { credential, scopes })
        };
        Ok(all.into_iter().filter_map(of_grant).collect())
    }
}
