//! Attempts to sign in, for lockouts.

use artel_domain::Timestamp;
use artel_store::Counted;

use crate::error::Outcome;
use crate::values::time;
use crate::writer::Tx;

pub(crate) async fn begin(tx: &mut Tx, counted: &[Counted], window: i64, now: i64) -> Outcome<Option<Timestamp>> {
    let oldest = now.saturating_sub(window);
    sqlx::query!("DELETE FROM login_attempts WHERE since <= ?1", oldest).execute(&mut tx.conn).await?;
    let mut locked_until = None;
    for one in counted {
        let since = sqlx::query_scalar!(
            r#"SELECT since AS "since!: i64" FROM login_attempts WHERE key = ?1 AND attempts >= ?2"#,
            one.key,
            one.threshold
        );
        let until = since.fetch_optional(&mut tx.conn).await?.map(|since| time(since.saturating_add(window)));
        locked_until = locked_until.max(until);
    }
    if locked_until.is_none() {
        for one in counted {
            count(tx, &one.key, now).await?;
        }
    }
    Ok(locked_until)
}

async fn count(tx: &mut Tx, key: &str, now: i64) -> Outcome<()> {
    sqlx::query!(
        "INSERT INTO login_attempts (key, attempts, since) VALUES (?1, 1, ?2)
         ON CONFLICT (key) DO UPDATE SET attempts = attempts + 1",
        key,
        now
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

pub(crate) async fn forget(tx: &mut Tx, keys: &[String]) -> Outcome<()> {
    let keys = serde_json::to_string(keys)?;
    sqlx::query!("DELETE FROM login_attempts WHERE key IN (SELECT value FROM json_each(?1))", keys)
        .execute(&mut tx.conn)
        .await?;
    Ok(())
}
