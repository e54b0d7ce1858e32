use artel_domain::{ApprovalId, CallId, RunId};
use artel_http::caller::RunsWrite;
use artel_http::{At, Body, Caller, Checked, Faults, Problem};
use artel_intents::{ApprovalRef, FormAnswer, FormRef, HumanDecision, NewArguments};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{TurnAt, TurnRef, found};
use crate::App;
use crate::approvals::decide::DecisionWord;
use crate::sessions::TAG;

/// Either `form_id` with `values`, or `approval_id` with `decision`.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct TurnInput {
    /// From `form_requested`.
    form_id: Option<CallId>,
    /// The answers to a form, by the names of its fields.
    #[schema(value_type = Option<Object>)]
    values: Option<Map<String, Value>>,
    /// From `approval_requested`.
    approval_id: Option<ApprovalId>,
    decision: Option<DecisionWord>,
    /// With `edit`, and only then: what the tool is called with instead.
    #[schema(value_type = Option<Object>)]
    modified_arguments: Option<Map<String, Value>>,
    /// With `reject` the model reads it.
    #[schema(max_length = 4000, pattern = "^[^\\u0000]*$")]
    feedback: Option<String>,
}

impl Checked for TurnInput {
    fn check(&self, faults: &mut Faults) {
        faults.length("feedback", self.feedback.as_deref(), 0..=4000);
        match (self.form_id, self.approval_id) {
            (None, None) => faults.add("approval_id", "is missing: say approval_id or form_id"),
            (Some(_), Some(_)) => faults.add("form_id", "must not be there beside approval_id"),
            (Some(_), None) => faults.ensure(self.values.is_some(), "values", "is missing"),
            (None, Some(_)) => self.check_decision(faults),
        }
    }
}

impl TurnInput {
    fn check_decision(&self, faults: &mut Faults) {
        faults.ensure(self.decision.is_some(), "decision", "is missing");
        let edits = self.decision == Some(DecisionWord::Edit);
        let message = if edits { "must be the new arguments, an object" } else { "may be there with \"edit\" only" };
        faults.ensure(edits == self.modified_arguments.is_some(), "modified_arguments", message);
    }
}

/// Answer what a turn waits for.
///
/// An approval is decided once, and a form is answered once; what was decided, answered, expired or cancelled already
/// is a 409. Each value that does not fit its form is a field error (422). Needs `runs:write`.
#[utoipa::path(post, path = "/sessions/{session_id}/turns/{turn_id}/input", tag = TAG,
    params(("session_id" = String, Path, min_length = 1, max_length = 200), ("turn_id" = RunId, Path)), request_body = TurnInput,
    responses((status = 202, description = "The turn goes on.", body = TurnRef), (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn answer_turn(
    State(app): State<App>,
    caller: Caller<RunsWrite>,
    At(TurnAt { session_id, turn_id }): At<TurnAt>,
    body: Body<TurnInput>,
) -> Result<(StatusCode, Json<TurnRef>), Problem> {
    let run = found(&app, &app.viewer(&caller), &session_id, turn_id).await?;
    match (body.value.form_id, body.value.approval_id, body.value.decision) {
        (Some(id), ..) => {
            let form = FormRef { id, of_run: Some(run.id) };
            let answer = FormAnswer::Values(Value::Object(body.value.values.unwrap_or_default()));
            app.intents.answer_form(&caller.requester(), form, answer).await?;
        }
        (_, Some(approval), Some(decision)) => {
            decide(&app, &caller, run.id, approval, decision, body.value).await?;
        }
        _ => return Err(Problem::invalid_field("decision", "is missing")),
    }
    Ok((StatusCode::ACCEPTED, Json(TurnRef { session_id: run.session_id.shown(), turn_id: run.id })))
}

async fn decide(
    app: &App,
    caller: &Caller<RunsWrite>,
    turn: RunId,
    approval: ApprovalId,
    decision: DecisionWord,
    input: TurnInput,
) -> Result<(), Problem> {
    let known = app.store.find_approval(&app.viewer(caller), approval).await?;
    if known.is_none_or(|known| known.run_id != turn) {
        return Err(Problem::not_found("approval"));
    }
    let arguments = Value::Object(input.modified_arguments.unwrap_or_default());
    let decision = match decision {
        DecisionWord::Approve => HumanDecision::Approve,
        DecisionWord::Edit => HumanDecision::Edit(NewArguments::Whole(arguments)),
        DecisionWord::Reject => HumanDecision::Reject,
    };
    app.intents.decide(&caller.requester(), &ApprovalRef::Id(approval), decision, input.feedback).await?;
    Ok(())
}
