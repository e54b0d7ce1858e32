//! Saved tasks: what agents do by themselves, and what came of it.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod list_executions;
mod members;
pub(crate) mod pause;
pub(crate) mod preview;
pub(crate) mod resume;
pub(crate) mod run;
pub(crate) mod update;
mod view;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

pub(crate) const TAG: &str = "tasks";

/// What this resource answers. Operations of one path stand together.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(list::list_tasks, create::create_task))
        .routes(routes!(preview::preview_schedule))
        .routes(routes!(get::get_task, update::update_task, delete::delete_task))
        .routes(routes!(pause::pause_task))
        .routes(routes!(resume::resume_task))
        .routes(routes!(list_executions::list_executions))
}
