//! What a worker does now and then, whatever runs there are.

use std::sync::Arc;
use std::time::Duration;

use artel_domain::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::Deps;

const EVERY: Duration = Duration::from_mins(10);
const RUNS_AT_A_TIME: u32 = 200;
const LOGINS_AT_A_TIME: u32 = 1000;
/// How long logins that are over stay to be looked at.
const LOGINS_KEPT: Duration = Duration::from_hours(24 * 7);
/// Longer than anybody asks whether a user was seen lately.
const PRESENCE_KEPT: Duration = Duration::from_hours(24);
/// Few enough that no other write waits for long, in portions that keep up with a hundred calls a second.
const CALLS_AT_A_TIME: u32 = 2000;
const PORTIONS: usize = 50;

pub(crate) async fn keep_house(deps: Arc<Deps>, stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(EVERY)).await.is_some() {
        let now = deps.clock.now();
        let ended_before = now.checked_sub(deps.config.event_retention).unwrap_or(now);
        report("folding old deltas", deps.store.fold_deltas(ended_before, RUNS_AT_A_TIME).await);
        report("removing old idempotency keys", deps.store.sweep_idempotent(now).await);
        let over_before = now.checked_sub(LOGINS_KEPT).unwrap_or(now);
        report("removing logins that are over", deps.store.sweep_logins(over_before, LOGINS_AT_A_TIME).await);
        let seen_before = now.checked_sub(PRESENCE_KEPT).unwrap_or(now);
        report("forgetting where users were", deps.store.forget_presence(seen_before).await);
        report("forgetting old model calls", forget_llm_calls(&deps, now).await);
    }
}

async fn forget_llm_calls(deps: &Deps, now: Timestamp) -> artel_store::Result<u64> {
    let kept = deps.config.llm_calls_retention;
    let Some(before) = kept.and_then(|kept| now.checked_sub(kept).ok()) else { return Ok(0) };
    let mut forgotten = 0;
    for _ in 0..PORTIONS {
        let rows = deps.store.forget_llm_calls(before, CALLS_AT_A_TIME).await?;
        forgotten += rows;
        if rows < u64::from(CALLS_AT_A_TIME) {
            break;
        }
    }
    Ok(forgotten)
}

fn report(what: &str, result: artel_store::Result<u64>) {
    match result {
        Ok(0) => {}
        Ok(rows) => tracing::info!(rows, "{what}"),
        Err(error) => tracing::warn!(%error, "{what} failed; it is tried again in ten minutes"),
    }
}
