//! Approvals.

use artel_domain::{Approval, ApprovalId, ApprovalState, AuditEntry, Decision, RunId, Timestamp};
use artel_store::{ApprovalFilter, Decided, Viewer};
use sqlx::{PgConnection, PgExecutor, PgPool};
use uuid::Uuid;

use crate::begun::begin;
use crate::filters::filtered;
use crate::rows::{ApprovalRow, select_approval};
use crate::values::{json, maybe_json, micros, text};
use crate::{audit, steering};

pub(crate) async fn find(pool: &PgPool, viewer: &Viewer, approval: ApprovalId) -> sqlx::Result<Option<Approval>> {
    let row = select_approval!(
        "FROM approvals WHERE tenant_id = $1 AND id = $2
           AND ($3::uuid IS NULL OR EXISTS (SELECT 1 FROM session_access s
               WHERE s.tenant_id = approvals.tenant_id AND s.id = approvals.session_id AND (NOT s.is_private OR s.owner_id = $3))
               OR coalesce(approvers::jsonb ?| $4::text[], false))",
        viewer.tenant_id.0,
        approval.0,
        viewer.reads_only().map(|user| user.0),
        viewer.approver_names(),
    );
    row.fetch_optional(pool).await?.map(Approval::try_from).transpose()
}

pub(crate) async fn list(pool: &PgPool, viewer: &Viewer, filter: ApprovalFilter) -> sqlx::Result<Vec<Approval>> {
    let mut tx = filtered(pool).await?;
    let rows = select_approval!(
        "FROM approvals WHERE tenant_id = $1 AND ($2::uuid IS NULL OR run_id IN (
               WITH RECURSIVE family (id) AS (
                 SELECT $2::uuid UNION ALL SELECT r.id FROM family f JOIN runs r ON r.parent_run_id = f.id
               ) SELECT id FROM family)) AND ($3::text IS NULL OR session_id = $3)
             AND ($4::text IS NULL OR state = $4)
             AND ($6::uuid IS NULL OR EXISTS (SELECT 1 FROM session_access s
                 WHERE s.tenant_id = approvals.tenant_id AND s.id = approvals.session_id AND (NOT s.is_private OR s.owner_id = $6))
                 OR coalesce(approvers::jsonb ?| $7::text[], false))
         ORDER BY created_at, id LIMIT $5",
        viewer.tenant_id.0,
        filter.run_id.map(|run| run.0),
        filter.session_id.map(|session| text(&session.0)),
        filter.state.map(ApprovalState::as_str),
        i64::from(filter.limit),
        viewer.reads_only().map(|user| user.0),
        viewer.approver_names(),
    )
    .fetch_all(&mut *tx)
    .await?;
    rows.into_iter().map(Approval::try_from).collect()
}

