use std::time::Duration;

use artel_domain::Timestamp;
use async_trait::async_trait;

use crate::Result;

/// Something whose attempts are counted: a username, an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// For example `user:ada` or `ip:192.0.2.1`.
    pub key: String,
    /// Attempts that may fail within the window.
    pub threshold: u32,
}

/// Attempts to sign in, counted in the database: a lockout holds on every machine and over a restart.
#[async_trait]
pub trait LoginAttempts: Send + Sync {
    /// Counts an attempt for each key, **before** the password is looked at, so that guesses at once do not slip
    /// through; it stands for a failure until it is forgotten. The window begins with the first one. When a key has
    /// had its threshold, nothing is counted, and the answer is the end of its window.
    async fn begin_login(&self, counted: Vec<Counted>, window: Duration, now: Timestamp) -> Result<Option<Timestamp>>;
    /// The password was right: the counts of these keys start anew.
    async fn forget_attempts(&self, keys: Vec<String>) -> Result<()>;
}
