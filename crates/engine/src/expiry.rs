//! Questions whose time is over are answered: nobody approved in time.

use std::sync::Arc;
use std::time::Duration;

use artel_domain::{Actor, Approval, AuditEntry, Decision, Timestamp};
use artel_store::Decided;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::Deps;

const EVERY: Duration = Duration::from_secs(1);
const AT_A_TIME: u32 = 100;

/// Looks for them on the clock of the store's times; several workers may, and each question is answered once.
pub(crate) async fn expire_approvals(deps: Arc<Deps>, stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(EVERY)).await.is_some() {
        if let Err(error) = expire(&deps).await {
            tracing::warn!(%error, "approvals could not be looked through; trying again in a second");
        }
    }
}

async fn expire(deps: &Deps) -> artel_store::Result<()> {
    let now = deps.clock.now();
    let due = deps.store.due_approvals(now, AT_A_TIME).await?;
    let mut ended = 0_u32;
    for approval in &due {
        // Whoever decided meanwhile was in time.
        ended += u32::from(deps.store.decide_approval(expired(approval, now), audit(approval, now)).await?.is_some());
    }
    if ended > 0 {
        tracing::info!(ended, "approvals that nobody decided in time");
        deps.bus.wake_workers();
    }
    Ok(())
}

fn expired(approval: &Approval, at: Timestamp) -> Decided {
    Decided {
        tenant_id: approval.tenant_id,
        approval_id: approval.id,
        decision: Decision::Expire,
        args: None,
        feedback: None,
        by: None,
        at,
    }
}

fn audit(approval: &Approval, at: Timestamp) -> AuditEntry {
    AuditEntry {
        actor: Actor::default(),
        action: "approval.expire",
        entity_type: "approval",
        entity_id: approval.id.to_string(),
        trace_id: String::new(),
        outcome: "ok".to_owned(),
        details: Some(json!({ "run_id": approval.run_id, "tool_name": approval.name })),
        at,
    }
}
