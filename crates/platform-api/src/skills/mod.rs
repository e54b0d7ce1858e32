//! Ways of working that agents follow: an organisation's own skills, and those of the product.

pub(crate) mod copy;
pub(crate) mod create;
mod create_body;
pub(crate) mod delete;
pub(crate) mod export;
pub(crate) mod get;
pub(crate) mod list;
mod members;
mod places;
pub(crate) mod toggle;
pub(crate) mod update;
mod upload;
mod view;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) use places::ZipPlaces;
pub(crate) use upload::LARGEST_BODY;

use crate::App;

pub(crate) const TAG: &str = "skills";

/// What this resource answers beside [`create::create_skill`]. Operations of one path stand together.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(get::get_skill, update::update_skill, delete::delete_skill))
        .routes(routes!(copy::copy_skill))
        .routes(routes!(toggle::toggle_skill))
        .routes(routes!(export::export_skill))
}
