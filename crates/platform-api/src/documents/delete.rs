use artel_domain::DocumentId;
use artel_http::caller::RunsWrite;
use artel_http::{At, Caller, Problem};
use artel_store::DocumentChange;
use axum::extract::State;
use axum::http::StatusCode;

use super::{TAG, absent, not_theirs};
use crate::App;

/// Delete a document.
///
/// Whoever uploaded it does, and administrators. Nothing of it is found from then on; its bytes are removed within
/// minutes. Needs `runs:write`.
#[utoipa::path(delete, path = "/documents/{document_id}", tag = TAG, params(("document_id" = DocumentId, Path)),
    responses((status = 204, description = "It is gone.")))]
pub(crate) async fn delete_document(
    State(app): State<App>,
    caller: Caller<RunsWrite>,
    At(document): At<DocumentId>,
) -> Result<StatusCode, Problem> {
    let audit = caller.audit("document.delete", "document", document, app.clock.now());
    match app.store.delete_document(&app.viewer(&caller), document, audit).await? {
        DocumentChange::Done(_) => Ok(StatusCode::NO_CONTENT),
        DocumentChange::Missing => Err(absent()),
        DocumentChange::NotTheirs => Err(not_theirs()),
    }
}
