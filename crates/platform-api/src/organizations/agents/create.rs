use artel_domain::{Agent, AgentId, AgentKind, AgentStatus};
use artel_http::caller::AgentsWrite;
use artel_http::{Attempt, Body, Checked, Faults, Problem};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{OrganizationAgent, check_profile};
use crate::App;
use crate::agents::known_model;
use crate::organizations::{Member, TAG};

/// All but the name may be absent.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CreateOrganizationAgent {
    #[schema(schema_with = crate::document::name)]
    name: String,
    /// For people; no model reads it.
    #[schema(max_length = 2000, pattern = "^[^\\u0000]*$")]
    description: Option<String>,
    #[schema(max_length = 65_536, pattern = "^[^\\u0000]*$")]
    system_prompt: Option<String>,
    /// Shown by clients, never fetched by the server.
    #[schema(schema_with = crate::document::url)]
    avatar_url: Option<String>,
    /// `provider:model`; the operator's default when absent.
    #[schema(schema_with = crate::document::model_name)]
    model: Option<String>,
    #[schema(value_type = Option<Object>)]
    llm_params: Option<Map<String, Value>>,
}

impl Checked for CreateOrganizationAgent {
    fn check(&self, faults: &mut Faults) {
        faults.name("name", self.name.as_str());
        check_profile(
            faults,
            [
                ("description", self.description.as_deref()),
                ("system_prompt", self.system_prompt.as_deref()),
                ("avatar_url", self.avatar_url.as_deref()),
                ("model", self.model.as_deref()),
            ],
        );
    }
}

impl CreateOrganizationAgent {
    fn agent(self, id: AgentId, caller: &Member<AgentsWrite>, app: &App, model: String) -> Agent {
        Agent {
            id,
            tenant_id: caller.tenant_id,
            owner_user_id: caller.user_id,
            name: self.name,
            system_prompt: self.system_prompt.unwrap_or_default(),
            model,
            llm_params: self.llm_params.map(Value::Object),
            require_approval: false,
            description: self.description,
            avatar_url: self.avatar_url,
            status: AgentStatus::Published,
            version: 1,
            kind: AgentKind::Custom,
            is_enabled: true,
            has_unpublished_changes: false,
            created_at: app.clock.now(),
            updated_at: None,
        }
    }
}

/// Create an agent in an organisation.
///
/// It is published at once: everybody in the organisation may run it, by scope. Needs `agents:write`.
#[utoipa::path(post, path = "/organizations/{org_id}/agents", tag = TAG,
    params(("org_id" = String, Path), crate::document::IdempotencyKey), request_body = CreateOrganizationAgent,
    responses((status = 201, description = "The new agent.", body = OrganizationAgent),
        (status = 404, response = crate::document::NotFound), (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn create_organization_agent(
    State(app): State<App>,
    caller: Member<AgentsWrite>,
    attempt: Attempt,
    body: Body<CreateOrganizationAgent>,
) -> Result<Response, Problem> {
    let new = body.value;
    let model = known_model(&app.models, new.model.as_deref().unwrap_or(&app.config.default_model))?;
    let create = async |id| {
        let agent = new.agent(AgentId(id), &caller, &app, model);
        let audit = caller.audit("agent.create", "agent", agent.id, agent.created_at);
        let made = app.store.create_agent(agent, audit).await?;
        Ok((StatusCode::CREATED, Json(OrganizationAgent::of(&app, made).await?)).into_response())
    };
    app.gate.once(&caller, &attempt, &body.digest, create).await
}
