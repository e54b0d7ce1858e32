use artel_llm::ListedModel;
use axum::Json;
use axum::extract::{Path, State};

use super::{WireModel, rows};
use crate::App;
use crate::caller::Invoker;
use crate::fault::Fault;
use crate::shapes;

/// Gets a model by any of its names.
#[utoipa::path(get, path = "/v1/models/{id}", tag = shapes::MODELS,
    params(("id" = String, Path, description = "Any name of the model.", example = "demo:echo")),
    responses((status = OK, description = "The model.", body = WireModel)))]
pub(crate) async fn get_model(
    State(app): State<App>,
    _: Invoker,
    Path(id): Path<String>,
) -> Result<Json<WireModel>, Fault> {
    let name = app.models.check(&id)?;
    let full = name.to_string();
    let known = rows(&app.models).into_iter().find(|row| row.id == id || row.id == full);
    // Providers have models that are not in the table.
    let row = known.unwrap_or_else(|| ListedModel {
        is_available: app
            .models
            .providers()
            .iter()
            .any(|provider| provider.name == name.provider() && provider.is_configured),
        id: full,
        name: name.model().to_owned(),
        provider: name.provider().to_owned(),
        context_length: None,
    });
    Ok(Json(row.into()))
}
