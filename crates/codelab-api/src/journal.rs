//! Reading a session's journal from its end, and never more of it than was asked for.

use artel_domain::{Entry, SessionId};
use artel_http::Problem;
use artel_store::Viewer;

use crate::App;

const PAGE: usize = 1000;

/// The newest entries of a journal, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Newest {
    pub(crate) entries: Vec<Entry>,
    /// Older ones are left out.
    pub(crate) is_cut: bool,
}

/// At most `most` entries, without deltas.
pub(crate) async fn newest(app: &App, viewer: &Viewer, session: &SessionId, most: usize) -> Result<Newest, Problem> {
    let mut pages: Vec<Vec<Entry>> = Vec::new();
    let (mut left, mut before, mut is_last) = (most, 0, false);
    while left > 0 && !is_last {
        let asked = left.min(PAGE);
        let page = app.store.session_entries(viewer, session, before, asked as u32).await?;
        is_last = page.len() < asked;
        left -= page.len();
        before = page.first().map_or(before, |entry| entry.seq);
        pages.push(page);
    }
    let is_cut = !is_last && !app.store.session_entries(viewer, session, before, 1).await?.is_empty();
    Ok(Newest { entries: pages.into_iter().rev().flatten().collect(), is_cut })
}
