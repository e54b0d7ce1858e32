//! Runs that were handed back because their journal could not be read: they are tried again.

use std::sync::Arc;
use std::time::Duration;

use artel_domain::JOURNAL_LEVEL;
use tokio_util::sync::CancellationToken;

use crate::Deps;

const EVERY: Duration = Duration::from_secs(2);

/// Each worker looks for itself: which runs are due depends on what this version can read.
pub(crate) async fn wake_blocked(deps: Arc<Deps>, stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(EVERY)).await.is_some() {
        match deps.store.wake_blocked_runs(JOURNAL_LEVEL).await {
            Ok(0) => {}
            Ok(count) => {
                tracing::info!(count, "runs that were handed back are tried again");
                deps.bus.wake_workers();
            }
            Err(error) => {
                tracing::warn!(%error, "runs that were handed back could not be looked for; trying again in two seconds");
            }
        }
    }
}
