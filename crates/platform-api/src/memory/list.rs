use artel_domain::UserId;
use artel_http::caller::RunsRead;
use artel_http::{Caller, Checked, Faults, Params, Problem};
use artel_store::Page;
use artel_words::Query as Words;
use axum::Json;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse};
use serde::Deserialize;
use utoipa::IntoParams;

use super::TAG;
use super::place::whose;
use super::view::MemoryView;
use crate::App;

/// Files that a search finds at most.
const MOST_FOUND: u32 = 200;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListMemory {
    /// Only files whose path begins so.
    #[param(nullable = false, max_length = 200)]
    prefix: Option<String>,
    /// Only files with one of these words at least, in any of its forms; the best first, at most 200.
    #[param(nullable = false, max_length = 400)]
    q: Option<String>,
    /// Whose memory; one's own when absent. An administrator may name anybody.
    #[param(nullable = false)]
    user_id: Option<UserId>,
    /// At most this many; 20 when absent.
    #[param(minimum = 1, maximum = 100, nullable = false)]
    limit: Option<u32>,
    /// Skip this many.
    #[param(minimum = 0, maximum = 2_147_483_647, nullable = false)]
    offset: Option<u32>,
}

impl Checked for ListMemory {
    fn check(&self, faults: &mut Faults) {
        faults.length("prefix", self.prefix.as_deref(), 0..=200);
        faults.length("q", self.q.as_deref(), 0..=400);
        faults.range("limit", self.limit, 1..=100);
        faults.range("offset", self.offset, 0..=2_147_483_647);
    }
}

/// List the files of a memory by path, or find them by words.
///
/// One's own; an administrator may name a user. Needs `runs:read`.
#[utoipa::path(get, path = "/memory", tag = TAG, params(ListMemory),
    responses((status = 200, description = "A page of files.", body = [MemoryView],
        headers(("X-Total-Count" = i64, description = "How many match in all.")))))]
pub(crate) async fn list_memory(
    State(app): State<App>,
    caller: Caller<RunsRead>,
    Params(wanted): Params<ListMemory>,
) -> Result<impl IntoResponse, Problem> {
    let (viewer, owner) = whose(&app, &caller, wanted.user_id).await?;
    let prefix = wanted.prefix.unwrap_or_default();
    let page = Page { limit: wanted.limit.unwrap_or(20), offset: wanted.offset.unwrap_or(0) };
    let (files, total) = match wanted.q.as_deref().map(str::trim).filter(|q| !q.is_empty()).map(Words::read) {
        None => app.store.list_memory(&viewer, owner, &prefix, page).await?,
        Some(None) => (Vec::new(), 0),
        Some(Some(words)) => {
            let found = app.store.search_memory(&viewer, owner, &prefix, &words, MOST_FOUND).await?;
            let total = found.len() as i64;
            let files = found.into_iter().map(|found| found.item);
            (files.skip(page.offset as usize).take(page.limit as usize).collect(), total)
        }
    };
    let files: Vec<MemoryView> = files.into_iter().map(MemoryView::from).collect();
    Ok((AppendHeaders([("x-total-count", total)]), Json(files)))
}
