use std::collections::BTreeMap;

use artel_domain::tool::{ArgumentPlace, HttpMethod};
use artel_domain::{AuthType, EffectClass, ExecutionType, ToolDefinition, ToolId, ToolStatus};
use artel_http::body::whole;
use artel_http::caller::ToolsWrite;
use artel_http::{Attempt, Body, Caller, Checked, Faults, Identity, Problem};
use artel_tools::Registry;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{TAG, rules};
use crate::App;

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CreateTool {
    /// For `internal` tools without `endpoint`: which function.
    #[schema(schema_with = crate::document::name)]
    name: String,
    #[schema(max_length = 10_000, pattern = "^[^\\u0000]*$")]
    description: Option<String>,
    /// JSON Schema (2020-12) of `type: object` whose property names are Python identifiers.
    #[schema(schema_with = crate::document::input_schema)]
    input_schema: Map<String, Value>,
    execution_type: ExecutionType,
    /// Where an `http_webhook` is called; `{name}` in the path stands for an argument. For `internal` tools: which
    /// function.
    #[schema(schema_with = crate::document::url)]
    endpoint: Option<String>,
    auth_type: Option<AuthType>,
    status: Option<ToolStatus>,
    #[serde(default, deserialize_with = "whole")]
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    version: Option<i64>,
    /// `POST` when absent.
    http_method: Option<HttpMethod>,
    /// Where arguments go; in the body when absent.
    parameter_mapping: Option<BTreeMap<String, ArgumentPlace>>,
    #[schema(schema_with = crate::document::headers)]
    custom_headers: Option<BTreeMap<String, String>>,
    /// A JMESPath expression applied to the answer's JSON.
    #[schema(schema_with = crate::document::jmespath)]
    response_transform: Option<String>,
    /// What may happen to a call that was cut off. `at_most_once` for webhooks and `read_only` for internal tools when
    /// absent.
    effect: Option<EffectClass>,
    /// For `verifiable` tools.
    #[schema(schema_with = crate::document::url)]
    status_endpoint: Option<String>,
    /// A result of this tool answers the same call for so long. Only with `effect` `read_only`.
    #[serde(default, deserialize_with = "whole")]
    #[schema(minimum = 1, maximum = 86_400)]
    cache_ttl_seconds: Option<u32>,
}

impl Checked for CreateTool {
    fn check(&self, faults: &mut Faults) {
        faults.name("name", self.name.as_str());
        faults.length("description", self.description.as_deref(), 0..=10_000);
        faults.range("version", self.version, 1..=2_147_483_647);
    }
}

impl CreateTool {
    /// A built-in tool knows its effect; of an unknown endpoint the worst is assumed.
    fn usual_effect(&self, tools: &Registry) -> EffectClass {
        let named = self.endpoint.as_deref().unwrap_or(&self.name);
        match self.execution_type {
            ExecutionType::Internal => {
                tools.builtin(named).map_or(EffectClass::ReadOnly, |tool| tool.descriptor().effect)
            }
            ExecutionType::HttpWebhook => EffectClass::AtMostOnce,
        }
    }

    fn into_tool(self, caller: &Identity, app: &App) -> ToolDefinition {
        let effect = self.effect.unwrap_or_else(|| self.usual_effect(&app.tools));
        ToolDefinition {
            id: ToolId(Uuid::nil()),
            tenant_id: caller.tenant_id,
            name: self.name,
            description: self.description.unwrap_or_default(),
            input_schema: Value::Object(self.input_schema),
            execution_type: self.execution_type,
            endpoint: self.endpoint,
            auth_type: self.auth_type.unwrap_or(AuthType::None),
            status: self.status.unwrap_or(ToolStatus::Active),
            version: self.version.unwrap_or(1),
            http_method: self.http_method.unwrap_or(HttpMethod::Post),
            parameter_mapping: self.parameter_mapping.unwrap_or_default(),
            custom_headers: self.custom_headers.unwrap_or_default(),
            response_transform: self.response_transform,
            effect,
            status_endpoint: self.status_endpoint,
            cache_ttl_seconds: self.cache_ttl_seconds,
            created_at: app.clock.now(),
            updated_at: None,
        }
    }
}

/// Create a tool.
///
/// Needs `tools:write`.
#[utoipa::path(post, path = "/tools", tag = TAG, params(crate::document::IdempotencyKey), request_body = CreateTool,
    responses((status = 201, description = "The new tool.", body = ToolDefinition), (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn create_tool(
    State(app): State<App>,
    caller: Caller<ToolsWrite>,
    attempt: Attempt,
    body: Body<CreateTool>,
) -> Result<Response, Problem> {
    let tool = body.value.into_tool(&caller, &app);
    rules::check(&app.tools, &tool).await.result()?;
    let create = async |id| {
        let tool = ToolDefinition { id: ToolId(id), ..tool };
        let audit = caller.audit("tool.create", "tool", tool.id, tool.created_at);
        Ok((StatusCode::CREATED, Json(app.store.create_tool(tool, audit).await?)).into_response())
    };
    app.gate.once(&caller, &attempt, &body.digest, create).await
}
