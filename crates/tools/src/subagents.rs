//! What a call may have done by runs of their own.

use artel_domain::{CallId, Cap, SubagentKind};
use async_trait::async_trait;

use crate::output::ToolError;

/// A part of a run's work that a run of its own does.
#[derive(Debug, Clone, PartialEq)]
pub struct SubagentTask {
    pub kind: SubagentKind,
    /// What is to be found or done.
    pub goal: String,
    /// What must be known for it.
    pub context: Option<String>,
    /// The names of the tools that are enough for it; `None` for all that the kind may have.
    pub tools: Option<Vec<String>>,
    /// What it may cost.
    pub budget: Cap,
}

/// Starts runs for a call. Each may use less than the run of the call, and never more.
#[async_trait]
pub trait Subagents: Send + Sync {
    /// Starts a run for each task, all or none. Made again after a crash, the call finds the runs that it started.
    ///
    /// # Errors
    /// A text for the model that names the task and says what would be right; [`ToolError::NotNow`] while the store is
    /// away.
    async fn start(&self, call: CallId, tasks: Vec<SubagentTask>) -> Result<(), ToolError>;
}
