//! Sockets that show nothing. The clients that exist send no credentials on their socket, so that whoever knows a
//! session's id may speak in it for its owner: but only from an address where the owner made a request of their own a
//! short while ago, and with no more than that request showed.

use std::net::IpAddr;
use std::time::Duration;

use artel_domain::{Principal, SessionId};
use artel_http::{Problem, trace};
use artel_store::Presence;
use tokio::time::Instant;
use uuid::Uuid;

use crate::App;
use crate::user::User;

/// Clients open the socket and make their first request at once: how long is waited for the latter.
const HOLD: Duration = Duration::from_secs(2);
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// The owner of the session, if they are at this address. Who is not there is waited for equally long whether there is
/// such a session or not: the time tells nothing.
pub(super) async fn owner(app: &App, id: &SessionId, ip: Option<IpAddr>) -> Result<Option<User>, Problem> {
    let (Some(window), Some(ip)) = (app.config.session_capability, ip) else { return Ok(None) };
    // An id that its client made up can be guessed.
    if Uuid::parse_str(&id.0).is_err() {
        return Ok(None);
    }
    let give_up = Instant::now() + HOLD;
    let looks = async {
        loop {
            if let Some(user) = look(app, id, ip, window).await? {
                return Ok::<_, Problem>(user);
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    };
    tokio::time::timeout_at(give_up, looks).await.ok().transpose()
}

async fn look(app: &App, id: &SessionId, ip: IpAddr, window: Duration) -> Result<Option<User>, Problem> {
    let sessions = app.store.find_sessions_by_id(id).await?;
    // Somebody of another tenant can make a session of the same id: then it names nobody.
    let [session] = &sessions[..] else { return Ok(None) };
    let Some(user) = session.user_id else { return Ok(None) };
    let since = app.clock.now().checked_sub(window).map_err(Problem::internal)?;
    let mut seen = Vec::new();
    for presence in app.store.find_presences(session.tenant_id, user, ip, since).await? {
        seen.extend(as_it_is_now(app, presence, ip).await?);
    }
    // Whoever may least knows the ids of the user's sessions too, and gets no more by leaving out what they have.
    Ok(seen.into_iter().min_by_key(User::rights))
}

/// The user with what they showed; `None` when it holds no more. A key counts with its agent and its limits of now.
async fn as_it_is_now(app: &App, presence: Presence, ip: IpAddr) -> Result<Option<User>, Problem> {
    let Presence { basis, scopes } = presence;
    // A presence ends with what it rested on: the key, the login, the account.
    let standing = app.gate.standing(basis.clone());
    if standing.ensure().await.is_err() {
        return Ok(None);
    }
    let (tenant, api_key_id, client_id) = (basis.tenant_id, basis.api_key_id, basis.client_id);
    let principal = Principal { user_id: basis.user_id, api_key_id, client_id, scopes };
    let requester = app.intents.acting_for(tenant, &principal, trace::current()).await?;
    Ok(requester.map(|requester| User::seen(requester, standing, ip)))
}
