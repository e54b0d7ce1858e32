//! What was said in a session, folded from its journal.

mod fold;
pub(crate) mod get;
mod message;

use artel_domain::SessionId;
use artel_http::Problem;
use artel_store::Viewer;

use crate::App;
use crate::journal::newest;

pub(crate) use fold::{Story, Turnover, tell};
pub(crate) use message::Message;

/// Journal entries that one answer is made of: several make one message.
const MOST: usize = 5000;

/// The newest part of a session's story; all of it unless the session is very long.
pub(crate) async fn read(app: &App, viewer: &Viewer, session: &SessionId) -> Result<Story, Problem> {
    let newest = newest(app, viewer, session, MOST).await?;
    let story = tell(&newest.entries).read_by(viewer.user_id);
    Ok(Story { is_cut: newest.is_cut, ..story })
}
