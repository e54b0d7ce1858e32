use artel_domain::AgentId;
use artel_http::caller::AgentsWrite;
use artel_http::{At, Body, Checked, Faults, Problem};
use artel_store::AgentPatch;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{AgentAt, OrganizationAgent, changeable, check_profile};
use crate::App;
use crate::agents::known_model;
use crate::organizations::{Member, TAG};
use crate::patch::nullable;

/// What is absent stays as it is; `null` clears a member that may be empty.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(clippy::option_option, reason = "absent, null and given are three things")]
pub(crate) struct UpdateOrganizationAgent {
    #[schema(schema_with = crate::document::maybe_name)]
    name: Option<String>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(max_length = 2000, pattern = "^[^\\u0000]*$", value_type = Option<String>)]
    description: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(max_length = 65_536, pattern = "^[^\\u0000]*$", value_type = Option<String>)]
    system_prompt: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(schema_with = crate::document::url)]
    avatar_url: Option<Option<String>>,
    /// `null`: the operator's default.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(schema_with = crate::document::model_name)]
    model: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Object>)]
    llm_params: Option<Option<Map<String, Value>>>,
    /// `false`: no run can be started until it is `true` again, on any surface.
    is_enabled: Option<bool>,
}

impl Checked for UpdateOrganizationAgent {
    fn check(&self, faults: &mut Faults) {
        faults.name("name", self.name.as_deref());
        check_profile(
            faults,
            [
                ("description", given(&self.description)),
                ("system_prompt", given(&self.system_prompt)),
                ("avatar_url", given(&self.avatar_url)),
                ("model", given(&self.model)),
            ],
        );
    }
}

#[expect(clippy::option_option, clippy::ref_option, reason = "absent, null and given are three things")]
fn given(member: &Option<Option<String>>) -> Option<&str> {
    member.as_ref()?.as_deref()
}

/// Change an agent of an organisation.
///
/// A change of name, prompt, model or parameters holds for the next run of everybody: a published agent is published
/// with it. Runs under way keep what they began with. The system agent cannot be changed (400). Needs `agents:write`.
#[utoipa::path(patch, path = "/organizations/{org_id}/agents/{agent_id}", tag = TAG,
    params(("org_id" = String, Path), ("agent_id" = AgentId, Path)), request_body = UpdateOrganizationAgent,
    responses((status = 200, description = "The agent as it is now.", body = OrganizationAgent)))]
pub(crate) async fn update_organization_agent(
    State(app): State<App>,
    caller: Member<AgentsWrite>,
    At(path): At<AgentAt>,
    body: Body<UpdateOrganizationAgent>,
) -> Result<Json<OrganizationAgent>, Problem> {
    let agent = changeable(&caller, path.agent_id)?;
    let patch = patch(&app, body.value)?;
    let audit = caller.audit("agent.update", "agent", agent, app.clock.now());
    let updated = app.store.update_agent(&app.viewer(&caller), agent, patch, audit).await?;
    let updated = updated.ok_or_else(|| Problem::not_found("agent"))?;
    Ok(Json(OrganizationAgent::of(&app, updated).await?))
}

fn patch(app: &App, new: UpdateOrganizationAgent) -> Result<AgentPatch, Problem> {
    // Only what a version holds is published: switching an agent off publishes nobody's unpublished changes.
    let publishes =
        new.name.is_some() || new.system_prompt.is_some() || new.model.is_some() || new.llm_params.is_some();
    let named = |name: Option<String>| known_model(&app.models, name.as_deref().unwrap_or(&app.config.default_model));
    Ok(AgentPatch {
        name: new.name,
        system_prompt: new.system_prompt.map(Option::unwrap_or_default),
        model: new.model.map(named).transpose()?,
        llm_params: new.llm_params.map(|params| params.map(Value::Object)),
        require_approval: None,
        status: None,
        is_enabled: new.is_enabled,
        description: new.description,
        avatar_url: new.avatar_url,
        publishes,
    })
}
