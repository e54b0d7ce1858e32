//! API keys. The key itself is shown once; only its keyed hash is stored.

pub(crate) mod create;
mod grant;
pub(crate) mod list;
pub(crate) mod revoke;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

pub(crate) const TAG: &str = "api keys";

/// What this resource answers. Operations of one path stand together.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(create::create_api_key, list::list_api_keys))
        .routes(routes!(revoke::revoke_api_key))
}
