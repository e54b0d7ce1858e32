//! Artifacts: files that users send and tools make.

pub(crate) mod bytes;
pub(crate) mod create;
mod create_form;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod get_meta;
mod headers;
pub(crate) mod link;
mod range;

use artel_artifacts::ArtifactError;
use artel_http::Problem;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

pub(crate) const TAG: &str = "artifacts";

/// What this resource answers. Operations of one path stand together.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(get::get_artifact, delete::delete_artifact))
        .routes(routes!(get_meta::get_artifact_meta))
        .routes(routes!(link::link_artifact))
}

/// How an error of the storage is answered.
pub(crate) fn problem(error: ArtifactError) -> Problem {
    match error {
        ArtifactError::TooLarge => {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", "The file is larger than 100 MiB.")
        }
        ArtifactError::Taken => {
            Problem::conflict("artifact_deleted", "The file of this Idempotency-Key was deleted; send it with another.")
        }
        ArtifactError::Other => Problem::invalid_field("Idempotency-Key", "was used with another file"),
        ArtifactError::Ended => Problem::conflict("upload_ended", "The upload took longer than a day; send it again."),
        ArtifactError::Lost => Problem::not_found("artifact"),
        ArtifactError::Store(error) => error.into(),
        ArtifactError::Place(error) => Problem::unavailable(error),
    }
}
