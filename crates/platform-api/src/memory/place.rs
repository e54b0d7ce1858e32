//! Which file of whose memory a request means.

use artel_domain::{MemoryPath, UserId};
use artel_http::{Identity, Problem};
use artel_store::Viewer;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use serde_json::json;

use crate::App;

/// The path, as the address has it. It may have several segments.
pub(crate) struct Place(String);

impl Place {
    /// # Errors
    /// 422 when it is no path of a file.
    pub(crate) fn path(&self) -> Result<MemoryPath, Problem> {
        read(&self.0)
    }

    /// The path of the file whose `name` (`versions`, `restore`) is asked for.
    ///
    /// # Errors
    /// 422 when it is no path of a file.
    pub(crate) fn path_before(&self, name: &str) -> Result<MemoryPath, Problem> {
        read(self.0.strip_suffix(name).and_then(|path| path.strip_suffix('/')).unwrap_or(&self.0))
    }
}

fn read(text: &str) -> Result<MemoryPath, Problem> {
    MemoryPath::parse(text).map_err(|error| Problem::invalid_field("path", error.to_string()))
}

impl<S: Send + Sync> FromRequestParts<S> for Place {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let found = RawPathParams::from_request_parts(parts, state).await;
        let params = found.map_err(|_| Problem::not_found("resource"))?;
        let segments: Vec<&str> = params.iter().map(|(_, value)| value).collect();
        Ok(Self(segments.join("/")))
    }
}

/// Whose memory is meant, and how the caller sees it: their own unless they name a user. An administrator's look into
/// that of somebody else is an audit row.
///
/// # Errors
/// The store's.
pub(crate) async fn whose(app: &App, caller: &Identity, user: Option<UserId>) -> Result<(Viewer, UserId), Problem> {
    let (viewer, owner) = (app.viewer(caller), user.unwrap_or(caller.user_id));
    if owner != caller.user_id && viewer.is_administrator() {
        let mut audit = caller.audit("memory.access", "memory", owner, app.clock.now());
        audit.details = Some(json!({ "user_id": owner }));
        app.store.record_audit(caller.tenant_id, audit).await?;
    }
    Ok((viewer, owner))
}
