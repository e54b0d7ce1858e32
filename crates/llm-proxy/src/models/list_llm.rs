use artel_llm::ListedModel;
use axum::Json;
use axum::extract::State;

use super::rows;
use crate::App;
use crate::caller::Invoker;

/// List all models that are known here, those whose provider is not configured included.
pub(crate) async fn list_llm_models(State(app): State<App>, _: Invoker) -> Json<Vec<ListedModel>> {
    Json(rows(&app.models))
}
