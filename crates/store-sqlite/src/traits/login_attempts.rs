use std::time::Duration;

use artel_domain::Timestamp;
use artel_store::{Counted, LoginAttempts, Result};
use async_trait::async_trait;

use crate::login_attempts;
use crate::store::SqliteStore;
use crate::values::micros;

#[async_trait]
impl LoginAttempts for SqliteStore {
    async fn begin_login(&self, counted: Vec<Counted>, window: Duration, now: Timestamp) -> Result<Option<Timestamp>> {
        let window = i64::try_from(window.as_micros()).unwrap_or(i64::MAX);
        let asked = (counted, window, micros(now));
        self.write(asked, |(counted, window, now), tx| Box::pin(login_attempts::begin(tx, counted, *window, *now)))
            .await
    }

    async fn forget_attempts(&self, keys: Vec<String>) -> Result<()> {
        self.write(keys, |keys, tx| Box::pin(login_attempts::forget(tx, keys))).await
    }
}
