use artel_domain::DocumentId;
use artel_http::caller::RunsRead;
use artel_http::{At, Caller, Checked, Faults, Params, Problem};
use artel_store::Page;
use axum::Json;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse};
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::PassageView;
use super::{TAG, absent, found};
use crate::App;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListDocumentPassages {
    /// At most this many; 20 when absent.
    #[param(minimum = 1, maximum = 100, nullable = false)]
    limit: Option<u32>,
    /// Skip this many.
    #[param(minimum = 0, maximum = 2_147_483_647, nullable = false)]
    offset: Option<u32>,
}

impl Checked for ListDocumentPassages {
    fn check(&self, faults: &mut Faults) {
        faults.range("limit", self.limit, 1..=100);
        faults.range("offset", self.offset, 0..=2_147_483_647);
    }
}

/// List the passages of a document, in its order.
///
/// What is found and cited. There are none before it is `ready`. Needs `runs:read`.
#[utoipa::path(get, path = "/documents/{document_id}/passages", tag = TAG,
    params(("document_id" = DocumentId, Path), ListDocumentPassages),
    responses((status = 200, description = "A page of passages.", body = [PassageView],
        headers(("X-Total-Count" = i64, description = "How many there are in all.")))))]
pub(crate) async fn list_document_passages(
    State(app): State<App>,
    caller: Caller<RunsRead>,
    At(document): At<DocumentId>,
    Params(wanted): Params<ListDocumentPassages>,
) -> Result<impl IntoResponse, Problem> {
    let page = Page { limit: wanted.limit.unwrap_or(20), offset: wanted.offset.unwrap_or(0) };
    found(&app, &caller, document).await?;
    let listed = app.store.list_passages(&app.viewer(&caller), document, page).await?;
    let (passages, total) = listed.ok_or_else(absent)?;
    let passages: Vec<PassageView> = passages.into_iter().map(PassageView::from).collect();
    Ok((AppendHeaders([("x-total-count", total)]), Json(passages)))
}
