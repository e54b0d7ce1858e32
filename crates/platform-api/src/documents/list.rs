use artel_domain::{DocumentState, Timestamp};
use artel_http::caller::RunsRead;
use artel_http::{Caller, Checked, Faults, Params, Problem};
use artel_store::{DocumentFilter, Page};
use artel_words::Query as Words;
use axum::Json;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse};
use serde::Deserialize;
use utoipa::IntoParams;

use super::TAG;
use super::view::DocumentView;
use crate::App;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListDocuments {
    /// Only documents whose title has one of these words at least, in any of its forms.
    #[param(nullable = false, max_length = 400)]
    query: Option<String>,
    /// Only documents of this type: `pdf`, `docx` and so on.
    #[serde(rename = "type")]
    #[param(nullable = false, max_length = 20)]
    kind: Option<String>,
    /// Only documents with this tag.
    #[param(nullable = false, max_length = 100)]
    tag: Option<String>,
    /// Only documents in this state.
    #[param(nullable = false, pattern = "^(processing|ready|failed)$")]
    state: Option<String>,
    /// Uploaded at this time or later.
    #[param(nullable = false)]
    uploaded_after: Option<Timestamp>,
    /// Uploaded before this time.
    #[param(nullable = false)]
    uploaded_before: Option<Timestamp>,
    /// At most this many; 20 when absent.
    #[param(minimum = 1, maximum = 100, nullable = false)]
    limit: Option<u32>,
    /// Skip this many.
    #[param(minimum = 0, maximum = 2_147_483_647, nullable = false)]
    offset: Option<u32>,
}

impl Checked for ListDocuments {
    fn check(&self, faults: &mut Faults) {
        faults.length("query", self.query.as_deref(), 0..=400);
        faults.length("type", self.kind.as_deref(), 0..=20);
        faults.length("tag", self.tag.as_deref(), 0..=100);
        let is_known = self.state.as_deref().is_none_or(|state| DocumentState::WORDS.contains(&state));
        faults.ensure(is_known, "state", "must be processing, ready or failed");
        faults.range("limit", self.limit, 1..=100);
        faults.range("offset", self.offset, 0..=2_147_483_647);
    }
}

/// List documents, newest first.
///
/// Those that the caller reads; an administrator's list has all of the organisation. Needs `runs:read`.
#[utoipa::path(get, path = "/documents", tag = TAG, params(ListDocuments),
    responses((status = 200, description = "A page of documents.", body = [DocumentView],
        headers(("X-Total-Count" = i64, description = "How many match in all.")))))]
pub(crate) async fn list_documents(
    State(app): State<App>,
    caller: Caller<RunsRead>,
    Params(wanted): Params<ListDocuments>,
) -> Result<impl IntoResponse, Problem> {
    let page = Page { limit: wanted.limit.unwrap_or(20), offset: wanted.offset.unwrap_or(0) };
    let asked = wanted.query.as_deref().filter(|query| !query.trim().is_empty());
    let title = asked.map(Words::read);
    let (documents, total) = if let Some(None) = title {
        (Vec::new(), 0)
    } else {
        let filter = DocumentFilter {
            title: title.flatten(),
            kind: wanted.kind,
            tag: wanted.tag,
            state: wanted.state,
            after: wanted.uploaded_after,
            before: wanted.uploaded_before,
        };
        app.store.list_documents(&app.viewer(&caller), &filter, page).await?
    };
    let documents: Vec<DocumentView> = documents.into_iter().map(DocumentView::from).collect();
    Ok((AppendHeaders([("x-total-count", total)]), Json(documents)))
}
