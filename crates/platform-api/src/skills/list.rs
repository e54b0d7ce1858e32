use artel_domain::SkillScope;
use artel_http::caller::RunsRead;
use artel_http::{Caller, Checked, Faults, Params, Problem};
use artel_intents::SkillFilter;
use artel_store::Page;
use artel_words::Query as Words;
use axum::Json;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse};
use serde::Deserialize;
use utoipa::IntoParams;

use super::TAG;
use super::view::SkillView;
use crate::App;

/// Skills that a search finds at most.
const MOST_FOUND: usize = 50;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListSkills {
    /// Only skills that are switched on and have one of these words at least, in any of its forms; the best first, at
    /// most 50.
    #[param(nullable = false, max_length = 400)]
    q: Option<String>,
    /// Only the organisation's own (`custom`), or those of the product (`system`).
    #[param(nullable = false, inline)]
    scope: Option<SkillScope>,
    /// At most this many; 50 when absent.
    #[param(minimum = 1, maximum = 200, nullable = false)]
    limit: Option<u32>,
    /// Skip this many.
    #[param(minimum = 0, maximum = 2_147_483_647, nullable = false)]
    offset: Option<u32>,
}

impl Checked for ListSkills {
    fn check(&self, faults: &mut Faults) {
        faults.length("q", self.q.as_deref(), 0..=400);
        faults.range("limit", self.limit, 1..=200);
        faults.range("offset", self.offset, 0..=2_147_483_647);
    }
}

/// List skills, or find them by words.
///
/// The organisation's own by name, then those of the product. Needs `runs:read`.
#[utoipa::path(get, path = "/skills", tag = TAG, params(ListSkills),
    responses((status = 200, description = "A page of skills.", body = [SkillView],
        headers(("X-Total-Count" = i64, description = "How many match in all.")))))]
pub(crate) async fn list_skills(
    State(app): State<App>,
    caller: Caller<RunsRead>,
    Params(wanted): Params<ListSkills>,
) -> Result<impl IntoResponse, Problem> {
    let (requester, filter) = (caller.requester(), SkillFilter { scope: wanted.scope });
    let page = Page { limit: wanted.limit.unwrap_or(50), offset: wanted.offset.unwrap_or(0) };
    let (skills, total) = match wanted.q.as_deref().map(str::trim).filter(|q| !q.is_empty()).map(Words::read) {
        None => {
            let (heads, total) = app.intents.list_skills(&requester, filter, page).await?;
            (heads.into_iter().map(|head| SkillView::new(head, None)).collect(), total)
        }
        Some(None) => (Vec::new(), 0),
        Some(Some(words)) => {
            let found = app.intents.search_skills(&requester, filter, &words, MOST_FOUND).await?;
            let total = found.len() as i64;
            let page = found.into_iter().skip(page.offset as usize).take(page.limit as usize);
            (page.map(|found| SkillView::new(found.head, Some(found.score))).collect::<Vec<_>>(), total)
        }
    };
    Ok((AppendHeaders([("x-total-count", total)]), Json(skills)))
}
