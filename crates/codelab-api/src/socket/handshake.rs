//! Who opens a socket, and into which session. Whatever is refused is refused before the upgrade, in plain HTTP.

use std::net::IpAddr;

use artel_domain::SessionId;
use artel_http::{InternalKey, Problem, ip, limits};
use artel_identity::Scope;
use artel_intents::OpenSession;
use axum::http::HeaderValue;
use axum::http::header::{AUTHORIZATION, HeaderMap, ORIGIN, SEC_WEBSOCKET_PROTOCOL};
use axum::http::request::Parts;

use super::capability;
use crate::App;
use crate::caller::{Surface, address, identify};
use crate::fault::Fault;
use crate::options::Options;
use crate::user::User;

/// The subprotocol whose second word is a token.
pub(super) const BEARER: &str = "bearer";
/// With such an id a client asks for a new session.
const NEW: &str = "new_";

/// A socket that may be opened.
pub(super) struct Guest {
    pub(super) user: User,
    pub(super) session: SessionId,
    /// The session was made for this socket, and the client does not know its id.
    pub(super) is_new: bool,
}

pub(super) async fn admit(app: &App, parts: &mut Parts, id: SessionId, options: &Options) -> Result<Guest, Fault> {
    let ip = address(app, parts).await;
    count(app, ip).await?;
    let Some(user) = by_credentials(app, parts, options, ip).await? else {
        check_origin(app, &parts.headers)?;
        let owner = capability::owner(app, &id, ip).await?;
        let user = owner.ok_or_else(|| Problem::unauthenticated("unauthenticated", "Authentication required"))?;
        return Ok(Guest { user, session: id, is_new: false });
    };
    user.needs(Scope::RunsRead)?;
    if id.0.starts_with(NEW) {
        user.needs(Scope::RunsWrite)?;
        let made = app.intents.create_session(&user.requester(), OpenSession::default()).await?;
        return Ok(Guest { user, session: made.id, is_new: true });
    }
    // Whoever only reads makes nothing.
    let session = if user.may(Scope::RunsWrite) {
        app.intents.open_session(&user.requester(), &id).await?
    } else {
        app.intents.own_session(&user.requester(), &id).await?
    };
    Ok(Guest { user, session: session.id, is_new: false })
}

/// A page of any site can open a socket from its reader's address. Only pages name their origin.
fn check_origin(app: &App, headers: &HeaderMap) -> Result<(), Problem> {
    let Some(origin) = headers.get(ORIGIN) else { return Ok(()) };
    let allowed = &app.config.socket_origins;
    if origin.to_str().is_ok_and(|origin| allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin))) {
        return Ok(());
    }
    let message = "A web page opens a socket with a token only: Sec-WebSocket-Protocol: bearer, <token>. \
                   The operator can let pages of an origin in without one: GATEWAY__WS_ALLOWED_ORIGINS.";
    Err(Problem::forbidden("origin_not_allowed", message))
}

/// New sockets of one address.
async fn count(app: &App, ip: Option<IpAddr>) -> Result<(), Fault> {
    if app.config.exempt_loopback && ip.is_some_and(|ip| ip.is_loopback()) {
        return Ok(());
    }
    let admission = app.bus.admit(&format!("socket:{}", ip::bucket(ip)), app.config.socket_rate_per_ip).await;
    if admission.allowed { Ok(()) } else { Err(limits::refusal(&admission).into()) }
}

/// `None` when nothing is shown. What is shown and is wrong is never overlooked.
async fn by_credentials(
    app: &App,
    parts: &mut Parts,
    options: &Options,
    ip: Option<IpAddr>,
) -> Result<Option<User>, Fault> {
    if !parts.headers.contains_key(AUTHORIZATION)
        && let Some(token) = offered(parts).or_else(|| options.access_token.clone())
    {
        let value = HeaderValue::try_from(format!("Bearer {token}"))
            .map_err(|_| Problem::unauthenticated("invalid_token", "This is no token."))?;
        parts.headers.insert(AUTHORIZATION, value);
    }
    let shows_key = parts.headers.contains_key("x-api-key") || InternalKey::shown(&parts.headers).is_some();
    if !shows_key && !parts.headers.contains_key(AUTHORIZATION) {
        return Ok(None);
    }
    let user = identify(app, Surface::Gateway, parts).await?;
    if let Some(ip) = ip {
        app.presences.note(&user, ip).await;
    }
    Ok(Some(user))
}

/// `Sec-WebSocket-Protocol: bearer, <token>`.
fn offered(parts: &Parts) -> Option<String> {
    let lists = parts.headers.get_all(SEC_WEBSOCKET_PROTOCOL).into_iter().filter_map(|value| value.to_str().ok());
    let words: Vec<&str> = lists.flat_map(|list| list.split(',')).map(str::trim).collect();
    let at = words.iter().position(|word| word.eq_ignore_ascii_case(BEARER))?;
    words.get(at + 1).map(|token| (*token).to_owned())
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn token_of(protocols: &[&str]) -> Option<String> {
        let request =
            protocols.iter().fold(Request::builder(), |request, list| request.header(SEC_WEBSOCKET_PROTOCOL, *list));
        offered(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn a_browser_says_its_token_as_a_subprotocol() {
        assert_eq!(token_of(&["bearer, a.b.c"]), Some("a.b.c".into()));
        assert_eq!(token_of(&["chat", "Bearer", "a.b.c"]), Some("a.b.c".into()));
        for nothing in [&[][..], &["chat"], &["bearer"], &["a.b.c"]] {
            assert_eq!(token_of(nothing), None);
        }
    }
}
