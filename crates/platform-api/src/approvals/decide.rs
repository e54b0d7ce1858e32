use artel_domain::{Approval, ApprovalId, ApprovalState, AuditEntry, Decision, Timestamp, digest};
use artel_engine::{EditProblem, check_edit};
use artel_http::caller::RunsWrite;
use artel_http::{At, Body, Caller, Checked, Faults, Identity, Problem};
use artel_store::Decided;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::TAG;
use super::view::ApprovalView;
use crate::App;

#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(crate) struct DecideApproval {
    decision: HumanDecision,
    /// With `edit`, and only then: what the tool is called with instead.
    #[schema(value_type = Option<Object>)]
    arguments: Option<Value>,
    /// With `reject` the model reads it.
    #[schema(max_length = 4000, pattern = "^[^\\u0000]*$")]
    feedback: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum HumanDecision {
    Approve,
    Edit,
    Reject,
}

impl From<HumanDecision> for Decision {
    fn from(decision: HumanDecision) -> Self {
        match decision {
            HumanDecision::Approve => Self::Approve,
            HumanDecision::Edit => Self::Edit,
            HumanDecision::Reject => Self::Reject,
        }
    }
}

impl Checked for DecideApproval {
    fn check(&self, faults: &mut Faults) {
        let edits = self.decision == HumanDecision::Edit;
        let fits = if edits { self.arguments.as_ref().is_some_and(Value::is_object) } else { self.arguments.is_none() };
        faults.ensure(fits, "arguments", if edits { "must be the new arguments, an object" } else { "may be there with \"edit\" only" });
        faults.length("feedback", self.feedback.as_deref(), 0..=4000);
    }
}

/// Decide about a held tool call.
///
/// `approve`: it is made as it was shown. `edit`: it is made with other `arguments`, which must fit the tool's schema and the rules.
/// `reject`: it is not made, and the model is told so, with `feedback`. The same call goes on: the model is not asked again. A decision
/// is used once; what was decided, expired or cancelled already is a 409 whose `details` say so. Needs `runs:write`.
#[utoipa::path(post, path = "/approvals/{approval_id}/decision", tag = TAG, params(("approval_id" = ApprovalId, Path)),
    request_body = DecideApproval,
    responses((status = 200, description = "The approval as it is now.", body = ApprovalView),
        (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn decide_approval(
    State(app): State<App>,
    caller: Caller<RunsWrite>,
    At(approval): At<ApprovalId>,
    body: Body<DecideApproval>,
) -> Result<Json<ApprovalView>, Problem> {
    let (wanted, now) = (body.value, app.clock.now());
    let asked = find(&app, &caller, approval).await?;
    check_open(&asked, now)?;
    if let Some(arguments) = &wanted.arguments {
        check_arguments(&app, &asked, arguments).await?;
    }
    let audit = audit(&caller, &asked, &wanted, now);
    let decided = Decided {
        tenant_id: caller.tenant_id,
        approval_id: approval,
        decision: wanted.decision.into(),
        args: wanted.arguments,
        feedback: wanted.feedback,
        by: Some(caller.user_id),
        at: now,
    };
    let Some(decided) = app.store.decide_approval(decided, audit).await? else {
        // Somebody was faster.
        return Err(closed(&find(&app, &caller, approval).await?));
    };
    app.bus.wake_workers();
    Ok(Json(decided.into()))
}

async fn find(app: &App, caller: &Identity, approval: ApprovalId) -> Result<Approval, Problem> {
    app.store.find_approval(caller.tenant_id, approval).await?.ok_or_else(|| Problem::not_found("approval"))
}

/// One whose time is over is closed, although a worker may be about to say so.
fn check_open(asked: &Approval, now: Timestamp) -> Result<(), Problem> {
    match asked.state {
        ApprovalState::Pending if asked.expires_at.is_none_or(|end| now < end) => Ok(()),
        ApprovalState::Pending => Err(closed(&Approval { state: ApprovalState::Expired, ..asked.clone() })),
        _ => Err(closed(asked)),
    }
}

fn closed(asked: &Approval) -> Problem {
    let how = match asked.state {
        ApprovalState::Expired => "has expired",
        ApprovalState::Cancelled => "was cancelled with its run",
        _ => "is decided already",
    };
    let details = json!({ "status": asked.state, "decision": asked.decision, "decided_at": asked.decided_at });
    Problem::conflict("conflict", format!("The approval {how}.")).with_details(details)
}

/// New arguments are held to what the model's were held to.
async fn check_arguments(app: &App, asked: &Approval, arguments: &Value) -> Result<(), Problem> {
    match check_edit(&*app.store, &*app.policy, asked, arguments).await {
        Ok(()) => Ok(()),
        Err(EditProblem::Wrong(message)) => Err(Problem::invalid_field("arguments", message)),
        Err(EditProblem::ToolGone) => Err(Problem::conflict("conflict", "The tool is gone: nothing can be put in place of its arguments.")),
        Err(EditProblem::Store(error)) => Err(error.into()),
    }
}

fn audit(caller: &Identity, asked: &Approval, wanted: &DecideApproval, at: Timestamp) -> AuditEntry {
    let details = json!({
        "decision": Decision::from(wanted.decision),
        "run_id": asked.run_id,
        "tool_name": asked.name,
        "arguments_digest": wanted.arguments.as_ref().map_or_else(|| asked.args_digest.clone(), digest::of),
    });
    AuditEntry { details: Some(details), ..caller.audit("approval.decide", "approval", asked.id, at) }
}
