use artel_domain::SessionId;
use artel_store::{Page, SessionFilter};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::App;
use crate::fault::Fault;
use crate::user::User;

const MOST: u32 = 1000;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionsWithMetrics {
    sessions: Vec<SessionId>,
    count: usize,
    /// There are more. Left out when there are none.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    is_truncated: bool,
}

/// List the caller's sessions in which something was said, the last used first.
#[utoipa::path(get, path = "/events/metrics/sessions", tag = super::TAG,
    responses((status = OK, description = "The sessions.", body = SessionsWithMetrics)))]
pub(crate) async fn list_sessions_with_metrics(
    State(app): State<App>,
    user: User,
) -> Result<Json<SessionsWithMetrics>, Fault> {
    let filter = SessionFilter { active_only: false };
    let (found, total) = app.store.list_sessions(&user.viewer(), filter, Page { limit: MOST, offset: 0 }).await?;
    let is_truncated = total > found.len() as i64;
    let sessions: Vec<_> =
        found.into_iter().filter(|session| session.message_count > 0).map(|session| session.id.shown()).collect();
    Ok(Json(SessionsWithMetrics { count: sessions.len(), sessions, is_truncated }))
}
