use std::time::Duration;

use artel_domain::Timestamp;
use artel_store::{Counted, LoginAttempts, Result};
use async_trait::async_trait;

use crate::error::{retrying, within};
use crate::login_attempts;
use crate::store::PostgresStore;
use crate::values::{micros, text};

#[async_trait]
impl LoginAttempts for PostgresStore {
    async fn begin_login(
        &self,
        mut counted: Vec<Counted>,
        window: Duration,
        now: Timestamp,
    ) -> Result<Option<Timestamp>> {
        // Always in the same order, so that two logins at once do not wait for each other.
        counted.sort_by(|one, other| one.key.cmp(&other.key));
        let window = i64::try_from(window.as_micros()).unwrap_or(i64::MAX);
        retrying(|| login_attempts::begin(&self.pool, &counted, window, micros(now))).await
    }

    async fn forget_attempts(&self, keys: Vec<String>) -> Result<()> {
        let keys: Vec<_> = keys.iter().map(|key| text(key)).collect();
        let deleted = sqlx::query!("DELETE FROM login_attempts WHERE key = ANY($1)", &keys).execute(&self.pool);
        within(deleted).await.map(|_| ())
    }
}
