use artel_domain::DocumentId;
use artel_http::body::whole;
use artel_http::caller::RunsRead;
use artel_http::{Body, Caller, Checked, Faults, Problem};
use artel_store::Viewer;
use artel_words::Query as Words;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::TAG;
use super::view::{FoundPassageView, FoundPassages};
use crate::App;

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct SearchDocuments {
    /// What to look for, in words.
    #[schema(min_length = 1, max_length = 400, pattern = "^[^\\u0000]*$")]
    query: String,
    /// Only in these documents; in all when absent.
    #[schema(max_items = 100)]
    document_ids: Option<Vec<DocumentId>>,
    /// At most this many passages; 5 when absent.
    #[serde(default, deserialize_with = "whole")]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 20)]
    top_k: Option<i64>,
}

impl Checked for SearchDocuments {
    fn check(&self, faults: &mut Faults) {
        faults.length("query", self.query.as_str(), 1..=400);
        let is_short = self.document_ids.as_ref().is_none_or(|ids| ids.len() <= 100);
        faults.ensure(is_short, "document_ids", "must be at most 100 ids");
        faults.range("top_k", self.top_k, 1..=20);
    }
}

/// Find passages of documents by their words.
///
/// The best first, of documents that the caller reads as a user of the organisation. Whatever is typed is a question:
/// there is no syntax. Needs `runs:read`.
#[utoipa::path(post, path = "/documents/search", tag = TAG, request_body = SearchDocuments,
    responses((status = 200, description = "What was found.", body = FoundPassages)))]
pub(crate) async fn search_documents(
    State(app): State<App>,
    caller: Caller<RunsRead>,
    body: Body<SearchDocuments>,
) -> Result<Json<FoundPassages>, Problem> {
    let wanted = body.value;
    let Some(words) = Words::read(&wanted.query) else { return Ok(Json(FoundPassages { passages: Vec::new() })) };
    let limit = wanted.top_k.and_then(|most| u32::try_from(most).ok()).unwrap_or(5);
    let viewer = Viewer::from(&caller.requester());
    let found = app.store.search_passages(&viewer, &words, wanted.document_ids.as_deref(), limit).await?;
    let passages = found.into_iter().enumerate().map(|(place, found)| FoundPassageView::at(place, found));
    Ok(Json(FoundPassages { passages: passages.collect() }))
}
