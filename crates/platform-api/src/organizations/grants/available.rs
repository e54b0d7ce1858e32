use artel_domain::{AgentId, AgentKind, Credential, CredentialId, Grant, GrantId, Timestamp};
use artel_http::caller::AgentsRead;
use artel_http::{At, Problem};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::App;
use crate::organizations::agents::{AgentAt, found};
use crate::organizations::{Member, TAG};

/// A credential that an agent could use, or does.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AvailableCredential {
    credential_id: CredentialId,
    service_name: String,
    instance_id: String,
    #[serde(serialize_with = "artel_domain::names::shown")]
    account_label: String,
    last_used_at: Option<Timestamp>,
    granted: bool,
    /// `null` when it is not granted. The system agent needs no grants.
    grant_id: Option<GrantId>,
}

/// List the credentials that an agent could be granted.
///
/// Every credential of the organisation under the agent's connectors. The system agent has all of them: it reads, and
/// a human decides about each write. Needs `agents:read`.
#[utoipa::path(get, path = "/organizations/{org_id}/agents/{agent_id}/available-credentials", tag = TAG,
    params(("org_id" = String, Path), ("agent_id" = AgentId, Path)),
    responses((status = 200, description = "By service and instance.", body = [AvailableCredential])))]
pub(crate) async fn list_available_credentials(
    State(app): State<App>,
    caller: Member<AgentsRead>,
    At(path): At<AgentAt>,
) -> Result<Json<Vec<AvailableCredential>>, Problem> {
    let agent = found(&app, &caller, path.agent_id).await?;
    let is_system = agent.kind == AgentKind::System;
    let services = if is_system {
        app.connectors.keys(caller.tenant_id).await?
    } else {
        app.store.connectors_of_agent(caller.tenant_id, agent.id).await?
    };
    let all = app.store.list_agent_credentials(&app.viewer(&caller), agent.id, &services).await?;
    Ok(Json(all.into_iter().map(|(credential, grant)| view(credential, grant.as_ref(), is_system)).collect()))
}

fn view(credential: Credential, grant: Option<&Grant>, is_system: bool) -> AvailableCredential {
    AvailableCredential {
        credential_id: credential.id,
        service_name: credential.service_name,
        instance_id: credential.instance_id,
        account_label: credential.account_label,
        last_used_at: credential.last_used_at,
        granted: is_system || grant.is_some(),
        grant_id: grant.map(|grant| grant.id),
    }
}
