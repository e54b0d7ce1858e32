use artel_domain::Approval;
use artel_engine::{EditProblem, check_edit};
use artel_http::Problem;
use serde_json::Value;

use crate::App;

/// New arguments are held to what the model's were held to.
pub(super) async fn check(app: &App, asked: &Approval, args: &Value) -> Result<(), Problem> {
    match check_edit(&*app.store, &*app.policy, asked, args).await {
        Ok(()) => Ok(()),
        Err(EditProblem::Store(error)) => Err(error.into()),
        Err(problem) => Err(Problem::invalid_field("modified_arguments", problem.to_string())),
    }
}
