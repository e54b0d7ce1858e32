//! Runs: accepted into the store, driven by workers, read from the journal.

pub(crate) mod accept;
pub(crate) mod cancel;
pub(crate) mod create;
pub(crate) mod events;
mod finish;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod messages;
pub(crate) mod sse;
pub(crate) mod stream;
mod view;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

pub(crate) const TAG: &str = "runs";

/// What this resource answers. Operations of one path stand together.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(list::list_runs))
        .routes(routes!(get::get_run))
        .routes(routes!(events::list_run_events))
        .routes(routes!(cancel::cancel_run))
}
