//! What a worker does now and then, whatever runs there are.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::Deps;

const EVERY: Duration = Duration::from_mins(10);
const RUNS_AT_A_TIME: u32 = 200;
const GRANTS_AT_A_TIME: u32 = 1000;
/// How long logins that are over stay to be looked at.
const GRANTS_KEPT: Duration = Duration::from_hours(24 * 7);

pub(crate) async fn keep_house(deps: Arc<Deps>, stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(EVERY)).await.is_some() {
        let now = deps.clock.now();
        let ended_before = now.checked_sub(deps.config.event_retention).unwrap_or(now);
        report("folding old deltas", deps.store.fold_deltas(ended_before, RUNS_AT_A_TIME).await);
        report("removing old idempotency keys", deps.store.sweep_idempotent(now).await);
        let over_before = now.checked_sub(GRANTS_KEPT).unwrap_or(now);
        report("removing logins that are over", deps.store.sweep_grants(over_before, GRANTS_AT_A_TIME).await);
    }
}

fn report(what: &str, result: artel_store::Result<u64>) {
    match result {
        Ok(0) => {}
        Ok(rows) => tracing::info!(rows, "{what}"),
        Err(error) => tracing::warn!(%error, "{what} failed; it is tried again in ten minutes"),
    }
}
