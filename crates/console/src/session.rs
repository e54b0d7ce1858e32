//! A signed-in browser. What it signed in with is sealed in its cookie: the server keeps nothing, so that any process
//! serves any browser, a restart signs nobody out, and there is no table to sweep. Only the server can open the seal.

use artel_domain::Timestamp;
use artel_http::Problem;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};

use crate::Console;
use crate::auth_service::Tokens;
use crate::cookie::{self, SameSite};
use crate::place::Place;

const COOKIE: &str = "artel_console";
/// What a sealed session is bound to.
///
/// FROZEN: the text, because a process of another version opens the cookie.
const AAD: &[u8] = b"console-session";
/// A cookie lives no longer than a login without use.
const LOGIN_SECONDS: u32 = 30 * 24 * 3600;

/// What a browser signed in with. It cannot be printed.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Session {
    Key(String),
    Login {
        access: String,
        refresh: String,
        /// When the access token ends, in seconds since 1970.
        ends_at: i64,
    },
}

impl Session {
    pub(crate) fn of_tokens(tokens: Tokens, now: Timestamp) -> Self {
        let Tokens { access_token, refresh_token, expires_in } = tokens;
        Self::Login { access: access_token, refresh: refresh_token, ends_at: now.as_second() + expires_in }
    }

    /// The header that the API knows.
    pub(crate) fn authorization(&self) -> Option<HeaderValue> {
        let (Self::Key(secret) | Self::Login { access: secret, .. }) = self;
        let mut value = HeaderValue::from_str(&format!("Bearer {secret}")).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// Seconds until new tokens are needed; keys need none.
    pub(crate) fn seconds_left(&self, now: Timestamp) -> Option<i64> {
        match self {
            Self::Key(_) => None,
            Self::Login { ends_at, .. } => Some(ends_at - now.as_second()),
        }
    }
}

impl Console {
    /// The session of a browser; `None` when it shows none, or one that this installation did not seal.
    pub(crate) fn session(&self, headers: &HeaderMap, place: &Place) -> Option<Session> {
        let sealed = cookie::read(headers, place, COOKIE)?;
        let opened = self.seal.open_text(AAD, sealed).ok()?;
        serde_json::from_str(opened.expose_secret()).ok()
    }

    /// Has the browser keep the session.
    ///
    /// # Errors
    /// Fails when the session cannot be sealed: a browser that is told nothing would look signed in.
    pub(crate) fn keep(&self, response: &mut Response, place: &Place, session: &Session) -> Result<(), Problem> {
        let text = serde_json::to_vec(session).map_err(Problem::internal)?;
        let sealed = self.seal.seal_text(AAD, &text).map_err(Problem::internal)?;
        let seconds = matches!(session, Session::Login { .. }).then_some(LOGIN_SECONDS);
        let value = cookie::set(place, COOKIE, &sealed, SameSite::Strict, seconds)
            .ok_or_else(|| Problem::internal("the sealed session is no value of a header"))?;
        response.headers_mut().append(SET_COOKIE, value);
        Ok(())
    }
}

/// Has the browser forget its session.
pub(crate) fn forget(response: &mut Response, place: &Place) {
    if let Some(value) = cookie::remove(place, COOKIE) {
        response.headers_mut().append(SET_COOKIE, value);
    }
}
