//! Attempts to sign in, for lockouts.

use artel_domain::Timestamp;
use artel_store::Counted;
use sqlx::PgPool;

use crate::begun;
use crate::values::{text, time};

/// Counts first, under the rows' locks; when one of them was full already, none of it stays.
pub(crate) async fn begin(
    pool: &PgPool,
    counted: &[Counted],
    window: i64,
    now: i64,
) -> sqlx::Result<Option<Timestamp>> {
    let oldest = now.saturating_sub(window);
    let mut tx = begun::begin(pool).await?;
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
