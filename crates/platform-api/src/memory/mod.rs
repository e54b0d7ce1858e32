//! What agents keep for users: Markdown files, their versions, and the search for them.

mod conditions;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod list_versions;
mod place;
pub(crate) mod put;
pub(crate) mod restore;
mod view;

use axum::Router;
use axum::extract::{RawPathParams, Request, State};
use axum::handler::Handler as _;
use axum::response::{IntoResponse as _, Response};
use axum::routing::MethodRouter;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

pub(crate) const TAG: &str = "memory";

/// What this resource answers. Operations of one path stand together.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(list::list_memory))
        .routes(routes!(get::get_memory, put::put_memory, delete::delete_memory))
        .routes(routes!(list_versions::list_memory_versions))
        .routes(routes!(restore::restore_memory))
}

/// The files whose path has several segments: served like those with one, which alone OpenAPI can say.
pub(crate) fn deep_files() -> Router<App> {
    let file = MethodRouter::new().get(get_deep).post(post_deep).put(put::put_memory).delete(delete::delete_memory);
    Router::new().route("/memory/{path}/{*rest}", file)
}

/// No file is called `versions`.
async fn get_deep(State(app): State<App>, params: RawPathParams, request: Request) -> Response {
    if ends_with(&params, "versions") {
        return list_versions::list_memory_versions.call(request, app).await;
    }
    get::get_memory.call(request, app).await
}

/// Nothing else of a file is posted to.
async fn post_deep(State(app): State<App>, params: RawPathParams, request: Request) -> Response {
    if ends_with(&params, "restore") {
        return restore::restore_memory.call(request, app).await;
    }
    artel_http::Problem::not_found("resource").into_response()
}

fn ends_with(params: &RawPathParams, name: &str) -> bool {
    params.iter().any(|(param, value)| param == "rest" && value.rsplit('/').next() == Some(name))
}
