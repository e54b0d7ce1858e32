use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::{WireModel, rows};
use crate::App;
use crate::caller::Invoker;
use crate::shapes;

#[derive(Serialize, ToSchema)]
#[schema(as = ModelList)]
pub(crate) struct WireModels {
    /// `list`
    #[schema(value_type = String)]
    object: &'static str,
    data: Vec<WireModel>,
}

/// Lists the models that can be called now, in OpenAI's form.
#[utoipa::path(get, path = "/v1/models", tag = shapes::MODELS,
    responses((status = OK, description = "The models.", body = WireModels)))]
pub(crate) async fn list_models(State(app): State<App>, _: Invoker) -> Json<WireModels> {
    let data = rows(&app.models).into_iter().filter(|row| row.is_available).map(WireModel::from);
    Json(WireModels { object: "list", data: data.collect() })
}
