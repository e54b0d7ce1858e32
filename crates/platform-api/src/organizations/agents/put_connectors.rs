use artel_domain::{AgentId, AuditEntry};
use artel_http::caller::AgentsWrite;
use artel_http::{At, Body, Checked, Faults, Problem};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{AgentAt, OrganizationAgent, agent_view, changeable};
use crate::App;
use crate::organizations::grants::revoke_uncovered;
use crate::organizations::{Member, TAG};

/// More than any catalogue has.
const MOST_KEYS: usize = 500;

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PutConnectors {
    /// In place of the whole list; an empty one clears it.
    #[schema(schema_with = crate::document::connector_keys)]
    connector_keys: Vec<String>,
}

impl Checked for PutConnectors {
    fn check(&self, faults: &mut Faults) {
        faults.ensure(self.connector_keys.len() <= MOST_KEYS, "connector_keys", "must have at most 500 keys");
    }
}

/// Set the connectors of an agent.
///
/// The list holds at once, also for runs under way. Grants of credentials whose connector is not in it are revoked.
/// Order is kept, and a key that comes twice counts once. The system agent may call every connector, and its list
/// cannot be set (400). Needs `agents:write`.
#[utoipa::path(put, path = "/organizations/{org_id}/agents/{agent_id}/connectors", tag = TAG,
    params(("org_id" = String, Path), ("agent_id" = AgentId, Path)), request_body = PutConnectors,
    responses((status = 200, description = "The agent as it is now.", body = OrganizationAgent)))]
pub(crate) async fn put_agent_connectors(
    State(app): State<App>,
    caller: Member<AgentsWrite>,
    At(path): At<AgentAt>,
    body: Body<PutConnectors>,
) -> Result<Json<OrganizationAgent>, Problem> {
    let agent = changeable(&caller, path.agent_id)?;
    let keys = known(&app.connectors.keys(caller.tenant_id).await?, body.value.connector_keys)?;
    let audit = caller.audit("agent.connectors", "agent", agent, app.clock.now());
    let audit = AuditEntry { details: Some(json!({ "connector_keys": keys })), ..audit };
    let put = app.store.put_agent_connectors(&app.viewer(&caller), agent, keys.clone(), audit).await?;
    let agent = put.ok_or_else(|| Problem::not_found("agent"))?;
    revoke_uncovered(&app, &caller, agent.id, &keys).await?;
    Ok(Json(agent_view(&app, agent, keys)))
}

/// Each key once, in the order of its first appearance.
fn known(all: &[String], keys: Vec<String>) -> Result<Vec<String>, Problem> {
    let (mut kept, mut faults) = (Vec::new(), Faults::default());
    for (index, key) in keys.into_iter().enumerate() {
        if !all.contains(&key) {
            let message = format!("there is no connector '{key}'; there are {}", all.join(", "));
            faults.add(format!("connector_keys[{index}]"), message);
        } else if !kept.contains(&key) {
            kept.push(key);
        }
    }
    faults.result().map(|()| kept)
}
