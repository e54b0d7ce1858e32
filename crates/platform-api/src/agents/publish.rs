use artel_domain::{Agent, AgentId};
use artel_http::caller::AgentsWrite;
use artel_http::{At, Attempt, Caller, Problem};
use artel_store::Publication;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::TAG;
use crate::App;

/// Publish an agent.
///
/// Its version grows by one, and its profile and bindings are kept as an immutable snapshot. Needs `agents:write`.
#[utoipa::path(post, path = "/agents/{agent_id}/publish", tag = TAG,
    params(("agent_id" = AgentId, Path), crate::document::IdempotencyKey),
    responses((status = 200, description = "The published agent.", body = Agent), (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn publish_agent(
    State(app): State<App>,
    caller: Caller<AgentsWrite>,
    At(agent): At<AgentId>,
    attempt: Attempt,
) -> Result<Response, Problem> {
    let publish = async |request_id| {
        let audit = caller.audit("agent.publish", "agent", agent, app.clock.now());
        let publication = Publication { by: caller.user_id, request_id };
        let published = app.store.publish_agent(&app.viewer(&caller), agent, publication, audit).await?;
        published.map(|agent| Json(agent).into_response()).ok_or_else(|| Problem::not_found("agent"))
    };
    app.gate.once(&caller, &attempt, "", publish).await
}
