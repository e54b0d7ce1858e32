use artel_domain::{SessionId, WorkspacePath};
use artel_http::caller::RunsRead;
use artel_http::{At, Caller, Checked, Faults, Params, Problem};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::TAG;
use super::entry::{WorkspaceEntry, children};
use super::place::session;
use crate::App;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListFiles {
    /// A directory, relative to the workspace or under `/workspace`; the workspace itself when absent.
    #[param(nullable = false, max_length = 1024)]
    path: Option<String>,
}

impl Checked for ListFiles {
    fn check(&self, faults: &mut Faults) {
        if let Err(error) = self.directory() {
            faults.add("path", error.to_string());
        }
    }
}

impl ListFiles {
    fn directory(&self) -> Result<Option<WorkspacePath>, artel_domain::BadPath> {
        WorkspacePath::directory(self.path.as_deref().unwrap_or_default())
    }
}

/// List the files and directories that are directly in a directory of a session's workspace.
///
/// A directory that is not there is empty. Needs `runs:read`.
#[utoipa::path(get, path = "/sessions/{session_id}/files", tag = TAG,
    params(("session_id" = String, Path, min_length = 1, max_length = 200), ListFiles),
    responses((status = 200, description = "What is there, by path.", body = [WorkspaceEntry])))]
pub(crate) async fn list_workspace_files(
    State(app): State<App>,
    caller: Caller<RunsRead>,
    At(name): At<SessionId>,
    Params(wanted): Params<ListFiles>,
) -> Result<Json<Vec<WorkspaceEntry>>, Problem> {
    let viewer = app.viewer(&caller);
    let session = session(&app, &viewer, &name).await?;
    let directory = wanted.directory().map_err(|error| Problem::invalid_field("path", error.to_string()))?;
    let files = app.store.list_workspace_files(&viewer, &session, directory.as_ref()).await?;
    Ok(Json(children(directory.as_ref(), files)))
}
