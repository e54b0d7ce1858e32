//! Which file of which session a request means.

use artel_domain::{Requester, Session, SessionId, WorkspacePath};
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
    /// 404 when the viewer sees no such session or it has ended, 422 when the path is none of a workspace.
    pub(crate) async fn find(self, app: &App, viewer: &Viewer) -> Result<(SessionId, WorkspacePath), Problem> {
        let session = session(app, viewer, &self.session).await?;
        Ok((session, self.path()?))
    }

    /// The same for a change, with the viewer who may make it.
    ///
    /// # Errors
    /// As [`Place::find`]. 404 also when the session has ended or the caller may only look at it, 403 when the caller's
    /// key is for another agent.
    pub(crate) async fn find_to_change(
        self,
        app: &App,
        requester: &Requester,
    ) -> Result<(Viewer, SessionId, WorkspacePath), Problem> {
        let viewer = Viewer::from(requester);
        let session = found(app, &viewer, &self.session).await?;
        app.intents.check_agent_of_session(requester, &session)?;
        if !session.is_active {
            return Err(Problem::not_found("session"));
        }
        Ok((viewer, session.id, self.path()?))
    }

    fn path(&self) -> Result<WorkspacePath, Problem> {
        WorkspacePath::parse(&self.path).map_err(|error| Problem::invalid_field("path", error.to_string()))
    }
}

/// The stored id of the session that the viewer means. The files of a session end with it.
pub(crate) async fn session(app: &App, viewer: &Viewer, name: &SessionId) -> Result<SessionId, Problem> {
    let session = found(app, viewer, name).await?;
    if session.is_active { Ok(session.id) } else { Err(Problem::not_found("session")) }
}

async fn found(app: &App, viewer: &Viewer, name: &SessionId) -> Result<Session, Problem> {
    let found = if name.0.contains('\0') { None } else { app.store.find_session(viewer, name).await? };
    found.ok_or_else(|| Problem::not_found("session"))
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
