//! Questions whose time is over are answered: nobody approved in time.

use artel_domain::{Actor, Approval, AuditEntry, Decision, Timestamp};
use artel_store::{Decided, Viewer};
use serde_json::json;

use crate::deps::SweepDeps;

const AT_A_TIME: u32 = 100;

/// Expires what is due; how many. A decision that comes at the same time is in time.
pub(crate) async fn expire_approvals(deps: &SweepDeps) -> artel_store::Result<u64> {
    let now = deps.clock.now();
    let due = deps.store.due_approvals(now, AT_A_TIME).await?;
    let mut ended = 0;
    for approval in &due {
        let scheduler = Viewer::service(approval.tenant_id);
        let decided = deps.store.decide_approval(&scheduler, expired(approval, now), audit(approval, now)).await?;
        ended += u64::from(decided.is_some());
    }
    if ended > 0 {
        deps.bus.wake_workers();
    }
    Ok(ended)
}

fn expired(approval: &Approval, at: Timestamp) -> Decided {
    Decided { approval_id: approval.id, decision: Decision::Expire, args: None, feedback: None, by: None, at }
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
