//! What SQLite and sqlx say, in the words of the store.

use artel_store::StoreError;
use sqlx::error::DatabaseError;

/// A [`StoreError`] on its way out: the type that `?` turns everything below into.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) StoreError);

pub(crate) type Outcome<T> = Result<T, Failure>;

/// Why a row could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error("'{text}' in column {column} is not a word that this version knows")]
    Word { column: &'static str, text: String },
    #[error("column {column} does not hold the JSON it should: {source}")]
    Json { column: &'static str, source: serde_json::Error },
    #[error("the number {value} in column {column} is out of range")]
    Number { column: &'static str, value: i64 },
}

impl Failure {
    pub(crate) fn broken(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(StoreError::Broken(error.into()))
    }

    pub(crate) fn unavailable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(StoreError::Unavailable(error.into()))
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        failure.0
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self(error)
    }
}

impl From<Unreadable> for Failure {
    fn from(error: Unreadable) -> Self {
        Self::broken(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::broken(error)
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        match &error {
            E::Database(refused) if refused.is_unique_violation() => {
                Self(StoreError::Duplicate(what_is_unique(refused.as_ref())))
            }
            E::Database(refused) if is_passing(refused.as_ref()) => Self::unavailable(error),
            E::Io(_) | E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed => Self::unavailable(error),
            _ => Self::broken(error),
        }
    }
}

/// Codes of trouble outside the database that may pass: busy, locked, no memory, input or output, full, cannot open,
/// locking protocol.
fn is_passing(refused: &dyn DatabaseError) -> bool {
    const PASSING: [i32; 7] = [5, 6, 7, 10, 13, 14, 15];
    // The code is the extended one; its low byte says the kind.
    refused.code().and_then(|code| code.parse::<i32>().ok()).is_some_and(|code| PASSING.contains(&(code & 0xff)))
}

fn what_is_unique(refused: &dyn DatabaseError) -> &'static str {
    const NAMES: [(&str, &str); 20] = [
        ("api_keys.", "this API key"),
        ("agents.", "this agent"),
        ("agent_versions.", "this version of the agent"),
        ("tools.", "this tool"),
        ("bindings.", "this binding"),
        ("runs.", "this run"),
        ("credentials.", "this credential"),
        ("grants.", "this grant"),
        ("journal.", "a journal entry with this number"),
        ("tool_calls.", "this tool call"),
        ("approvals.", "this approval"),
        ("accounts.username_key", "this username"),
        ("accounts.email_key", "this e-mail"),
        ("accounts.", "this account"),
        ("invites.", "this invitation"),
        ("oauth_clients.", "this client"),
        ("refresh_", "this refresh token"),
        ("signing_keys.", "this signing key"),
        ("users.", "this user"),
        ("tenants.", "this tenant"),
    ];
    let message = refused.message();
    NAMES.iter().find(|(table, _)| message.contains(table)).map_or("this row", |(_, name)| name)
}
