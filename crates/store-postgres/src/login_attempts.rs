//! Attempts to sign in, for lockouts.

use std::time::Duration;

use artel_domain::Timestamp;
use artel_store::{Counted, LoginAttempts, Result};
use async_trait::async_trait;
use sqlx::PgPool;

use crate::PostgresStore;
use crate::error::{retrying, store_error};
use crate::values::{micros, text, time};

#[async_trait]
impl LoginAttempts for PostgresStore {
    async fn begin_login(&self, mut counted: Vec<Counted>, window: Duration, now: Timestamp) -> Result<Option<Timestamp>> {
        // Always in the same order, so that two logins at once do not wait for each other.
        counted.sort_by(|one, other| one.key.cmp(&other.key));
        let window = i64::try_from(window.as_micros()).unwrap_or(i64::MAX);
        retrying(|| begin(&self.pool, &counted, window, micros(now))).await
    }

    async fn forget_attempts(&self, keys: Vec<String>) -> Result<()> {
        let keys: Vec<_> = keys.iter().map(|key| text(key)).collect();
        let deleted = sqlx::query!("DELETE FROM login_attempts WHERE key = ANY($1)", &keys).execute(&self.pool).await;
        deleted.map(|_| ()).map_err(store_error)
    }
}

/// Counts first, under the rows' locks; when one of them was full already, none of it stays.
async fn begin(pool: &PgPool, counted: &[Counted], window: i64, now: i64) -> sqlx::Result<Option<Timestamp>> {
    let oldest = now.saturating_sub(window);
    let mut tx = pool.begin().await?;
    let mut locked_until = None;
    for one in counted {
        let row = sqlx::query!(
            "INSERT INTO login_attempts AS had (key, attempts, since) VALUES ($1, 1, $2)
             ON CONFLICT (key) DO UPDATE
             SET attempts = CASE WHEN had.since <= $3 THEN 1 ELSE had.attempts + 1 END,
                 since = CASE WHEN had.since <= $3 THEN $2 ELSE had.since END
             RETURNING attempts, since",
            text(&one.key),
            now,
            oldest,
        )
        .fetch_one(&mut *tx)
        .await?;
        if row.attempts > i64::from(one.threshold) {
            locked_until = locked_until.max(Some(time(row.since.saturating_add(window))));
        }
    }
    if locked_until.is_none() {
        tx.commit().await?;
    }
    Ok(locked_until)
}
