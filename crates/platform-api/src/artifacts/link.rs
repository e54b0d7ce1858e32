use std::time::Duration;

use artel_artifacts::Link;
use artel_domain::{ArtifactId, Timestamp};
use artel_http::caller::RunsRead;
use artel_http::{At, Caller, Problem};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::TAG;
use crate::App;

const WORKS_FOR: Duration = Duration::from_mins(15);

/// A link that opens one file without a credential.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ArtifactLink {
    /// Relative to the address of this API.
    url: String,
    /// From then on it opens nothing.
    expires_at: Timestamp,
}

/// Make a link to a file.
///
/// Whoever has the link reads the file for 15 minutes, for example an `<img>`. It ends earlier when the access of
/// whoever made it ends: the key is revoked, the user signs out everywhere. Needs `runs:read`.
#[utoipa::path(post, path = "/artifacts/{artifact_id}/link", tag = TAG, params(("artifact_id" = ArtifactId, Path)),
    responses((status = 200, description = "The link.", body = ArtifactLink)))]
pub(crate) async fn link_artifact(
    State(app): State<App>,
    caller: Caller<RunsRead>,
    At(artifact): At<ArtifactId>,
) -> Result<Json<ArtifactLink>, Problem> {
    let found = app.store.find_artifact(&app.viewer(&caller), artifact).await?;
    let found = found.ok_or_else(|| Problem::not_found("artifact"))?;
    let now = app.clock.now();
    let expires_at = now.checked_add(WORKS_FOR).unwrap_or(now);
    let link = Link { tenant: found.tenant_id, basis: caller.standing.basis().cloned() };
    let token = app.artifact_links.make(&link, found.id, expires_at).map_err(Problem::internal)?;
    Ok(Json(ArtifactLink { url: format!("/v1/artifacts/{artifact}?token={token}"), expires_at }))
}
