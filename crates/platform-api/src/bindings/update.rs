use artel_domain::{AgentId, Binding, PermissionScope, RateLimit, ToolId};
use artel_http::body::whole;
use artel_http::caller::AgentsWrite;
use artel_http::{At, Body, Caller, Checked, Faults, Problem};
use artel_store::BindingPatch;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{TAG, check_domains, check_secret, checked_timeout};
use crate::App;
use crate::patch::nullable;

/// What is absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(clippy::option_option, reason = "absent, null and given are three things")]
pub(crate) struct UpdateBinding {
    permission_scope: Option<PermissionScope>,
    #[serde(default, deserialize_with = "whole")]
    #[schema(schema_with = crate::document::timeout)]
    timeout_ms: Option<u64>,
    /// `null` lifts the limit.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(schema_with = crate::document::rate_limit)]
    rate_limit: Option<Option<RateLimit>>,
    #[schema(schema_with = crate::document::domains)]
    allowed_domains: Option<Vec<String>>,
    /// `null` takes the secret away.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(schema_with = crate::document::secret_name)]
    secrets_ref: Option<Option<String>>,
    /// `true`: a human decides about each call that the rules would let pass. No rule is loosened by it.
    require_approval: Option<bool>,
}

impl Checked for UpdateBinding {
    fn check(&self, faults: &mut Faults) {
        check_domains(faults, self.allowed_domains.as_deref());
        check_secret(faults, self.secrets_ref.as_ref().and_then(|name| name.as_deref()));
    }
}

/// Change the limits under which an agent uses a tool.
///
/// A published agent without unpublished changes gets a new version at once. Needs `agents:write`.
#[utoipa::path(patch, path = "/agents/{agent_id}/tools/{tool_id}", tag = TAG,
    params(("agent_id" = AgentId, Path), ("tool_id" = ToolId, Path)), request_body = UpdateBinding,
    responses((status = 200, description = "The binding as it is now.", body = Binding)))]
pub(crate) async fn update_binding(
    State(app): State<App>,
    caller: Caller<AgentsWrite>,
    At((agent, tool)): At<(AgentId, ToolId)>,
    body: Body<UpdateBinding>,
) -> Result<Json<Binding>, Problem> {
    let new = body.value;
    let patch = BindingPatch {
        permission_scope: new.permission_scope,
        timeout_ms: checked_timeout(&app, new.timeout_ms)?,
        rate_limit: new.rate_limit,
        allowed_domains: new.allowed_domains,
        secrets_ref: new.secrets_ref,
        require_approval: new.require_approval,
    };
    let audit = caller.audit("binding.update", "binding", format!("{agent}/{tool}"), app.clock.now());
    let updated = app.store.update_binding(&app.viewer(&caller), agent, tool, patch, audit).await?;
    updated.map(Json).ok_or_else(|| Problem::not_found("binding"))
}
