use artel_domain::Timestamp;
use artel_http::caller::RunsRead;
use artel_http::{Body, Caller, Checked, Faults, FieldError, Problem};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::TAG;
use crate::App;

const SHOWN: usize = 10;

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PreviewSchedule {
    /// Five fields (minute, hour, day of month, month, day of week), or six with seconds first.
    #[schema(min_length = 1, max_length = 100, pattern = "^[^\\u0000]*$")]
    cron: String,
    /// An IANA name such as `Europe/Moscow`; `UTC` when absent.
    #[schema(min_length = 1, max_length = 64, pattern = "^[^\\u0000]*$")]
    timezone: Option<String>,
}

impl Checked for PreviewSchedule {
    fn check(&self, faults: &mut Faults) {
        faults.length("cron", self.cron.as_str(), 1..=100);
        faults.length("timezone", self.timezone.as_deref(), 1..=64);
    }
}

/// The times of a cron line.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NextTimes {
    /// The next ten, UTC; fewer when there are no more.
    next: Vec<Timestamp>,
}

/// Say when a cron line comes.
///
/// Nothing is kept. A line that no task may have is 422. Needs `runs:read`.
#[utoipa::path(post, path = "/tasks/preview", tag = TAG, request_body = PreviewSchedule,
    responses((status = 200, description = "The next ten times.", body = NextTimes)))]
pub(crate) async fn preview_schedule(
    State(app): State<App>,
    _caller: Caller<RunsRead>,
    body: Body<PreviewSchedule>,
) -> Result<Json<NextTimes>, Problem> {
    let timezone = body.value.timezone.as_deref().unwrap_or("UTC");
    let cron = app.intents.read_cron(&body.value.cron, timezone).map_err(|faults| {
        let wrong = faults.into_iter().map(|fault| FieldError { field: fault.field, message: fault.message });
        Problem::invalid(wrong.collect())
    })?;
    Ok(Json(NextTimes { next: cron.next(app.clock.now(), SHOWN) }))
}
