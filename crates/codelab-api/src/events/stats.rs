use artel_domain::Timestamp;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::reader::read_all;
use crate::App;
use crate::fault::Fault;
use crate::user::User;

/// An event is an entry of the journal: what is published is kept, and nothing else listens that could fail.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Stats {
    total_published: u64,
    successful_handlers: u64,
    failed_handlers: u64,
    last_event_time: Option<Timestamp>,
    success_rate: f64,
    sessions_counted: usize,
    /// Older sessions, or the beginnings of long ones, are not counted. Left out when all is.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    is_truncated: bool,
}

/// Count the events of the caller's sessions.
#[utoipa::path(get, path = "/events/stats", tag = super::TAG,
    responses((status = OK, description = "The counts.", body = Stats)))]
pub(crate) async fn get_stats(State(app): State<App>, user: User) -> Result<Json<Stats>, Fault> {
    let (mut count, mut last) = (0, None);
    let extent = read_all(&app, &user, |event| {
        count += 1;
        last = last.max(Some(event.timestamp));
    })
    .await?;
    Ok(Json(Stats {
        total_published: count,
        successful_handlers: count,
        failed_handlers: 0,
        last_event_time: last,
        success_rate: 1.0,
        sessions_counted: extent.sessions,
        is_truncated: extent.is_cut,
    }))
}
