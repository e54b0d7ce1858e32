use artel_domain::{Agent, AgentId, AgentKind, AgentStatus};
use artel_http::body::whole;
use artel_http::caller::AgentsWrite;
use artel_http::{Attempt, Body, Caller, Checked, Faults, Problem};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{TAG, known_model};
use crate::App;

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CreateAgent {
    #[schema(schema_with = crate::document::name)]
    name: String,
    #[schema(max_length = 100_000, pattern = "^[^\\u0000]*$")]
    system_prompt: Option<String>,
    /// `provider:model`; the operator's default when absent.
    #[schema(schema_with = crate::document::model_name)]
    model: Option<String>,
    #[schema(value_type = Option<Object>)]
    llm_params: Option<Map<String, Value>>,
    /// `true`: a human decides about each call of a tool that the rules would let pass. No rule is loosened by it.
    require_approval: Option<bool>,
    status: Option<AgentStatus>,
    #[serde(default, deserialize_with = "whole")]
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    version: Option<i64>,
}

impl Checked for CreateAgent {
    fn check(&self, faults: &mut Faults) {
        faults.name("name", self.name.as_str());
        faults.length("system_prompt", self.system_prompt.as_deref(), 0..=100_000);
        faults.length("model", self.model.as_deref(), 1..=200);
        faults.range("version", self.version, 1..=2_147_483_647);
    }
}

/// Create an agent.
///
/// Drafts can be run by their owner and by `admin` only. One that is created as `published` has its first version at
/// once. Needs `agents:write`.
#[utoipa::path(post, path = "/agents", tag = TAG, params(crate::document::IdempotencyKey), request_body = CreateAgent,
    responses((status = 201, description = "The new agent.", body = Agent), (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn create_agent(
    State(app): State<App>,
    caller: Caller<AgentsWrite>,
    attempt: Attempt,
    body: Body<CreateAgent>,
) -> Result<Response, Problem> {
    let new = body.value;
    let model = known_model(&app.models, new.model.as_deref().unwrap_or(&app.config.default_model))?;
    let create = async |id| {
        let agent = Agent {
            id: AgentId(id),
            tenant_id: caller.tenant_id,
            owner_user_id: caller.user_id,
            name: new.name,
            system_prompt: new.system_prompt.unwrap_or_default(),
            model,
            llm_params: new.llm_params.map(Value::Object),
            require_approval: new.require_approval.unwrap_or(false),
            description: None,
            avatar_url: None,
            status: new.status.unwrap_or(AgentStatus::Draft),
            version: new.version.unwrap_or(1),
            kind: AgentKind::Custom,
            is_enabled: true,
            has_unpublished_changes: false,
            created_at: app.clock.now(),
            updated_at: None,
        };
        let audit = caller.audit("agent.create", "agent", agent.id, agent.created_at);
        Ok((StatusCode::CREATED, Json(app.store.create_agent(agent, audit).await?)).into_response())
    };
    app.gate.once(&caller, &attempt, &body.digest, create).await
}
