use artel_domain::{AskedForm, CallId, FormState, RunId, SessionId};
use async_trait::async_trait;

use crate::{Result, Viewer};

#[derive(Debug, Clone, Default)]
pub struct FormFilter {
    pub run_id: Option<RunId>,
    pub session_id: Option<SessionId>,
    pub state: Option<FormState>,
    pub limit: u32,
}

/// Forms that calls of runs ask people to fill in. A form is kept with its call, and
/// [`crate::Sessions::answer_call`] answers it. What a [`Viewer`] may not see is absent to them, and what an
/// administrator sees of another user's private session leaves an audit row first.
#[async_trait]
pub trait Forms: Send + Sync {
    /// The form that this call asked for.
    async fn find_form(&self, viewer: &Viewer, form: CallId) -> Result<Option<AskedForm>>;
    /// Oldest first.
    async fn list_forms(&self, viewer: &Viewer, filter: FormFilter) -> Result<Vec<AskedForm>>;
}
