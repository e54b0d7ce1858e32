use artel_domain::DocumentId;
use artel_http::caller::RunsRead;
use artel_http::{At, Caller, Problem};
use axum::Json;
use axum::extract::State;

use super::view::DocumentView;
use super::{TAG, found};
use crate::App;

/// Read what is known of a document.
///
/// Its `state` says whether its text is found. Needs `runs:read`.
#[utoipa::path(get, path = "/documents/{document_id}", tag = TAG, params(("document_id" = DocumentId, Path)),
    responses((status = 200, description = "The document.", body = DocumentView)))]
pub(crate) async fn get_document(
    State(app): State<App>,
    caller: Caller<RunsRead>,
    At(document): At<DocumentId>,
) -> Result<Json<DocumentView>, Problem> {
    Ok(Json(found(&app, &caller, document).await?.into()))
}
