//! What went wrong, in the words of the store; and trying again when the database asks for it.

use std::future::Future;
use std::time::Duration;

use artel_store::StoreError;
use sqlx::error::ErrorKind;

/// Tries of a transaction that lost against a concurrent one.
const TRIES: u32 = 8;

/// How long one intent may take, from the wait for a connection to the last answer. A server that is frozen, or a
/// network that swallows packets, says nothing for ever. [`within`], [`retrying`] and their twins for sweeps are the
/// ways from an error of the driver to one of the store, so that no intent is without this bound.
const DEADLINE: Duration = Duration::from_secs(10);
/// The same for what clears up in the background: nobody waits for it, and it may have much to do.
const SWEEP_DEADLINE: Duration = Duration::from_mins(2);

/// What the database answers in time. What was asked may be done all the same.
///
/// The future is on the heap: transactions are large, and each wrapper around one would hold it once more.
pub(crate) fn within<T>(asked: impl Future<Output = sqlx::Result<T>>) -> impl Future<Output = artel_store::Result<T>> {
    let asked = Box::pin(asked);
    bounded(DEADLINE, async { asked.await.map_err(store_error) })
}

/// The same for what clears up in the background.
pub(crate) fn sweeping<T>(
    asked: impl Future<Output = sqlx::Result<T>>,
) -> impl Future<Output = artel_store::Result<T>> {
    let asked = Box::pin(asked);
    bounded(SWEEP_DEADLINE, async { asked.await.map_err(store_error) })
}

/// The same for what waits for the answer to another's intent as well.
pub(crate) fn in_time<T>(
    asked: impl Future<Output = artel_store::Result<T>>,
) -> impl Future<Output = artel_store::Result<T>> {
    bounded(DEADLINE, Box::pin(asked))
}

async fn bounded<T>(limit: Duration, asked: impl Future<Output = artel_store::Result<T>>) -> artel_store::Result<T> {
    let silent = || format!("the database did not answer within {} s", limit.as_secs());
    tokio::time::timeout(limit, asked).await.unwrap_or_else(|_| Err(StoreError::Unavailable(silent().into())))
}

/// Runs a transaction, again when the database broke it off in favour of another.
pub(crate) async fn retrying<T, F>(transaction: impl Fn() -> F) -> artel_store::Result<T>
where
    F: Future<Output = sqlx::Result<T>>,
{
    within(until_settled(transaction)).await
}

/// The same for what clears up in the background.
pub(crate) async fn sweeping_again<T, F>(transaction: impl Fn() -> F) -> artel_store::Result<T>
where
    F: Future<Output = sqlx::Result<T>>,
{
    sweeping(until_settled(transaction)).await
}

async fn until_settled<T, F>(transaction: impl Fn() -> F) -> sqlx::Result<T>
where
    F: Future<Output = sqlx::Result<T>>,
{
    let mut tries = 1;
    loop {
        match Box::pin(transaction()).await {
            Err(error) if tries < TRIES && lost_a_race(&error) => tries += 1,
            result => return result,
        }
    }
}

/// A serialization failure, a deadlock, or two writers that both found a place free: a session's head, the id of
/// something that one request makes, the first signing key.
fn lost_a_race(error: &sqlx::Error) -> bool {
    let Some(db) = error.as_database_error() else { return false };
    matches!(db.code().as_deref(), Some("40001" | "40P01"))
        || matches!(
            db.constraint(),
            Some(
                "runs_heads"
                    | "runs_pkey"
                    | "agents_pkey"
                    | "tools_pkey"
                    | "credentials_pkey"
                    | "grants_pkey"
                    | "hooks_pkey"
                    | "tasks_pkey"
                    | "webhook_endpoints_pkey"
                    | "signing_keys_active"
            )
        )
}

pub(crate) fn store_error(error: sqlx::Error) -> StoreError {
    if let Some(row) = duplicate(&error) {
        return StoreError::Duplicate(row);
    }
    if is_unavailable(&error) {
        return StoreError::Unavailable(Box::new(error));
    }
    StoreError::Broken(Box::new(error))
}

/// What is there already.
fn duplicate(error: &sqlx::Error) -> Option<&'static str> {
    let db = error.as_database_error().filter(|db| db.kind() == ErrorKind::UniqueViolation)?;
    Some(match db.table() {
        Some("api_keys") => "the API key",
        Some("agents") => "the agent",
        Some("tools") => "the tool",
        Some("bindings") => "the binding",
        Some("runs") => "the run",
        Some("credentials") => "the credential",
        Some("grants") => "the grant",
        Some("journal") => "the journal entry",
        Some("tool_calls") => "the tool call",
        Some("approvals") => "the approval",
        Some("accounts") => match db.constraint() {
            Some("accounts_username_key_key") => "the username",
            Some("accounts_email_key_key") => "the e-mail",
            _ => "the account",
        },
        Some("invites") => "the invitation",
        Some("oauth_clients") => "the client",
        Some("refresh_families" | "refresh_tokens") => "the refresh token",
        Some("signing_keys") => "the signing key",
        _ => "the row",
    })
}

fn is_unavailable(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::Protocol(_) => true,
        sqlx::Error::Database(db) => db.code().is_some_and(|code| says_later(&code)),
        _ => false,
    }
}

/// Connection exceptions (08), lack of resources (53), a statement that the operator or a time limit ended or a server
/// that starts or stops (57), a lock that others held too long (55P03), transactions that got into each other's way
/// (40), and a primary that became read-only (25006).
fn says_later(code: &str) -> bool {
    let classes = ["08", "53", "57", "40"];
    classes.iter().any(|class| code.starts_with(class)) || matches!(code, "55P03" | "25006")
}

/// A row that cannot be what it should be.
pub(crate) fn unreadable(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> sqlx::Error {
    sqlx::Error::Decode(why.into())
}

#[cfg(test)]
mod tests {
    use super::says_later;

    #[test]
    fn what_passes_by_itself_is_told_from_what_is_broken() {
        for code in ["08006", "53300", "57014", "57P01", "57P03", "55P03", "40001", "40P01", "25006"] {
            assert!(says_later(code), "{code}");
        }
        for code in ["42601", "22001", "23505", "25001", "55006", "XX000"] {
            assert!(!says_later(code), "{code}");
        }
    }
}
