use artel_domain::{Approval, ApprovalId, ApprovalState, Decision, SessionId, digest};
use artel_http::Problem;
use artel_identity::Scope;
use artel_store::Decided;
use axum::http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use super::answer::unknown_call;
use super::input::readable;
use super::{codes, edit};
use crate::App;
use crate::user::User;

/// What a user wants done with a held call.
#[derive(Debug, Clone)]
pub(crate) struct Wish {
    /// The call's id, or its approval's.
    pub(crate) about: String,
    /// Never [`Decision::Expire`]: that is for workers.
    pub(crate) decision: Decision,
    /// With `edit`, and only then: what the tool is called with instead.
    pub(crate) args: Option<NewArguments>,
    /// With `reject` the model reads it.
    pub(crate) feedback: Option<String>,
}

/// What an edited call is made with.
#[derive(Debug, Clone)]
pub(crate) enum NewArguments {
    Whole(Value),
    /// The plan as it was proposed, with these subtasks instead.
    Subtasks(Value),
}

/// A decision that was checked.
pub(super) struct Verdict {
    pub(super) decision: Decision,
    pub(super) args: Option<Value>,
    pub(super) feedback: Option<String>,
}

/// Decides about a call of the session that waits for a human. What is unknown or decided already is `INVALID_CALL_ID`, and nothing changes.
pub(crate) async fn decide(app: &App, user: &User, session: &SessionId, wish: Wish) -> Result<Approval, Problem> {
    user.needs(Scope::RunsWrite)?;
    let asked = pending(app, user, session, &wish.about).await?.ok_or_else(unknown_call)?;
    let args = match wish.decision {
        Decision::Edit => Some(new_arguments(&asked, wish.args)?),
        _ => None,
    };
    if let Some(args) = &args {
        edit::check(app, &asked, args).await?;
    }
    let verdict = Verdict { decision: wish.decision, args, feedback: wish.feedback.map(readable) };
    // Somebody may have been faster.
    store_decision(app, user, &asked, verdict).await?.ok_or_else(unknown_call)
}

/// By the id of the approval or of its call.
async fn pending(app: &App, user: &User, session: &SessionId, about: &str) -> Result<Option<Approval>, Problem> {
    let Ok(id) = about.parse::<Uuid>() else { return Ok(None) };
    let by_call = app.store.find_approval(user.tenant_id, ApprovalId::derive(artel_domain::CallId(id))).await?;
    let found = match by_call {
        Some(found) => Some(found),
        None => app.store.find_approval(user.tenant_id, ApprovalId(id)).await?,
    };
    let now = app.clock.now();
    let is_open = |asked: &Approval| asked.state == ApprovalState::Pending && asked.expires_at.is_none_or(|end| now < end);
    Ok(found.filter(|asked| asked.session_id == *session && is_open(asked)))
}

fn new_arguments(asked: &Approval, args: Option<NewArguments>) -> Result<Value, Problem> {
    let args = args.map(|args| match args {
        NewArguments::Whole(args) => args,
        NewArguments::Subtasks(subtasks) => {
            let mut plan = asked.args.clone();
            if let Some(plan) = plan.as_object_mut() {
                plan.insert("subtasks".to_owned(), subtasks);
            }
            plan
        }
    });
    args.filter(Value::is_object).ok_or_else(|| {
        let message = "With \"edit\" the new arguments are needed: modified_arguments, an object.";
        Problem::new(StatusCode::BAD_REQUEST, codes::MISSING_FIELD, message)
    })
}

/// `None` when it is not pending any more.
pub(super) async fn store_decision(app: &App, user: &User, asked: &Approval, verdict: Verdict) -> Result<Option<Approval>, Problem> {
    let at = app.clock.now();
    let details = json!({
        "decision": verdict.decision,
        "run_id": asked.run_id,
        "tool_name": asked.name,
        "arguments_digest": verdict.args.as_ref().map_or_else(|| asked.args_digest.clone(), digest::of),
    });
    let audit = artel_domain::AuditEntry { details: Some(details), ..user.audit("approval.decide", "approval", asked.id, at) };
    let decided = Decided {
        tenant_id: user.tenant_id,
        approval_id: asked.id,
        decision: verdict.decision,
        args: verdict.args,
        feedback: verdict.feedback,
        by: Some(user.user_id),
        at,
    };
    let decided = app.store.decide_approval(decided, audit).await?;
    if decided.is_some() {
        app.bus.wake_workers();
    }
    Ok(decided)
}
