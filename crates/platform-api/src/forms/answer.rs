use artel_domain::CallId;
use artel_http::caller::RunsWrite;
use artel_http::{At, Body, Caller, Checked, Faults, Problem};
use artel_intents::{FormAnswer, FormRef};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::TAG;
use super::view::FormView;
use crate::App;

#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(crate) struct AnswerForm {
    /// By the names of the fields, as the form's `values_schema` says; left out when the user does not answer.
    #[schema(value_type = Option<Object>)]
    values: Option<Value>,
    /// Why the user does not answer: without `values`, and only then. The model reads it.
    #[schema(max_length = 2000, pattern = "^[^\\u0000]*$")]
    reason: Option<String>,
}

impl Checked for AnswerForm {
    fn check(&self, faults: &mut Faults) {
        let values = self.values.as_ref();
        faults.ensure(values.is_none_or(Value::is_object), "values", "must be an object with a value for each field");
        faults.ensure(values.is_none() || self.reason.is_none(), "reason", "may be there without values only");
        faults.ensure(
            values.is_some() || self.reason.is_some(),
            "values",
            "is required, or a reason why there are none",
        );
        faults.length("reason", self.reason.as_deref(), 0..=2000);
    }
}

/// Answer a form.
///
/// With `values` the run goes on with them as the result of its call; each value that does not fit is a field error
/// (422). With a `reason` instead, the user does not answer, and the model is told so. A form is answered once: one
/// that is answered, expired or cancelled already is a 409 whose `details` say so. Needs `runs:write`.
#[utoipa::path(post, path = "/forms/{form_id}/answer", tag = TAG, params(("form_id" = CallId, Path)), request_body = AnswerForm,
    responses((status = 200, description = "The form as it is now.", body = FormView),
        (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn answer_form(
    State(app): State<App>,
    caller: Caller<RunsWrite>,
    At(form): At<CallId>,
    body: Body<AnswerForm>,
) -> Result<Json<FormView>, Problem> {
    let answer = match body.value {
        AnswerForm { values: Some(values), .. } => FormAnswer::Values(values),
        AnswerForm { reason, .. } => FormAnswer::Decline { reason },
    };
    let form = FormRef { id: form, of_run: None };
    Ok(Json(app.intents.answer_form(&caller.requester(), form, answer).await?.into()))
}
