use artel_domain::{Agent, AgentId, AgentStatus};
use artel_http::caller::AgentsWrite;
use artel_http::{At, Body, Caller, Checked, Faults, Problem};
use artel_store::AgentPatch;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{TAG, known_model};
use crate::App;
use crate::patch::nullable;

/// A full profile or a part of one; what is absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(clippy::option_option, reason = "absent, null and given are three things")]
pub(crate) struct UpdateAgent {
    #[schema(schema_with = crate::document::maybe_name)]
    name: Option<String>,
    #[schema(max_length = 100_000, pattern = "^[^\\u0000]*$")]
    system_prompt: Option<String>,
    #[schema(schema_with = crate::document::model_name)]
    model: Option<String>,
    /// `null` clears them.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Object>)]
    llm_params: Option<Option<Map<String, Value>>>,
    /// `true`: a human decides about each call of a tool that the rules would let pass. No rule is loosened by it.
    require_approval: Option<bool>,
    /// `published` publishes a draft as it is.
    status: Option<AgentStatus>,
    /// `false`: no run can be started until it is `true` again. Holds at once, whatever is published.
    is_enabled: Option<bool>,
}

impl Checked for UpdateAgent {
    fn check(&self, faults: &mut Faults) {
        faults.name("name", self.name.as_deref());
        faults.length("system_prompt", self.system_prompt.as_deref(), 0..=100_000);
        faults.length("model", self.model.as_deref(), 1..=200);
    }
}

/// Update an agent.
///
/// The published version stays what it is until the next publication: whoever is not the owner runs that one. Runs
/// under way keep the version they began with. Needs `agents:write`.
#[utoipa::path(put, path = "/agents/{agent_id}", tag = TAG, params(("agent_id" = AgentId, Path)), request_body = UpdateAgent,
    responses((status = 200, description = "The agent as it is now.", body = Agent)))]
pub(crate) async fn update_agent(
    State(app): State<App>,
    caller: Caller<AgentsWrite>,
    At(agent): At<AgentId>,
    body: Body<UpdateAgent>,
) -> Result<Json<Agent>, Problem> {
    let new = body.value;
    let patch = AgentPatch {
        name: new.name,
        system_prompt: new.system_prompt,
        model: new.model.map(|name| known_model(&app.models, &name)).transpose()?,
        llm_params: new.llm_params.map(|params| params.map(Value::Object)),
        require_approval: new.require_approval,
        status: new.status,
        is_enabled: new.is_enabled,
        ..AgentPatch::default()
    };
    let audit = caller.audit("agent.update", "agent", agent, app.clock.now());
    let updated = app.store.update_agent(&app.viewer(&caller), agent, patch, audit).await?;
    updated.map(Json).ok_or_else(|| Problem::not_found("agent"))
}
