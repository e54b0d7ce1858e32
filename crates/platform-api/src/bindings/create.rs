use artel_domain::{AgentId, Binding, BindingId, PermissionScope, RateLimit, ToolId};
use artel_http::body::whole;
use artel_http::caller::AgentsWrite;
use artel_http::{At, Attempt, Body, Caller, Checked, Faults, Problem};
use artel_store::BindingWrite;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{TAG, check_domains, check_secret, checked_timeout};
use crate::App;
use crate::tools::name_taken;

#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct CreateBinding {
    /// `read` when absent. `write` needs `tools:write` in whoever runs the agent.
    permission_scope: Option<PermissionScope>,
    /// The operator's default when absent.
    #[serde(default, deserialize_with = "whole")]
    #[schema(schema_with = crate::document::timeout)]
    timeout_ms: Option<u64>,
    /// `N/second`, `N/minute`, `N/hour` or `N/day`: calls per tenant, agent and tool.
    #[schema(schema_with = crate::document::rate_limit)]
    rate_limit: Option<RateLimit>,
    /// Host names that the tool may reach; when empty, only the endpoint's own host.
    #[schema(schema_with = crate::document::domains)]
    allowed_domains: Option<Vec<String>>,
    /// The name of the secret that authenticates the tool.
    #[schema(schema_with = crate::document::secret_name)]
    secrets_ref: Option<String>,
    /// `true`: a human decides about each call that the rules would let pass. No rule is loosened by it.
    require_approval: Option<bool>,
}

impl Checked for CreateBinding {
    fn check(&self, faults: &mut Faults) {
        check_domains(faults, self.allowed_domains.as_deref());
        check_secret(faults, self.secrets_ref.as_deref());
    }

    fn when_absent() -> Option<Self> {
        Some(Self::default())
    }
}

/// Let an agent use a tool.
///
/// A published agent without unpublished changes gets a new version at once; else the binding is one more unpublished
/// change. Needs `agents:write`.
#[utoipa::path(post, path = "/agents/{agent_id}/tools/{tool_id}", tag = TAG,
    params(("agent_id" = AgentId, Path), ("tool_id" = ToolId, Path), crate::document::IdempotencyKey),
    request_body = Option<CreateBinding>,
    responses((status = 201, description = "The binding.", body = Binding), (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn create_binding(
    State(app): State<App>,
    caller: Caller<AgentsWrite>,
    At((agent, tool)): At<(AgentId, ToolId)>,
    attempt: Attempt,
    body: Body<CreateBinding>,
) -> Result<Response, Problem> {
    let new = body.value;
    let timeout_ms = checked_timeout(&app, new.timeout_ms)?.unwrap_or(app.config.tool_default_timeout_ms);
    let bind = async |id| {
        let binding = Binding {
            id: BindingId(id),
            tenant_id: caller.tenant_id,
            agent_id: agent,
            tool_id: tool,
            permission_scope: new.permission_scope.unwrap_or(PermissionScope::Read),
            timeout_ms,
            rate_limit: new.rate_limit,
            allowed_domains: new.allowed_domains.unwrap_or_default(),
            secrets_ref: new.secrets_ref,
            require_approval: new.require_approval.unwrap_or(false),
            created_at: app.clock.now(),
            updated_at: None,
        };
        let audit = caller.audit("binding.create", "binding", binding.id, binding.created_at);
        match app.store.bind_tool(&app.viewer(&caller), binding, audit).await? {
            BindingWrite::Done(binding) => Ok((StatusCode::CREATED, Json(binding)).into_response()),
            BindingWrite::AgentMissing => Err(Problem::not_found("agent")),
            BindingWrite::ToolMissing => Err(Problem::not_found("tool")),
            BindingWrite::NameTaken(other) => Err(name_taken(&other)),
            BindingWrite::Duplicate => Err(Problem::conflict("already_bound", "The agent has this tool already.")),
        }
    };
    app.gate.once(&caller, &attempt, &body.digest, bind).await
}
