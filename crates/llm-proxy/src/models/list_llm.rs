use artel_llm::ListedModel;
use axum::Json;
use axum::extract::State;

use super::rows;
use crate::App;
use crate::caller::Invoker;

/// Lists all known models, including those whose provider is not configured.
pub(crate) async fn list_llm_models(State(app): State<App>, _: Invoker) -> Json<Vec<ListedModel>> {
    Json(rows(&app.models))
}
