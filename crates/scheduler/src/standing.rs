//! Runs whose API key was revoked or whose user was deactivated do not go on.

use artel_domain::{Actor, AuditEntry, RunId, Timestamp};
use artel_store::{CancelOutcome, Viewer};
use serde_json::json;

use crate::deps::SweepDeps;

const AT_A_TIME: u32 = 200;

/// Asks for the end of each; how many.
pub(crate) async fn cancel_runs_without_standing(deps: &SweepDeps) -> artel_store::Result<u64> {
    let mut cancelled = 0;
    for (tenant, run) in deps.store.runs_without_standing(AT_A_TIME).await? {
        let asked = deps.store.cancel_run(&Viewer::service(tenant), run, audit(run, deps.clock.now())).await?;
        if matches!(asked, CancelOutcome::Requested(_)) {
            deps.bus.cancel_run(run);
            cancelled += 1;
        }
    }
    if cancelled > 0 {
        deps.bus.wake_workers();
    }
    Ok(cancelled)
}

fn audit(run: RunId, at: Timestamp) -> AuditEntry {
    AuditEntry {
        actor: Actor::default(),
        action: "run.cancel",
        entity_type: "run",
        entity_id: run.to_string(),
        trace_id: String::new(),
        outcome: "ok".to_owned(),
        details: Some(json!({ "reason": "the key was revoked or the account deactivated" })),
        at,
    }
}
