use std::collections::BTreeMap;

use artel_domain::tool::{ArgumentPlace, HttpMethod};
use artel_domain::{AuthType, EffectClass, ExecutionType, ToolDefinition, ToolId, ToolStatus};
use artel_http::caller::ToolsWrite;
use artel_http::{At, Body, Caller, Checked, Faults, Problem};
use artel_store::{ToolPatch, ToolWrite};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{TAG, name_taken, rules};
use crate::App;
use crate::patch::{nullable, nullable_whole};

/// A full tool or a part of one; what is absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(clippy::option_option, reason = "absent, null and given are three things")]
pub(crate) struct UpdateTool {
    #[schema(schema_with = crate::document::maybe_name)]
    name: Option<String>,
    #[schema(max_length = 10_000, pattern = "^[^\\u0000]*$")]
    description: Option<String>,
    #[schema(schema_with = crate::document::input_schema_or_null)]
    input_schema: Option<Map<String, Value>>,
    execution_type: Option<ExecutionType>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(schema_with = crate::document::url)]
    endpoint: Option<Option<String>>,
    auth_type: Option<AuthType>,
    status: Option<ToolStatus>,
    http_method: Option<HttpMethod>,
    parameter_mapping: Option<BTreeMap<String, ArgumentPlace>>,
    #[schema(schema_with = crate::document::headers)]
    custom_headers: Option<BTreeMap<String, String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(schema_with = crate::document::jmespath)]
    response_transform: Option<Option<String>>,
    effect: Option<EffectClass>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(schema_with = crate::document::url)]
    status_endpoint: Option<Option<String>>,
    /// `null`: every call is made.
    #[serde(default, deserialize_with = "nullable_whole")]
    #[schema(minimum = 1, maximum = 86_400)]
    cache_ttl_seconds: Option<Option<u32>>,
}

impl Checked for UpdateTool {
    fn check(&self, faults: &mut Faults) {
        faults.name("name", self.name.as_deref());
        faults.length("description", self.description.as_deref(), 0..=10_000);
    }
}

impl From<UpdateTool> for ToolPatch {
    fn from(new: UpdateTool) -> Self {
        Self {
            name: new.name,
            description: new.description,
            input_schema: new.input_schema.map(Value::Object),
            execution_type: new.execution_type,
            endpoint: new.endpoint,
            auth_type: new.auth_type,
            status: new.status,
            http_method: new.http_method,
            parameter_mapping: new.parameter_mapping,
            custom_headers: new.custom_headers,
            response_transform: new.response_transform,
            effect: new.effect,
            status_endpoint: new.status_endpoint,
            cache_ttl_seconds: new.cache_ttl_seconds,
        }
    }
}

/// Update a tool.
///
/// Its version grows by one. A worker that has a run keeps the tool as it read it; a call that a human approved before
/// the update is asked about again. Needs `tools:write`.
#[utoipa::path(put, path = "/tools/{tool_id}", tag = TAG, params(("tool_id" = ToolId, Path)), request_body = UpdateTool,
    responses((status = 200, description = "The tool as it is now.", body = ToolDefinition), (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn update_tool(
    State(app): State<App>,
    caller: Caller<ToolsWrite>,
    At(id): At<ToolId>,
    body: Body<UpdateTool>,
) -> Result<Json<ToolDefinition>, Problem> {
    let patch = ToolPatch::from(body.value);
    let tool = app.store.find_tool(caller.tenant_id, id).await?.ok_or_else(|| Problem::not_found("tool"))?;
    check(&app, &patch, &patched(tool, patch.clone())).await?;
    let audit = caller.audit("tool.update", "tool", id, app.clock.now());
    match app.store.update_tool(caller.tenant_id, id, patch, audit).await? {
        ToolWrite::Done(tool) => Ok(Json(*tool)),
        ToolWrite::Missing => Err(Problem::not_found("tool")),
        ToolWrite::NameTaken(other) => Err(name_taken(&other)),
    }
}

/// What is wrong with something that was sent is 422; what does not go with what the tool has and keeps is 409.
async fn check(app: &App, patch: &ToolPatch, tool: &ToolDefinition) -> Result<(), Problem> {
    let faults = rules::check(&app.tools, tool).await;
    let stays_internal = tool.execution_type == ExecutionType::Internal && patch.execution_type.is_none();
    let is_kept = |field: &str| match field {
        "name" => stays_internal || patch.name.is_none(),
        "endpoint" => stays_internal || patch.endpoint.is_none(),
        "status_endpoint" => {
            patch.status_endpoint.is_none() || (patch.status_endpoint == Some(None) && patch.effect.is_none())
        }
        "cache_ttl_seconds" => patch.cache_ttl_seconds.is_none(),
        _ => false,
    };
    if !faults.is_empty() && faults.fields().all(is_kept) {
        return Err(faults
            .conflict("tool_would_not_work", "The change does not go with what the tool keeps; see field_errors."));
    }
    faults.result()
}

/// What the tool would be.
fn patched(tool: ToolDefinition, patch: ToolPatch) -> ToolDefinition {
    ToolDefinition {
        name: patch.name.unwrap_or(tool.name),
        input_schema: patch.input_schema.unwrap_or(tool.input_schema),
        execution_type: patch.execution_type.unwrap_or(tool.execution_type),
        endpoint: patch.endpoint.unwrap_or(tool.endpoint),
        custom_headers: patch.custom_headers.unwrap_or(tool.custom_headers),
        response_transform: patch.response_transform.unwrap_or(tool.response_transform),
        effect: patch.effect.unwrap_or(tool.effect),
        status_endpoint: patch.status_endpoint.unwrap_or(tool.status_endpoint),
        cache_ttl_seconds: patch.cache_ttl_seconds.unwrap_or(tool.cache_ttl_seconds),
        ..tool
    }
}
