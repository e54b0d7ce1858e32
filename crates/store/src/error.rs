use artel_domain::{Refusal, Subject};

/// What a caller does differently.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another worker owns the run now: drop everything, write nothing.
    #[error("the run belongs to another worker now")]
    Fenced,
    /// Somebody answered a call that the step ends without an answer ([`crate::Step::unanswered`]): claim the run
    /// again.
    #[error("a call of the run was answered meanwhile")]
    Answered,
    /// A row that the database itself keeps unique is there already.
    #[error("{0} exists already")]
    Duplicate(&'static str),
    /// The agent is built in, so that nothing was changed: only its settings may be, see [`crate::BuiltinAgents`].
    #[error("the agent is built in: only its settings may be changed")]
    ReadOnlyAgent,
    /// The database cannot be reached or is too busy; trying again later may help.
    #[error("the database is not available: {0}")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A defect: wrong SQL, a row that cannot be read, a broken migration.
    #[error("the database answered with an error: {0}")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::unavailable(error),
            StoreError::Duplicate(what) => {
                Self::conflict(Subject::Service, "already_exists", format!("{what} exists already."))
            }
            StoreError::ReadOnlyAgent => Self::forbidden(
                Subject::Agent,
                "builtin_agent_read_only",
                "This agent is built in: only its settings may be changed.",
            ),
            StoreError::Fenced | StoreError::Answered | StoreError::Broken(_) => Self::internal(error),
        }
    }
}
