use artel_domain::{Approval, ApprovalId, ApprovalState, AuditEntry, Decision, RunId, Timestamp};
use artel_store::{ApprovalFilter, Decided, Fence, Viewer};
use sqlx::SqlitePool;

use crate::error::Outcome;
use crate::rows::{all, approvals, one};
use crate::steering;
use crate::values::micros;
use crate::writer::Tx;

/// Compare-and-set from pending, and the run is put back in the queue.
pub(crate) async fn decide(
    tx: &mut Tx,
    viewer: &Viewer,
    decided: &Decided,
    audit: &AuditEntry,
) -> Outcome<Option<Approval>> {
    let Some(approval) = set(tx, viewer, decided).await? else {
        return Ok(None);
    };
    steering::wake(tx, approval.run_id, micros(decided.at)).await?;
    tx.audit(viewer.tenant_id, audit);
    Ok(Some(approval))
}

/// In a session of the whole tenant every user decides, but for new arguments of a call that a client executes.
async fn set(tx: &mut Tx, viewer: &Viewer, decided: &Decided) -> Outcome<Option<Approval>> {
    let state = match decided.decision {
        Decision::Approve | Decision::Edit => ApprovalState::Approved,
        Decision::Reject => ApprovalState::Rejected,
        Decision::Expire => ApprovalState::Expired,
    };
    let (state, decision, at) = (state.as_str(), decided.decision.as_str(), micros(decided.at));
    let args = decided.args.as_ref().map(ToString::to_string);
    let by = decided.by.map(|user| user.0);
    let (user, names) = (viewer.changes_only().map(|user| user.0), serde_json::to_string(viewer.approver_names())?);
    let set = approvals!(
        "UPDATE approvals SET state = ?1, decision = ?2, decided_args = ?3, feedback = ?4, decided_by = ?5, decided_at = ?6
         WHERE id = ?7 AND tenant_id = ?8 AND state = 'pending'
             AND (?9 IS NULL OR EXISTS (SELECT 1 FROM session_access s
                 WHERE s.tenant_id = approvals.tenant_id AND s.id = approvals.session_id AND (s.owner_id = ?9
                     OR NOT s.is_private AND NOT (?2 = 'edit' AND EXISTS (
                         SELECT 1 FROM tool_calls c WHERE c.id = coalesce(approvals.asked_about, approvals.call_id) AND c.executor = 'client'))))
                 OR EXISTS (SELECT 1 FROM json_each(approvals.approvers) a JOIN json_each(?10) n ON n.value = a.value))
         RETURNING",
        "",
        state,
        decision,
        args,
        decided.feedback,
        by,
        at,
        decided.approval_id.0,
        viewer.tenant_id.0,
        user,
        names
    );
    one(set.fetch_optional(&mut tx.conn).await?)
}

pub(crate) async fn find(reads: &SqlitePool, viewer: &Viewer, approval: ApprovalId) -> Outcome<Option<Approval>> {
    let (user, names) = (viewer.reads_only().map(|user| user.0), serde_json::to_string(viewer.approver_names())?);
    let found = approvals!(
        "SELECT",
        "FROM approvals WHERE id = ?1 AND tenant_id = ?2
             AND (?3 IS NULL OR EXISTS (SELECT 1 FROM session_access s
                 WHERE s.tenant_id = approvals.tenant_id AND s.id = approvals.session_id AND (NOT s.is_private OR s.owner_id = ?3))
                 OR EXISTS (SELECT 1 FROM json_each(approvals.approvers) a JOIN json_each(?4) n ON n.value = a.value))",
        approval.0,
        viewer.tenant_id.0,
        user,
        names
    );
    one(found.fetch_optional(reads).await?)
}

