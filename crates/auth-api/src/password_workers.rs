//! Runs password checks. A check deliberately takes about a tenth of a second of one core. Only a few run at a time on
//! the blocking pool, and requests beyond a queue are refused, so that logins never block the rest of the process.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use artel_domain::Hashed;
use artel_identity::Passwords;
use secrecy::SecretString;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::spawn_blocking;

use crate::error::OAuthError;

/// The longest queue. Further requests are refused.
const MOST_WAITING: usize = 64;

pub(crate) struct PasswordWorkers {
    passwords: Arc<Passwords>,
    at_work: Semaphore,
    waiting: AtomicUsize,
}

impl PasswordWorkers {
    pub(crate) fn new(passwords: Arc<Passwords>) -> Self {
        // At most half of the cores check passwords.
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self { passwords, at_work: Semaphore::new(cores.div_ceil(2)), waiting: AtomicUsize::new(0) }
    }

    /// Whether this is the password. Without a hash (no user has the name) the result is false after the same work.
    pub(crate) async fn verify(&self, password: SecretString, hash: Option<Hashed>) -> Result<bool, OAuthError> {
        let passwords = self.passwords.clone();
        self.work(move || passwords.verify(&password, hash.as_ref())).await
    }

    pub(crate) async fn hash(&self, password: SecretString) -> Result<Hashed, OAuthError> {
        let passwords = self.passwords.clone();
        self.work(move || passwords.hash(&password)).await?.map_err(OAuthError::internal)
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, OAuthError> {
        let _permit = self.permit().await?;
        spawn_blocking(work).await.map_err(OAuthError::internal)
    }

    async fn permit(&self) -> Result<SemaphorePermit<'_>, OAuthError> {
        let waiting = Waiting::of(&self.waiting);
        if waiting.before >= MOST_WAITING {
            return Err(OAuthError::unavailable("too many passwords wait to be checked"));
        }
        self.at_work.acquire().await.map_err(OAuthError::internal)
    }
}

/// Counts itself while it lives, also when the request is cancelled.
struct Waiting<'a> {
    all: &'a AtomicUsize,
    before: usize,
}

impl<'a> Waiting<'a> {
    fn of(all: &'a AtomicUsize) -> Self {
        Self { all, before: all.fetch_add(1, Ordering::Relaxed) }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.all.fetch_sub(1, Ordering::Relaxed);
    }
}
