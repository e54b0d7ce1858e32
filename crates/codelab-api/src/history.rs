//! What was said in a session, folded from its journal.

mod fold;
pub(crate) mod get;
mod message;

use artel_domain::{Phase, Run, SessionId};
use artel_http::Problem;
use artel_store::{RunFilter, Viewer};

use crate::App;
use crate::journal::newest;

pub(crate) use fold::{Story, Turnover, tell};
pub(crate) use message::Message;

/// Journal entries that one answer is made of: several make one message.
const MOST: usize = 5000;

/// Messages that wait for a worker, of which one answer tells.
const MOST_QUEUED: u32 = 200;

/// The newest part of a session's story; all of it unless the session is very long.
pub(crate) async fn read(app: &App, viewer: &Viewer, session: &SessionId) -> Result<Story, Problem> {
    // First: what a worker takes up meanwhile is in the journal then.
    let queued = queued(app, viewer, session).await?;
    let newest = newest(app, viewer, session, MOST).await?;
    let mut story = tell(&newest.entries).read_by(viewer.user_id);
    let is_begun = |run: &Run| newest.entries.iter().any(|entry| entry.run_id == run.id);
    story.messages.extend(queued.iter().filter(|run| !is_begun(run)).filter_map(Message::queued));
    Ok(Story { is_cut: newest.is_cut, ..story })
}

/// Runs that nobody has begun, oldest first.
async fn queued(app: &App, viewer: &Viewer, session: &SessionId) -> Result<Vec<Run>, Problem> {
    let filter = RunFilter {
        session_id: Some(session.clone()),
        phases: vec![Phase::Queued],
        limit: MOST_QUEUED,
        ..RunFilter::default()
    };
    let mut runs = app.store.list_runs(viewer, filter).await?;
    runs.retain(|run| !run.cancel_requested);
    runs.reverse();
    Ok(runs)
}