/// Oldest first. One query for each index that may serve.
pub(crate) async fn list(reads: &SqlitePool, viewer: &Viewer, filter: ApprovalFilter) -> Outcome<Vec<Approval>> {
    let tenant = viewer.tenant_id;
    let (user, names) = (viewer.reads_only().map(|user| user.0), serde_json::to_string(viewer.approver_names())?);
    let ApprovalFilter { run_id, session_id, state, limit } = filter;
    let state = state.map(ApprovalState::as_str);
    let found = if let Some(session) = session_id {
        let run = run_id.map(|run| run.0);
        approvals!(
            "SELECT",
            "FROM approvals WHERE tenant_id = ?1 AND session_id = ?2 AND (?3 IS NULL OR run_id = ?3) AND (?4 IS NULL OR state = ?4)
             AND (?6 IS NULL OR EXISTS (SELECT 1 FROM session_access s
                 WHERE s.tenant_id = approvals.tenant_id AND s.id = approvals.session_id AND (NOT s.is_private OR s.owner_id = ?6))
                 OR EXISTS (SELECT 1 FROM json_each(approvals.approvers) a JOIN json_each(?7) n ON n.value = a.value))
             ORDER BY created_at, id LIMIT ?5",
            tenant.0,
            session.0,
            run,
            state,
            limit,
            user,
            names
        )
        .fetch_all(reads)
        .await?
    } else if let Some(run) = run_id {
        approvals!(
            "SELECT",
            "FROM approvals WHERE run_id IN (
                 WITH RECURSIVE family(id) AS (
                     SELECT ?1 UNION ALL SELECT r.id FROM family f CROSS JOIN runs r ON r.parent_run_id = f.id)
                 SELECT id FROM family) AND tenant_id = ?2 AND (?3 IS NULL OR state = ?3)
             AND (?5 IS NULL OR EXISTS (SELECT 1 FROM session_access s
                 WHERE s.tenant_id = approvals.tenant_id AND s.id = approvals.session_id AND (NOT s.is_private OR s.owner_id = ?5))
                 OR EXISTS (SELECT 1 FROM json_each(approvals.approvers) a JOIN json_each(?6) n ON n.value = a.value))
             ORDER BY created_at, id LIMIT ?4",
            run.0,
            tenant.0,
            state,
            limit,
            user,
            names
        )
        .fetch_all(reads)
        .await?
    } else if let Some(state) = state {
        approvals!(
            "SELECT",
            "FROM approvals WHERE tenant_id = ?1 AND state = ?2
             AND (?4 IS NULL OR EXISTS (SELECT 1 FROM session_access s
                 WHERE s.tenant_id = approvals.tenant_id AND s.id = approvals.session_id AND (NOT s.is_private OR s.owner_id = ?4))
                 OR EXISTS (SELECT 1 FROM json_each(approvals.approvers) a JOIN json_each(?5) n ON n.value = a.value))
             ORDER BY created_at, id LIMIT ?3",
            tenant.0,
            state,
            limit,
            user,
            names
        )
        .fetch_all(reads)
        .await?
    } else {
        approvals!(
            "SELECT",
            "FROM approvals WHERE tenant_id = ?1
             AND (?3 IS NULL OR EXISTS (SELECT 1 FROM session_access s
                 WHERE s.tenant_id = approvals.tenant_id AND s.id = approvals.session_id AND (NOT s.is_private OR s.owner_id = ?3))
                 OR EXISTS (SELECT 1 FROM json_each(approvals.approvers) a JOIN json_each(?4) n ON n.value = a.value))
             ORDER BY created_at, id LIMIT ?2",
            tenant.0,
            limit,
            user,
            names
        )
        .fetch_all(reads)
        .await?
    };
    all(found)
}

/// Those whose time is over, of all tenants.
pub(crate) async fn due(reads: &SqlitePool, now: Timestamp, limit: u32) -> Outcome<Vec<Approval>> {
    let now = micros(now);
    let due = approvals!(
        "SELECT",
        "FROM approvals WHERE state = 'pending' AND expires_at IS NOT NULL AND expires_at <= ?1 ORDER BY expires_at LIMIT ?2",
        now,
        limit
    );
    all(due.fetch_all(reads).await?)
}

/// Oldest first.
pub(crate) async fn of_run(reads: &SqlitePool, run: RunId) -> Outcome<Vec<Approval>> {
    all(approvals!("SELECT", "FROM approvals WHERE run_id = ?1 ORDER BY created_at, id", run.0)
        .fetch_all(reads)
        .await?)
}

/// Gives up the place that a question has for its call: another takes it.
pub(crate) async fn replace(tx: &mut Tx, fence: &Fence, approval: ApprovalId, at: Timestamp) -> Outcome<()> {
    let at = micros(at);
    sqlx::query!(
        "UPDATE approvals SET state = 'cancelled', decision = NULL, asked_about = call_id, call_id = id, decided_at = coalesce(decided_at, ?1)
         WHERE id = ?2 AND run_id = ?3 AND asked_about IS NULL",
        at,
        approval.0,
        fence.run_id.0
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

/// Asking twice about one call finds the first question.
pub(crate) async fn insert(tx: &mut Tx, approval: &Approval) -> Outcome<()> {
    let target = approval.target.as_ref().map(serde_json::to_string).transpose()?;
    let target_digest = approval.digest();
    let changed = (!approval.changed.is_empty()).then(|| serde_json::to_string(&approval.changed)).transpose()?;
    let args = approval.args.to_string();
    let (state, decision) = (approval.state.as_str(), approval.decision.map(artel_domain::Decision::as_str));
    let decided_args = approval.decided_args.as_ref().map(ToString::to_string);
    let agent = approval.agent_id.map(|agent| agent.0);
    let approvers = (!approval.approvers.is_empty()).then(|| serde_json::to_string(&approval.approvers)).transpose()?;
    let decided_by = approval.decided_by.map(|user| user.0);
    let (created, expires, decided) =
        (micros(approval.created_at), approval.expires_at.map(micros), approval.decided_at.map(micros));
    sqlx::query!(
        "INSERT INTO approvals (id, tenant_id, session_id, run_id, call_id, name, args, args_digest, reason, state, decision, decided_args,
             feedback, decided_by, created_at, expires_at, decided_at, target, digest, changed, agent_id, approvers)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)
         ON CONFLICT (id) DO NOTHING",
        approval.id.0,
        approval.tenant_id.0,
        approval.session_id.0,
        approval.run_id.0,
        approval.call_id.0,
        approval.name,
        args,
        approval.args_digest,
        approval.reason,
        state,
        decision,
        decided_args,
        approval.feedback,
        decided_by,
        created,
        expires,
        decided,
        target,
        target_digest,
        changed,
        agent,
        approvers
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}
