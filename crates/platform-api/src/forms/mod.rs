//! Forms that runs ask people to fill in.

pub(crate) mod answer;
pub(crate) mod get;
pub(crate) mod list;
mod view;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

pub(crate) const TAG: &str = "forms";

/// What this resource answers. Operations of one path stand together.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(list::list_forms))
        .routes(routes!(get::get_form))
        .routes(routes!(answer::answer_form))
}
