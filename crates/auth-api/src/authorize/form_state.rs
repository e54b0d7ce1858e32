//! The hidden state of a login form: the client's request and the time of the page, sealed for the cookie of one
//! browser.

use artel_domain::Timestamp;
use artel_identity::entropy;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};

use super::request::AuthorizationRequest;
use crate::AuthApp;
use crate::error::OAuthError;

pub(super) const COOKIE_NAME: &str = "artel_login";
/// A form that is older is shown again instead of accepted.
const OLD_SECONDS: i64 = 15 * 60;

#[derive(Serialize, Deserialize)]
struct Sealed {
    asked: AuthorizationRequest,
    shown_at: Timestamp,
}

/// The state of a submitted form.
pub(super) struct FormState {
    pub(super) asked: AuthorizationRequest,
    pub(super) is_old: bool,
}

impl FormState {
    pub(super) fn of_form(app: &AuthApp, cookie: Option<&str>, form: &str) -> Result<Self, OAuthError> {
        let cookie = cookie.ok_or_else(|| {
            OAuthError::invalid_request(
                "Your browser did not send back the cookie of this page. Allow cookies, and start again.",
            )
        })?;
        let foreign = || {
            OAuthError::invalid_request(
                "This form was not made for this browser. Go back to the application and start again.",
            )
        };
        let opened = app.seal.open_text(&place(cookie), form).map_err(|_| foreign())?;
        let Sealed { asked, shown_at } = serde_json::from_str(opened.expose_secret()).map_err(|_| foreign())?;
        let is_old = app.clock.now().duration_since(shown_at).as_secs() > OLD_SECONDS;
        Ok(Self { asked, is_old })
    }
}

pub(super) fn seal(app: &AuthApp, cookie: &str, asked: &AuthorizationRequest) -> Result<String, OAuthError> {
    let state = Sealed { asked: asked.clone(), shown_at: app.clock.now() };
    let text = serde_json::to_string(&state).map_err(OAuthError::internal)?;
    app.seal.seal_text(&place(cookie), text.as_bytes()).map_err(OAuthError::internal)
}

pub(super) fn new_cookie() -> Result<String, OAuthError> {
    Ok(hex::encode(entropy::<16>().map_err(OAuthError::internal)?))
}

/// Whether the text has the form of this service's cookie.
pub(super) fn is_cookie(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The place of a sealed form state.
///
/// FROZEN: the text, because a form that one version showed may be submitted to a process of another version.
fn place(cookie: &str) -> Vec<u8> {
    format!("login-form/{cookie}").into_bytes()
}