/// Those whose time is over, of all tenants.
pub(crate) async fn due(pool: &PgPool, now: Timestamp, limit: u32) -> sqlx::Result<Vec<Approval>> {
    let rows = select_approval!(
        "FROM approvals WHERE state = 'pending' AND expires_at IS NOT NULL AND expires_at <= $1 ORDER BY expires_at LIMIT $2",
        micros(now),
        i64::from(limit),
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(Approval::try_from).collect()
}

/// Oldest first.
pub(crate) async fn of_run(executor: impl PgExecutor<'_>, run: RunId) -> sqlx::Result<Vec<Approval>> {
    let rows =
        select_approval!("FROM approvals WHERE run_id = $1 ORDER BY created_at, id", run.0).fetch_all(executor).await?;
    rows.into_iter().map(Approval::try_from).collect()
}

/// Asked once: a question that is there already stays as it is.
pub(crate) async fn insert(tx: &mut PgConnection, approvals: &[Approval]) -> sqlx::Result<()> {
    for approval in approvals {
        sqlx::query!(
            "INSERT INTO approvals (id, tenant_id, session_id, run_id, call_id, name, args, args_digest, reason, state, decision,
                                    decided_args, feedback, decided_by, created_at, expires_at, decided_at, target, digest, changed,
                                    agent_id, approvers)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
             ON CONFLICT DO NOTHING",
            approval.id.0,
            approval.tenant_id.0,
            text(&approval.session_id.0),
            approval.run_id.0,
            approval.call_id.0,
            text(&approval.name),
            json(&approval.args)?,
            approval.args_digest,
            text(&approval.reason),
            approval.state.as_str(),
            approval.decision.map(Decision::as_str),
            maybe_json(approval.decided_args.as_ref())?,
            approval.feedback.as_deref().map(text),
            approval.decided_by.map(|id| id.0),
            micros(approval.created_at),
            approval.expires_at.map(micros),
            approval.decided_at.map(micros),
            maybe_json(approval.target.as_ref())?,
            approval.digest(),
            maybe_json((!approval.changed.is_empty()).then_some(&approval.changed))?,
            approval.agent_id.map(|agent| agent.0),
            (!approval.approvers.is_empty()).then(|| json(&approval.approvers)).transpose()?,
        )
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

pub(crate) async fn decide(
    pool: &PgPool,
    viewer: &Viewer,
    decided: &Decided,
    audit: &AuditEntry,
) -> sqlx::Result<Option<Approval>> {
    let mut tx = begin(pool).await?;
    // The run first: its worker locks run and approvals in this order too.
    let run = sqlx::query_scalar!(
        "SELECT r.id FROM approvals a JOIN runs r ON r.id = a.run_id WHERE a.tenant_id = $1 AND a.id = $2 FOR UPDATE OF r",
        viewer.tenant_id.0,
        decided.approval_id.0,
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(run) = run else { return Ok(None) };
    let Some(approval) = set(&mut tx, viewer, decided, state_after(decided.decision)).await? else {
        // At once, because a claim passes over a run that is locked.
        tx.rollback().await?;
        return Ok(None);
    };
    steering::wake(&mut tx, RunId(run), audit.at).await?;
    audit::append(&mut tx, viewer.tenant_id, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(Some(approval))
}

fn state_after(decision: Decision) -> ApprovalState {
    match decision {
        Decision::Approve | Decision::Edit => ApprovalState::Approved,
        Decision::Reject => ApprovalState::Rejected,
        Decision::Expire => ApprovalState::Expired,
    }
}

/// `None` when it is not pending, or not for the viewer to decide. In a session of the whole tenant every user decides,
/// but for new arguments of a call that a client executes.
async fn set(
    tx: &mut PgConnection,
    viewer: &Viewer,
    decided: &Decided,
    state: ApprovalState,
) -> sqlx::Result<Option<Approval>> {
    let row = sqlx::query_as!(
        ApprovalRow,
        r#"UPDATE approvals SET state = $3, decision = $4, decided_args = $5, feedback = $6, decided_by = $7, decided_at = $8
           WHERE tenant_id = $1 AND id = $2 AND state = 'pending'
             AND ($9::uuid IS NULL OR EXISTS (SELECT 1 FROM session_access s
                 WHERE s.tenant_id = approvals.tenant_id AND s.id = approvals.session_id AND (s.owner_id = $9
                     OR NOT s.is_private AND NOT ($4 = 'edit' AND EXISTS (
                         SELECT 1 FROM tool_calls c WHERE c.id = coalesce(approvals.asked_about, approvals.call_id) AND c.executor = 'client'))))
                 OR coalesce(approvers::jsonb ?| $10::text[], false))
           RETURNING id, tenant_id, session_id, run_id, coalesce(asked_about, call_id) AS "call_id!", name, args, args_digest, target,
                     changed, reason, state, decision, decided_args, feedback, decided_by, created_at, expires_at, decided_at,
                     agent_id, approvers"#,
        viewer.tenant_id.0,
        decided.approval_id.0,
        state.as_str(),
        decided.decision.as_str(),
        maybe_json(decided.args.as_ref())?,
        decided.feedback.as_deref().map(text),
        decided.by.map(|id| id.0),
        micros(decided.at),
        viewer.changes_only().map(|user| user.0),
        viewer.approver_names(),
    )
    .fetch_optional(tx)
    .await?;
    row.map(Approval::try_from).transpose()
}

/// Gives up the places that questions have for their calls: others take them.
pub(crate) async fn replace(
    tx: &mut PgConnection,
    run: RunId,
    approvals: &[ApprovalId],
    at: Timestamp,
) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = approvals.iter().map(|approval| approval.0).collect();
    sqlx::query!(
        "UPDATE approvals SET state = 'cancelled', decision = NULL, asked_about = call_id, call_id = id, decided_at = coalesce(decided_at, $3)
         WHERE id = ANY ($2) AND run_id = $1 AND asked_about IS NULL",
        run.0,
        &ids,
        micros(at),
    )
    .execute(tx)
    .await?;
    Ok(())
}
