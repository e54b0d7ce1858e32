use artel_domain::{Agent, AgentId, BindingId};
use artel_http::caller::{AgentsWrite, other_agent};
use artel_http::{At, Attempt, Body, Caller, Checked, Faults, Problem};
use artel_store::CloneAgent as Copy;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::TAG;
use crate::App;

#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct CloneAgent {
    /// The source's name + " (copy)" when absent.
    #[schema(schema_with = crate::document::maybe_name)]
    name: Option<String>,
}

impl Checked for CloneAgent {
    fn check(&self, faults: &mut Faults) {
        faults.name("name", self.name.as_deref());
    }

    fn when_absent() -> Option<Self> {
        Some(Self::default())
    }
}

/// Copy an agent.
///
/// The copy has the same profile and bindings, is a draft at version 1 and belongs to the caller. Needs `agents:write`.
#[utoipa::path(post, path = "/agents/{agent_id}/clone", tag = TAG,
    params(("agent_id" = AgentId, Path), crate::document::IdempotencyKey), request_body = Option<CloneAgent>,
    responses((status = 201, description = "The copy.", body = Agent), (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn clone_agent(
    State(app): State<App>,
    caller: Caller<AgentsWrite>,
    At(source): At<AgentId>,
    attempt: Attempt,
    body: Body<CloneAgent>,
) -> Result<Response, Problem> {
    if caller.agent_id.is_some() {
        return Err(other_agent());
    }
    let copy = async |id| {
        let at = app.clock.now();
        let copy = Copy {
            tenant_id: caller.tenant_id,
            id: AgentId(id),
            owner_user_id: caller.user_id,
            name: body.value.name,
            at,
            binding_namespace: BindingId(id),
        };
        let audit = caller.audit("agent.clone", "agent", copy.id, at);
        let cloned = app.store.clone_agent(&app.viewer(&caller), source, copy, audit).await?;
        cloned
            .map(|agent| (StatusCode::CREATED, Json(agent)).into_response())
            .ok_or_else(|| Problem::not_found("agent"))
    };
    app.gate.once(&caller, &attempt, &body.digest, copy).await
}
