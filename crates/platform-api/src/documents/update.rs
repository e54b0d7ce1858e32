use artel_domain::DocumentId;
use artel_http::caller::RunsWrite;
use artel_http::{At, Body, Caller, Checked, Faults, Problem};
use artel_store::{DocumentChange, DocumentPatch};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::view::DocumentView;
use super::{TAG, absent, not_theirs, readers, tags};
use crate::App;

/// What is absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct UpdateDocument {
    #[schema(schema_with = crate::document::maybe_name)]
    title: Option<String>,
    /// All of its tags from then on.
    #[schema(max_items = 20)]
    tags: Option<Vec<String>>,
    #[schema(schema_with = readers::maybe_schema)]
    readers: Option<Value>,
}

impl Checked for UpdateDocument {
    fn check(&self, faults: &mut Faults) {
        faults.name("title", self.title.as_deref());
        tags::check(faults, self.tags.as_deref().unwrap_or_default());
        let is_read = self.readers.as_ref().is_none_or(|value| readers::of_json(value).is_some());
        faults.ensure(is_read, "readers", readers::WRONG);
    }
}

/// Change a document's title, tags or readers.
///
/// Whoever uploaded it does, and administrators. From then on only its readers find it. Needs `runs:write`.
#[utoipa::path(patch, path = "/documents/{document_id}", tag = TAG, params(("document_id" = DocumentId, Path)),
    request_body = UpdateDocument,
    responses((status = 200, description = "The document as it is now.", body = DocumentView)))]
pub(crate) async fn update_document(
    State(app): State<App>,
    caller: Caller<RunsWrite>,
    At(document): At<DocumentId>,
    body: Body<UpdateDocument>,
) -> Result<Json<DocumentView>, Problem> {
    let wanted = body.value;
    let readers = wanted.readers.as_ref().and_then(readers::of_json);
    let patch = DocumentPatch { title: wanted.title, tags: wanted.tags.map(tags::tidy), readers };
    let audit = caller.audit("document.update", "document", document, app.clock.now());
    match app.store.change_document(&app.viewer(&caller), document, patch, audit).await? {
        DocumentChange::Done(document) => Ok(Json(DocumentView::from(*document))),
        DocumentChange::Missing => Err(absent()),
        DocumentChange::NotTheirs => Err(not_theirs()),
    }
}
