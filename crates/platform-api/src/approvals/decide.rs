use artel_domain::ApprovalId;
use artel_http::caller::RunsWrite;
use artel_http::{At, Body, Caller, Checked, Faults, Problem};
use artel_intents::{ApprovalRef, HumanDecision, NewArguments};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::TAG;
use super::view::ApprovalView;
use crate::App;

#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(crate) struct DecideApproval {
    decision: DecisionWord,
    /// With `edit`, and only then: what the tool is called with instead.
    #[schema(value_type = Option<Object>)]
    arguments: Option<Value>,
    /// With `reject` the model reads it.
    #[schema(max_length = 4000, pattern = "^[^\\u0000]*$")]
    feedback: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = HumanDecision)]
pub(crate) enum DecisionWord {
    Approve,
    Edit,
    Reject,
}

impl Checked for DecideApproval {
    fn check(&self, faults: &mut Faults) {
        let edits = self.decision == DecisionWord::Edit;
        let fits = if edits { self.arguments.as_ref().is_some_and(Value::is_object) } else { self.arguments.is_none() };
        faults.ensure(
            fits,
            "arguments",
            if edits { "must be the new arguments, an object" } else { "may be there with \"edit\" only" },
        );
        faults.length("feedback", self.feedback.as_deref(), 0..=4000);
    }
}

/// Decide about a held tool call.
///
/// `approve`: it is made as it was shown; when its tool was changed since, a human is asked again. `edit`: it is made
/// with other `arguments`, which must fit the tool's schema and the rules, at the tool that was shown.
/// `reject`: it is not made, and the model is told so, with `feedback`. The same call goes on: the model is not asked
/// again. A decision is used once; what was decided, expired or cancelled already is a 409 whose `details` say so.
/// Needs `runs:write`.
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
    let DecideApproval { decision, arguments, feedback } = body.value;
    let decision = match decision {
        DecisionWord::Approve => HumanDecision::Approve,
        DecisionWord::Edit => HumanDecision::Edit(NewArguments::Whole(arguments.unwrap_or_default())),
        DecisionWord::Reject => HumanDecision::Reject,
    };
    let decided = app.intents.decide(&caller.requester(), &ApprovalRef::Id(approval), decision, feedback).await?;
    Ok(Json(decided.into()))
}
