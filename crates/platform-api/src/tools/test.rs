use artel_domain::ToolId;
use artel_http::body::whole;
use artel_http::caller::ToolsWrite;
use artel_http::{At, Body, Caller, Checked, Faults, Problem, TraceId};
use artel_tools::{TestCall, TestReport};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::TAG;
use crate::App;
use crate::bindings::{check_domains, check_secret, checked_timeout};

/// The arguments, and what a binding would say.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct TestTool {
    #[schema(value_type = Option<Object>)]
    args: Option<Map<String, Value>>,
    #[schema(schema_with = crate::document::secret_name)]
    secrets_ref: Option<String>,
    /// When empty, only the endpoint's own host.
    #[schema(schema_with = crate::document::domains)]
    allowed_domains: Option<Vec<String>>,
    #[serde(default, deserialize_with = "whole")]
    #[schema(schema_with = crate::document::timeout)]
    timeout_ms: Option<u64>,
}

impl Checked for TestTool {
    fn check(&self, faults: &mut Faults) {
        check_domains(faults, self.allowed_domains.as_deref());
        check_secret(faults, self.secrets_ref.as_deref());
    }

    fn when_absent() -> Option<Self> {
        Some(Self::default())
    }
}

/// Call a tool once, outside any run.
///
/// With all guards of a real call and one attempt. A refusal or a failure is in `error`. Needs `tools:write`.
#[utoipa::path(post, path = "/tools/{tool_id}/test", tag = TAG, params(("tool_id" = ToolId, Path)), request_body = Option<TestTool>,
    responses((status = 200, description = "What came of it.", body = TestReport)))]
pub(crate) async fn test_tool(
    State(app): State<App>,
    caller: Caller<ToolsWrite>,
    TraceId(trace_id): TraceId,
    At(id): At<ToolId>,
    body: Body<TestTool>,
) -> Result<Json<TestReport>, Problem> {
    let wanted = body.value;
    let timeout_ms = checked_timeout(&app, wanted.timeout_ms)?;
    let tool = app.store.find_tool(caller.tenant_id, id).await?.ok_or_else(|| Problem::not_found("tool"))?;
    let audit = caller.audit("tool.test", "tool", id, app.clock.now());
    app.store.record_audit(caller.tenant_id, audit).await?;
    let call = TestCall {
        tenant_id: caller.tenant_id,
        principal: caller.principal(),
        trace_id,
        tool,
        secrets_ref: wanted.secrets_ref,
        allowed_domains: wanted.allowed_domains.unwrap_or_default(),
        timeout_ms,
        args: Value::Object(wanted.args.unwrap_or_default()),
    };
    Ok(Json(app.tools.test(call).await))
}
