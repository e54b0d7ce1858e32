use artel_domain::{Agent, AgentId};
use artel_http::body::whole;
use artel_http::caller::AgentsWrite;
use artel_http::{At, Attempt, Body, Caller, Checked, Faults, Problem};
use artel_store::Publication;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::TAG;
use crate::App;

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct RollbackAgent {
    #[serde(deserialize_with = "needed")]
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    version: i64,
}

fn needed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    whole(deserializer)?.ok_or_else(|| D::Error::custom("must be a number"))
}

impl Checked for RollbackAgent {
    fn check(&self, faults: &mut Faults) {
        faults.range("version", Some(self.version), 1..=2_147_483_647);
    }
}

/// Return an agent to a published version.
///
/// Profile and bindings become those of the snapshot, as a new version: history is never rewritten. Needs
/// `agents:write`.
#[utoipa::path(post, path = "/agents/{agent_id}/rollback", tag = TAG,
    params(("agent_id" = AgentId, Path), crate::document::IdempotencyKey), request_body = RollbackAgent,
    responses((status = 200, description = "The agent as it is now.", body = Agent), (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn rollback_agent(
    State(app): State<App>,
    caller: Caller<AgentsWrite>,
    At(agent): At<AgentId>,
    attempt: Attempt,
    body: Body<RollbackAgent>,
) -> Result<Response, Problem> {
    let rollback = async |request_id| {
        let audit = caller.audit("agent.rollback", "agent", agent, app.clock.now());
        let (version, publication) = (body.value.version, Publication { by: caller.user_id, request_id });
        let rolled_back = app.store.rollback_agent(&app.viewer(&caller), agent, version, publication, audit).await?;
        rolled_back.map(|agent| Json(agent).into_response()).ok_or_else(|| Problem::not_found("agent version"))
    };
    app.gate.once(&caller, &attempt, &body.digest, rollback).await
}
