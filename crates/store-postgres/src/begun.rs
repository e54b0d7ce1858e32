//! Beginning a transaction so that it always has an end.
//!
//! The driver counts a transaction once the server has answered `BEGIN`. Whoever is dropped before that (a request
//! whose client has gone, a deadline) would give a connection back to the pool in the middle of a transaction that
//! nobody knows of: what others then write through it is never committed.

use sqlx::{PgPool, PgTransaction, SqlSafeStr as _};

/// A transaction; dropping it ends it.
pub(crate) async fn begin(pool: &PgPool) -> sqlx::Result<PgTransaction<'static>> {
    begin_with(pool, "BEGIN").await
}

/// The same with these words to the server. A `BEGIN` that was sent is waited for, whoever has gone.
#[expect(
    clippy::disallowed_methods,
    reason = "it ends with the server's answer, and the pool waits for its connection"
)]
pub(crate) async fn begin_with(pool: &PgPool, words: &'static str) -> sqlx::Result<PgTransaction<'static>> {
    let connection = pool.acquire().await?;
    let begun = tokio::spawn(PgTransaction::begin(connection, Some(words.into_sql_str())));
    begun.await.unwrap_or_else(|error| Err(sqlx::Error::Io(std::io::Error::other(error))))
}
