use artel_llm::ListedModel;
use axum::Json;
use axum::extract::State;

use super::rows;
use crate::App;
use crate::caller::Invoker;
use crate::shapes;

/// Lists all known models, including those whose provider is not configured.
#[utoipa::path(get, path = "/v1/llm/models", tag = shapes::MODELS,
    responses((status = OK, description = "The models.", body = Vec<shapes::KnownModel>)))]
pub(crate) async fn list_llm_models(State(app): State<App>, _: Invoker) -> Json<Vec<ListedModel>> {
    Json(rows(&app.models))
}
