use axum::Json;
use axum::extract::State;
use serde::Serialize;

use super::{WireModel, rows};
use crate::App;
use crate::caller::Invoker;

#[derive(Serialize)]
pub(crate) struct WireModels {
    object: &'static str,
    data: Vec<WireModel>,
}

/// Lists the models that can be called now, in OpenAI's form.
pub(crate) async fn list_models(State(app): State<App>, _: Invoker) -> Json<WireModels> {
    let data = rows(&app.models).into_iter().filter(|row| row.is_available).map(WireModel::from);
    Json(WireModels { object: "list", data: data.collect() })
}
