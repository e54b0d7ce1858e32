//! The jobs of this product. Each removes or ends what its time is over, a bounded part at a time.

use std::sync::Arc;
use std::time::Duration;

use artel_store::idempotency::LIFETIME as IDEMPOTENCY_LIFETIME;

use crate::deps::SweepDeps;
use crate::expiry::expire_approvals;
use crate::job::Job;
use crate::standing::cancel_runs_without_standing;

const EVERY: Duration = Duration::from_mins(10);
const EXPIRY_EVERY: Duration = Duration::from_secs(1);
const STANDING_EVERY: Duration = Duration::from_secs(2);
const RUNS_AT_A_TIME: u32 = 200;
const LOGINS_AT_A_TIME: u32 = 1000;
const KEYS_AT_A_TIME: u32 = 5000;
/// How long logins that are over stay to be looked at.
const LOGINS_RETENTION: Duration = Duration::from_hours(24 * 7);
/// Longer than anybody asks whether a user was seen lately.
const PRESENCE_RETENTION: Duration = Duration::from_hours(24);
/// Few enough that no other write waits for long, in portions that keep up with a hundred calls a second.
const CALLS_AT_A_TIME: u32 = 2000;
const PORTIONS: usize = 50;
/// Fewer, because each may have a mebibyte; the portions keep up with a hundred events a second too.
const EVENTS_AT_A_TIME: u32 = 500;
const EVENT_PORTIONS: usize = 200;
/// How long a text of memory that was replaced can be restored.
const MEMORY_RETENTION: Duration = Duration::from_hours(24 * 90);
/// How long the log of messages to tenants' servers goes back.
const WEBHOOKS_RETENTION: Duration = Duration::from_hours(24 * 30);

/// Every sweep. Their names are shared by all processes of an installation, also while versions differ: they never
/// change.
pub fn sweeps(deps: SweepDeps) -> Vec<Job> {
    let deps = Arc::new(deps);
    let mut jobs = vec![
        sweep("expire_approvals", EXPIRY_EVERY, &deps, |deps| async move { expire_approvals(&deps).await }),
        sweep("fold_deltas", EVERY, &deps, |deps| async move {
            deps.store.fold_deltas(deps.before(deps.retention.events), RUNS_AT_A_TIME).await
        }),
        sweep("sweep_idempotency_keys", EVERY, &deps, |deps| async move {
            deps.store.sweep_idempotent(IDEMPOTENCY_LIFETIME, KEYS_AT_A_TIME).await
        }),
        sweep("sweep_logins", EVERY, &deps, |deps| async move {
            deps.store.sweep_logins(deps.before(LOGINS_RETENTION), LOGINS_AT_A_TIME).await
        }),
        sweep("forget_presence", EVERY, &deps, |deps| async move {
            deps.store.forget_presence(deps.before(PRESENCE_RETENTION)).await
        }),
        sweep("forget_webhook_deliveries", EVERY, &deps, |deps| async move {
            let before = deps.before(WEBHOOKS_RETENTION);
            let forget = || deps.store.forget_webhook_deliveries(before, EVENTS_AT_A_TIME);
            in_portions(EVENT_PORTIONS, EVENTS_AT_A_TIME, forget).await
        }),
        sweep("forget_memory_versions", EVERY, &deps, |deps| async move {
            let before = deps.before(MEMORY_RETENTION);
            let forget = || deps.store.forget_memory_versions(before, EVENTS_AT_A_TIME);
            in_portions(EVENT_PORTIONS, EVENTS_AT_A_TIME, forget).await
        }),
    ];
    if deps.cancels_runs_without_standing {
        jobs.push(sweep("cancel_runs_without_standing", STANDING_EVERY, &deps, |deps| async move {
            cancel_runs_without_standing(&deps).await
        }));
    }
    if let Some(kept) = deps.retention.llm_calls {
        jobs.push(sweep("forget_llm_calls", EVERY, &deps, move |deps| async move {
            let before = deps.before(kept);
            let forget = || deps.store.forget_llm_calls(before, CALLS_AT_A_TIME);
            in_portions(PORTIONS, CALLS_AT_A_TIME, forget).await
        }));
    }
    if let Some(kept) = deps.retention.inbound_events {
        jobs.push(sweep("forget_inbound_events", EVERY, &deps, move |deps| async move {
            let before = deps.before(kept);
            let forget = || deps.store.forget_inbound_events(before, EVENTS_AT_A_TIME);
            in_portions(EVENT_PORTIONS, EVENTS_AT_A_TIME, forget).await
        }));
    }
    jobs
}

fn sweep<F>(
    name: &str,
    every: Duration,
    deps: &Arc<SweepDeps>,
    run: impl Fn(Arc<SweepDeps>) -> F + Copy + Send + Sync + 'static,
) -> Job
where
    F: Future<Output = artel_store::Result<u64>> + Send + 'static,
{
    let deps = Arc::clone(deps);
    Job::new(name, every, move || {
        let done = run(Arc::clone(&deps));
        async move { Ok(done.await?) }
    })
}

/// Forgets a portion at a time, so that other writes come in between, until one is not full.
async fn in_portions<F>(most: usize, full: u32, forget: impl Fn() -> F) -> artel_store::Result<u64>
where
    F: Future<Output = artel_store::Result<u64>>,
{
    let mut forgotten = 0;
    for _ in 0..most {
        let rows = forget().await?;
        forgotten += rows;
        if rows < u64::from(full) {
            break;
        }
    }
    Ok(forgotten)
}
