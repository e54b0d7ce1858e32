//! Tool calls that wait for a human, and what was decided about them.

pub(crate) mod decide;
pub(crate) mod get;
pub(crate) mod list;
mod view;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

pub(crate) const TAG: &str = "approvals";

/// What this resource answers. Operations of one path stand together.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(list::list_approvals))
        .routes(routes!(get::get_approval))
        .routes(routes!(decide::decide_approval))
}
