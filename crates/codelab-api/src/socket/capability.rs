//! Sockets that show nothing. The clients that exist send no credentials on their socket, so that whoever knows a
//! session's id may speak in it for its owner: but only from an address where the owner made a request of their own a
//! short while ago.

use std::net::IpAddr;
use std::time::Duration;

use artel_domain::{Session, SessionId};
use artel_http::Problem;
use uuid::Uuid;

use crate::App;
use crate::user::User;

/// Clients open the socket and make their first request at once: how long is waited for the latter.
const HOLD: Duration = Duration::from_secs(2);
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// The owner of the session, if they are at this address.
pub(super) async fn owner(app: &App, id: &SessionId, ip: Option<IpAddr>) -> Result<Option<User>, Problem> {
    let (Some(window), Some(ip)) = (app.config.session_capability, ip) else { return Ok(None) };
    // An id that its client made up can be guessed.
    if Uuid::parse_str(&id.0).is_err() {
        return Ok(None);
    }
    let give_up = tokio::time::Instant::now() + HOLD;
    loop {
        let sessions = app.store.find_sessions_by_id(id).await?;
        // Nobody vouches for what is not there.
        if sessions.is_empty() {
            return Ok(None);
        }
        if let Some(user) = present(app, &sessions, ip, window).await? {
            return Ok(Some(user));
        }
        if tokio::time::Instant::now() >= give_up {
            return Ok(None);
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

async fn present(app: &App, sessions: &[Session], ip: IpAddr, window: Duration) -> Result<Option<User>, Problem> {
    let since = app.clock.now().checked_sub(window).map_err(Problem::internal)?;
    for session in sessions {
        let Some(user) = session.user_id else { continue };
        if app.store.was_present(session.tenant_id, user, ip, since).await? {
            return Ok(Some(User::vouched(session.tenant_id, user, Some(ip))));
        }
    }
    Ok(None)
}
