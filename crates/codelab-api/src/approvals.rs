//! Calls and plans that wait for the user's word.

use artel_domain::{Approval, ApprovalId, ApprovalState, CallId, SessionId, Timestamp, ToolRef};
use artel_http::Checked;
use artel_store::ApprovalFilter;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use crate::App;
use crate::extract::{InPath, Query};
use crate::fault::Fault;
use crate::user::User;

pub(crate) const TAG: &str = "approvals";

/// More never wait in one session: a run that waits holds back the next.
const MOST: u32 = 200;
/// The call that proposes a plan.
const PLAN: &str = "create_plan";

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListPending {
    /// `plan`: plans too. Clients that do not know plans would offer to execute them.
    #[param(nullable = false)]
    include: Option<String>,
}

impl Checked for ListPending {}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Waiting {
    session_id: SessionId,
    pending_approvals: Vec<PendingApproval>,
    count: usize,
}

#[derive(Debug, Serialize, ToSchema)]
struct PendingApproval {
    request_id: String,
    request_type: &'static str,
    subject: String,
    #[schema(value_type = Object)]
    details: Value,
    reason: String,
    created_at: Timestamp,
    call_id: CallId,
    tool_name: String,
    /// Which tool it is; left out in approvals of releases that did not keep it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    tool: Option<ToolRef>,
    #[schema(value_type = Object)]
    arguments: Value,
}

/// List what waits for the user's word, oldest first. A session that does not exist yet has nothing that waits.
#[utoipa::path(get, path = "/sessions/{session_id}/pending-approvals", tag = TAG, params(("session_id" = String, Path, description = "The session.", min_length = 1, max_length = 200), ListPending),
    responses((status = OK, description = "What waits.", body = Waiting)))]
pub(crate) async fn list_pending(
    State(app): State<App>,
    user: User,
    InPath(id): InPath,
    Query(wanted): Query<ListPending>,
) -> Result<Json<Waiting>, Fault> {
    let is_known = app.store.find_session(&user.viewer(), &id).await?.is_some();
    let approvals = if is_known { pending(&app, &user, &id).await? } else { Vec::new() };
    let with_plans = wanted
        .include
        .is_some_and(|words| words.split(',').any(|word| matches!(word.trim(), "plan" | "plans" | "all")));
    let shown = approvals.into_iter().filter(|approval| with_plans || approval.name != PLAN);
    let pending_approvals: Vec<_> = shown.map(PendingApproval::from).collect();
    Ok(Json(Waiting { session_id: id, count: pending_approvals.len(), pending_approvals }))
}

/// Those that can still be decided.
async fn pending(app: &App, user: &User, id: &SessionId) -> Result<Vec<Approval>, Fault> {
    let session = app.intents.own_session(&user.requester(), id).await?;
    let filter = ApprovalFilter {
        session_id: Some(session.id),
        state: Some(ApprovalState::Pending),
        limit: MOST,
        ..ApprovalFilter::default()
    };
    let now = app.clock.now();
    let found = app.store.list_approvals(&user.viewer(), filter).await?;
    Ok(found.into_iter().filter(|approval| approval.expires_at.is_none_or(|end| now < end)).collect())
}

impl From<Approval> for PendingApproval {
    fn from(approval: Approval) -> Self {
        if approval.name == PLAN { plan(approval) } else { tool(approval) }
    }
}

fn tool(approval: Approval) -> PendingApproval {
    PendingApproval {
        request_id: approval.call_id.to_string(),
        request_type: "tool",
        subject: approval.name.clone(),
        details: json!({ "approval_id": approval.id, "tool_name": approval.name, "arguments_digest": approval.args_digest }),
        reason: approval.reason,
        created_at: approval.created_at,
        call_id: approval.call_id,
        tool_name: approval.name,
        tool: approval.target.map(|target| target.tool),
        arguments: approval.args,
    }
}

fn plan(approval: Approval) -> PendingApproval {
    let mut arguments = approval.args;
    if let Some(members) = arguments.as_object_mut() {
        members.insert("plan_id".to_owned(), json!(approval.call_id));
    }
    PendingApproval {
        request_id: request_id(approval.id),
        request_type: "plan",
        subject: arguments["title"].as_str().unwrap_or(PLAN).chars().take(200).collect(),
        details: arguments.clone(),
        reason: approval.reason,
        created_at: approval.created_at,
        call_id: approval.call_id,
        tool_name: PLAN.to_owned(),
        tool: approval.target.map(|target| target.tool),
        arguments,
    }
}

/// As in the frame that shows the plan.
fn request_id(approval: ApprovalId) -> String {
    approval.to_string()
}

#[cfg(test)]
mod tests {
    use artel_domain::{RunId, Target, TenantId};
    use uuid::Uuid;

    use super::*;

    fn held(name: &str, args: Value) -> Approval {
        let call_id = CallId::derive(RunId(Uuid::nil()), 1, 0);
        Approval {
            id: ApprovalId::derive(call_id),
            tenant_id: TenantId(Uuid::nil()),
            session_id: SessionId("s".into()),
            run_id: RunId(Uuid::nil()),
            call_id,
            agent_id: None,
            name: name.into(),
            args_digest: artel_domain::digest::of(&args),
            args,
            target: None,
            changed: Vec::new(),
            reason: "it matters".into(),
            approvers: Vec::new(),
            state: ApprovalState::Pending,
            decision: None,
            decided_args: None,
            feedback: None,
            decided_by: None,
            created_at: artel_domain::clock::micros(0),
            expires_at: None,
            decided_at: None,
        }
    }

    #[test]
    fn a_plan_is_decided_by_its_approval_and_named_by_its_call() {
        let asked = held(PLAN, json!({ "title": "Rewrite it", "subtasks": [] }));
        let (approval, call) = (asked.id, asked.call_id);
        let shown = serde_json::to_value(PendingApproval::from(asked)).unwrap();
        assert_eq!(
            (&shown["request_type"], &shown["request_id"], &shown["subject"]),
            (&json!("plan"), &json!(approval), &json!("Rewrite it"))
        );
        assert_eq!((&shown["tool_name"], &shown["arguments"]["plan_id"]), (&json!("create_plan"), &json!(call)));
    }

    #[test]
    fn a_tool_is_decided_by_its_call() {
        let asked = held("write_file", json!({ "path": "a" }));
        let call = asked.call_id;
        let shown = serde_json::to_value(PendingApproval::from(asked)).unwrap();
        assert_eq!(
            (&shown["request_type"], &shown["request_id"], &shown["call_id"]),
            (&json!("tool"), &json!(call), &json!(call))
        );
        assert_eq!(shown["arguments"], json!({ "path": "a" }));
        assert_eq!(shown.get("tool"), None, "no member is null");
        let tool = ToolRef::client("write_file");
        let asked = Approval { target: Some(Target::named(tool.clone())), ..held("write_file", json!({})) };
        assert_eq!(serde_json::to_value(PendingApproval::from(asked)).unwrap()["tool"], json!(tool));
    }
}
