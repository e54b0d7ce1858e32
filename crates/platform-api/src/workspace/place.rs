//! Which file of which session a request means.

use artel_domain::{SessionId, WorkspacePath};
use artel_http::Problem;
use artel_store::Viewer;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;

use crate::App;

/// Session and path, as the address has them. The path may have several segments.
pub(crate) struct Place {
    session: SessionId,
    path: String,
}

impl Place {
    /// The session as the viewer knows it, and the path.
    ///
    /// # Errors
    /// 404 when the viewer sees no such session, 422 when the path is none of a workspace.
    pub(crate) async fn find(self, app: &App, viewer: &Viewer) -> Result<(SessionId, WorkspacePath), Problem> {
        let session = session(app, viewer, &self.session).await?;
        let path =
            WorkspacePath::parse(&self.path).map_err(|error| Problem::invalid_field("path", error.to_string()))?;
        Ok((session, path))
    }
}

/// The stored id of the session that the viewer means.
pub(crate) async fn session(app: &App, viewer: &Viewer, session: &SessionId) -> Result<SessionId, Problem> {
    let found = if session.0.contains('\0') { None } else { app.store.find_session(viewer, session).await? };
    found.map(|session| session.id).ok_or_else(|| Problem::not_found("session"))
}

impl<S: Send + Sync> FromRequestParts<S> for Place {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let found = RawPathParams::from_request_parts(parts, state).await;
        let params = found.map_err(|_| Problem::not_found("resource"))?;
        let (mut session, mut segments) = (String::new(), Vec::new());
        for (name, value) in &params {
            match name {
                "session_id" => value.clone_into(&mut session),
                _ => segments.push(value.to_owned()),
            }
        }
        Ok(Self { session: SessionId(session), path: segments.join("/") })
    }
}
