use artel_http::Checked;
use artel_store::{Page, SessionFilter};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::view::SessionView;
use crate::App;
use crate::extract::{Query, flag};
use crate::fault::Fault;
use crate::user::User;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListSessions {
    #[param(minimum = 1, maximum = 1000, default = 100, nullable = false)]
    limit: Option<i64>,
    #[param(minimum = 0, maximum = 2_147_483_647, default = 0, nullable = false)]
    offset: Option<i64>,
    /// `false`: ended ones too.
    #[serde(default, deserialize_with = "flag")]
    #[param(nullable = false)]
    active_only: Option<bool>,
}

impl Checked for ListSessions {}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionList {
    sessions: Vec<SessionView>,
    /// Of all that match, not only of this page.
    total: i64,
    limit: u32,
    offset: u32,
}

/// List the caller's own sessions, the last used first; ended ones only with `active_only=false`.
#[utoipa::path(get, path = "/sessions", tag = super::TAG, params(ListSessions),
    responses((status = OK, description = "A page of sessions.", body = SessionList)))]
pub(crate) async fn list_sessions(
    State(app): State<App>,
    user: User,
    Query(wanted): Query<ListSessions>,
) -> Result<Json<SessionList>, Fault> {
    let Page { limit, offset } = page(&wanted)?;
    let filter = SessionFilter { active_only: wanted.active_only.unwrap_or(true) };
    let (sessions, total) = app.store.list_sessions(&user.viewer(), filter, Page { limit, offset }).await?;
    let sessions = sessions.into_iter().map(|session| SessionView::of(&app, session)).collect();
    Ok(Json(SessionList { sessions, total, limit, offset }))
}

fn page(wanted: &ListSessions) -> Result<Page, Fault> {
    let limit = wanted.limit.unwrap_or(100);
    if !(1..=1000).contains(&limit) {
        return Err(Fault::bad_request("limit must be between 1 and 1000."));
    }
    let offset = wanted.offset.map_or(Ok(0), u32::try_from);
    let offset = offset
        .ok()
        .filter(|offset| i32::try_from(*offset).is_ok())
        .ok_or_else(|| Fault::bad_request("offset must be 0 or more."))?;
    Ok(Page { limit: limit as u32, offset })
}
