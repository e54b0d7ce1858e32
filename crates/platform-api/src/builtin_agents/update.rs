use artel_domain::{AuditEntry, BuiltinAgent};
use artel_http::body::object;
use artel_http::caller::Administrator;
use artel_http::{At, Body, Caller, Checked, Faults, Problem};
use artel_store::BuiltinPatch;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{BuiltinAgentView, TAG, view};
use crate::App;
use crate::agents::known_model;
use crate::budgets::BudgetLimits;
use crate::patch::nullable;

/// What is absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(clippy::option_option, reason = "absent, null and given are three things")]
pub(crate) struct UpdateBuiltinAgent {
    /// `false`: no run of it can be started, on any surface, until it is `true` again. Runs under way finish.
    is_enabled: Option<bool>,
    /// `null`: what the operator configured.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(schema_with = crate::document::model_name)]
    model: Option<Option<String>>,
    /// In place of the whole budget; `{}` lifts it.
    #[serde(default, deserialize_with = "object")]
    budget: Option<BudgetLimits>,
}

impl Checked for UpdateBuiltinAgent {
    fn check(&self, faults: &mut Faults) {
        faults.length("model", self.model.as_ref().and_then(|model| model.as_deref()), 1..=200);
        if let Some(budget) = &self.budget {
            budget.check_in(faults, "budget.");
        }
    }
}

/// Set a built-in agent.
///
/// Its prompts and tools are part of the product and cannot be changed. Needs `admin`.
#[utoipa::path(put, path = "/builtin-agents/{builtin_agent}", tag = TAG, params(("builtin_agent" = BuiltinAgent, Path)),
    request_body = UpdateBuiltinAgent,
    responses((status = 200, description = "The agent as it is set now.", body = BuiltinAgentView)))]
pub(crate) async fn update_builtin_agent(
    State(app): State<App>,
    caller: Caller<Administrator>,
    At(agent): At<BuiltinAgent>,
    body: Body<UpdateBuiltinAgent>,
) -> Result<Json<BuiltinAgentView>, Problem> {
    let new = body.value;
    let model = match new.model {
        Some(Some(name)) => Some(known_model(&app.models, &name)?),
        Some(None) => Some(agent.default_model().to_owned()),
        None => None,
    };
    let at = app.clock.now();
    let audit = |action| caller.audit(action, "agent", agent.id(caller.tenant_id), at);
    let details = json!({ "is_enabled": new.is_enabled, "model": model, "budget": new.budget });
    let patch = BuiltinPatch { is_enabled: new.is_enabled, model, budget: new.budget.as_ref().map(Into::into) };
    app.store.ensure_builtin_agent(caller.tenant_id, agent, caller.user_id, audit("agent.create")).await?;
    let audit = AuditEntry { details: Some(details), ..audit("agent.configure") };
    let configured = app.store.configure_builtin_agent(caller.tenant_id, agent, patch, caller.user_id, audit).await?;
    configured.ok_or_else(|| Problem::not_found("built-in agent"))?;
    Ok(Json(view(&app, caller.tenant_id, agent).await?))
}
