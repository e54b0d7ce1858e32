//! Signing in with a password: the authorization code flow with PKCE. The browser never holds a token that it can read.

use artel_domain::Timestamp;
use artel_http::Problem;
use artel_identity::{entropy, pkce};
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Redirect, Response};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use crate::Console;
use crate::cookie::{self, SameSite};
use crate::place::{CLIENT, Place};
use crate::session::Session;

const COOKIE: &str = "artel_console_sign_in";
const AAD: &[u8] = b"console-sign-in";
/// As long as the form of the login page is accepted.
const SECONDS: u32 = 15 * 60;

/// Where the person wants to be afterwards.
#[derive(Deserialize)]
pub(crate) struct Start {
    to: Option<String>,
}

/// What the auth service sends back.
#[derive(Deserialize)]
pub(crate) struct Answer {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
}

/// A sign-in under way, sealed in a cookie of its browser.
#[derive(Serialize, Deserialize)]
struct Pending {
    state: String,
    verifier: String,
    to: String,
    began_at: Timestamp,
}

/// Sends the browser to the login page.
pub(crate) async fn start(
    State(console): State<Console>,
    Query(asked): Query<Start>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let place = Place::of(&headers).ok_or_else(no_host)?;
    let pending = Pending {
        state: random()?,
        verifier: random()?,
        to: asked.to.filter(|to| is_page(to)).unwrap_or_else(|| "/console/".to_owned()),
        began_at: console.clock.now(),
    };
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("response_type", "code")
        .append_pair("client_id", CLIENT)
        .append_pair("redirect_uri", &place.callback())
        .append_pair("state", &pending.state)
        .append_pair("code_challenge", &pkce::s256(&pending.verifier))
        .append_pair("code_challenge_method", "S256")
        .finish();
    let text = serde_json::to_vec(&pending).map_err(Problem::internal)?;
    let sealed = console.seal.seal_text(AAD, &text).map_err(Problem::internal)?;
    let mut response = Redirect::to(&format!("/oauth/authorize?{query}")).into_response();
    if let Some(value) = cookie::set(&place, COOKIE, &sealed, SameSite::Lax, Some(SECONDS)) {
        response.headers_mut().insert(SET_COOKIE, value);
    }
    Ok(response)
}

/// Takes the code that the login page sent, and shows the page that the person wanted.
pub(crate) async fn finish(
    State(console): State<Console>,
    Query(answer): Query<Answer>,
    parts: Parts,
) -> Result<Response, Problem> {
    let place = Place::of(&parts.headers).ok_or_else(no_host)?;
    let mut response = match signed_in(&console, &parts, &place, answer).await {
        Ok((session, to)) => {
            let mut response = Redirect::to(&to).into_response();
            console.keep(&mut response, &place, &session)?;
            response
        }
        Err(word) => failed(word),
    };
    if let Some(value) = cookie::remove(&place, COOKIE) {
        response.headers_mut().append(SET_COOKIE, value);
    }
    Ok(response)
}

/// The sign-in page, which says in words what happened.
pub(crate) fn failed(word: &str) -> Response {
    Redirect::to(&format!("/console/sign-in?error={word}")).into_response()
}

async fn signed_in(
    console: &Console,
    parts: &Parts,
    place: &Place,
    answer: Answer,
) -> Result<(Session, String), &'static str> {
    match answer.error.as_deref() {
        Some("access_denied") => return Err("cancelled"),
        Some(_) => return Err("refused"),
        None => {}
    }
    let pending = pending(console, parts, place).ok_or("expired")?;
    let code = answer.code.filter(|_| answer.state.as_deref() == Some(&pending.state)).ok_or("expired")?;
    let tokens = console.auth_service.redeem(parts, &code, &pending.verifier, &place.callback()).await;
    let tokens = tokens.map_err(|_| "refused")?;
    Ok((Session::of_tokens(tokens, console.clock.now()), pending.to))
}

fn pending(console: &Console, parts: &Parts, place: &Place) -> Option<Pending> {
    let sealed = cookie::read(&parts.headers, place, COOKIE)?;
    let opened = console.seal.open_text(AAD, sealed).ok()?;
    let pending: Pending = serde_json::from_str(opened.expose_secret()).ok()?;
    let age = console.clock.now().duration_since(pending.began_at).as_secs();
    (age <= i64::from(SECONDS)).then_some(pending)
}

/// Whether this is a page of the console and of nobody else. A browser takes `%2e` for a dot too.
fn is_page(path: &str) -> bool {
    let (route, _) = path.split_once(['?', '#']).unwrap_or((path, ""));
    let is_dots = |segment: &str| matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..");
    path.starts_with("/console/")
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
        && !route.split('/').any(is_dots)
}

fn random() -> Result<String, Problem> {
    let bytes = entropy::<32>().map_err(Problem::internal)?;
    Ok(bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}")))
}

pub(crate) fn no_host() -> Problem {
    Problem::malformed("The request names no host.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_ends_at_a_page_of_the_console() {
        for page in ["/console/", "/console/runs?status=failed", "/console/runs?text=/../", "/console/tool/.a..b"] {
            assert!(is_page(page), "{page:?}");
        }
        let foreign = ["/", "//evil.example/console/", "https://evil.example/console/"];
        let unseen = ["/console/\\evil", "/console/\n", "/console/ "];
        let dots = [
            "/console/..",
            "/console/../oauth/authorize",
            "/console/./x",
            "/console/%2e%2E/oauth/authorize",
            "/console/.%2e/x",
            "/console/a/%2e./../x?y",
            "/console/..#x",
        ];
        for elsewhere in foreign.iter().chain(&unseen).chain(&dots) {
            assert!(!is_page(elsewhere), "{elsewhere:?}");
        }
    }
}
