//! Workspaces: the files of sessions.

pub(crate) mod delete;
mod entry;
pub(crate) mod get;
pub(crate) mod list;
mod place;
pub(crate) mod put;

use axum::Router;
use axum::routing::MethodRouter;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

pub(crate) const TAG: &str = "workspace";

/// What this resource answers. Operations of one path stand together.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::default().routes(routes!(list::list_workspace_files))
}

/// The files whose path has several segments: served like those with one, which alone OpenAPI can say.
pub(crate) fn deep_files() -> Router<App> {
    let file = MethodRouter::new()
        .get(get::get_workspace_file)
        .put(put::put_workspace_file)
        .delete(delete::delete_workspace_file);
    Router::new().route("/sessions/{session_id}/files/{path}/{*rest}", file)
}
