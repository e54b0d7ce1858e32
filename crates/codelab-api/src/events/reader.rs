//! The events of a user's own sessions, within bounds that the answer speaks of.

use artel_domain::{Session, SessionId};
use artel_http::Problem;
use artel_store::{Page, SessionFilter};

use super::envelope::{Envelope, envelopes};
use super::observer::Observer;
use crate::App;
use crate::journal::newest;
use crate::user::User;

/// Sessions that one answer looks at, the last used first.
const MOST_SESSIONS: u32 = 200;
/// Journal entries that one answer is made of.
const MOST_ENTRIES: usize = 20_000;
/// Of them, from one session when there are several.
const MOST_OF_ONE: usize = 5000;

/// How much was looked at.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Extent {
    pub(super) sessions: usize,
    /// There was more than one answer looks at.
    pub(super) is_cut: bool,
}

/// Shows the events of all sessions of the user, ended ones too.
pub(super) async fn read_all(app: &App, user: &User, mut show: impl FnMut(Envelope) + Send) -> Result<Extent, Problem> {
    let filter = SessionFilter { active_only: false };
    let (sessions, total) =
        app.store.list_sessions(&user.viewer(), filter, Page { limit: MOST_SESSIONS, offset: 0 }).await?;
    let mut extent = Extent { sessions: 0, is_cut: total > sessions.len() as i64 };
    let mut left = MOST_ENTRIES;
    for session in &sessions {
        if left == 0 {
            extent.is_cut = true;
            break;
        }
        let (read, is_cut) = read(app, user, &session.id, left.min(MOST_OF_ONE), &mut show).await?;
        left -= read.min(left);
        extent.sessions += 1;
        extent.is_cut |= is_cut;
    }
    Ok(extent)
}

/// Shows the events of one session. True when there were more.
pub(super) async fn read_one(
    app: &App,
    user: &User,
    session: &SessionId,
    mut show: impl FnMut(Envelope) + Send,
) -> Result<bool, Problem> {
    Ok(read(app, user, session, MOST_ENTRIES, &mut show).await?.1)
}

async fn read(
    app: &App,
    user: &User,
    session: &SessionId,
    most: usize,
    show: &mut (impl FnMut(Envelope) + Send),
) -> Result<(usize, bool), Problem> {
    let newest = newest(app, &user.viewer(), session, most).await?;
    let mut observer = Observer::new();
    for entry in &newest.entries {
        envelopes(&mut observer, &session.shown(), entry).into_iter().for_each(&mut *show);
    }
    Ok((newest.entries.len(), newest.is_cut))
}

/// The user's session, ended or not.
pub(super) async fn own(app: &App, user: &User, id: &SessionId) -> Result<Option<Session>, Problem> {
    let session = app.store.find_session(&user.viewer(), id).await?;
    Ok(session.filter(|session| session.user_id.is_some_and(|owner| user.is_service || owner == user.user_id)))
}
