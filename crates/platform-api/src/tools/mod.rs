//! Tools: what a model may call.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
mod rules;
pub(crate) mod test;
pub(crate) mod update;

use artel_http::Problem;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

pub(crate) const TAG: &str = "tools";

/// What this resource answers. Operations of one path stand together.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(create::create_tool, list::list_tools))
        .routes(routes!(get::get_tool, update::update_tool, delete::delete_tool))
        .routes(routes!(test::test_tool))
}

/// Models and rules could not tell the two tools from each other.
pub(crate) fn name_taken(other: &str) -> Problem {
    Problem::conflict(
        "name_taken",
        format!("An agent has a tool '{other}' already, whose name counts as the same. Rename one of the two."),
    )
}
