//! What happens while the store does not answer: whoever needs it waits. That it is away says nothing about a run.

use std::fmt::Display;
use std::time::Duration;

use artel_domain::RunId;
use artel_store::StoreError;

/// The pause before the second try, and the longest one.
const FIRST: Duration = Duration::from_millis(50);
const LONGEST: Duration = Duration::from_secs(2);

/// Pauses that double, for one thing that is tried again.
pub(crate) struct Pauses {
    run: RunId,
    next: Duration,
}

impl Pauses {
    pub(crate) fn new(run: RunId) -> Self {
        Self { run, next: FIRST }
    }

    /// Waits before the next try. May be dropped at any time.
    ///
    /// # Arguments
    /// * `what`: is waited for, as the log says it.
    pub(crate) async fn wait(&mut self, what: &str, why: &(dyn Display + Sync)) {
        tracing::warn!(run_id = %self.run, %why, "{what}; trying again");
        let pause = self.next;
        self.next = (pause * 2).min(LONGEST);
        tokio::time::sleep(pause).await;
    }
}

/// Asks the store until it answers. There is no last try: as long as the store is away no other worker can have the
/// run, and when it is back the fence tells whose the run is. Dropping the future ends it.
///
/// # Errors
/// What the store answered, never `Unavailable`.
pub(crate) async fn ask_until_answered<T, F>(run: RunId, what: &str, ask: impl Fn() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    let mut pauses = Pauses::new(run);
    loop {
        match ask().await {
            Err(error @ StoreError::Unavailable(_)) => pauses.wait(what, &error).await,
            answered => return answered,
        }
    }
}
