//! What was said in a session, folded from its journal.

mod fold;
pub(crate) mod get;
mod message;

use artel_domain::{SessionId, TenantId};
use artel_http::Problem;

use crate::App;
use crate::journal::newest;

pub(crate) use fold::{Story, Turnover, tell};
pub(crate) use message::Message;

/// Journal entries that one answer is made of: several make one message.
const MOST: usize = 5000;

/// The newest part of a session's story; all of it unless the session is very long.
pub(crate) async fn read(app: &App, tenant: TenantId, session: &SessionId) -> Result<Story, Problem> {
    let newest = newest(app, tenant, session, MOST).await?;
    Ok(Story { is_cut: newest.is_cut, ..tell(&newest.entries) })
}
