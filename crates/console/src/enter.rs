//! `/console/session`: who is signed in, in this browser; signing in with an API key or a link; signing out.

use artel_http::caller::Anyone;
use artel_http::{Caller, Identity, Problem};
use artel_identity::Scope;
use axum::Json;
use axum::extract::{FromRequestParts as _, Path, State};
use axum::http::header::{AUTHORIZATION, RETRY_AFTER};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Console;
use crate::auth_service::Refused;
use crate::place::Place;
use crate::session::{Session, forget};
use crate::sign_in::{failed, no_host};

/// New tokens are asked for this long before the old ones end.
const EARLY_SECONDS: i64 = 90;

#[derive(Deserialize)]
pub(crate) struct GivenKey {
    key: SecretString,
}

/// Says who is signed in, and gets new tokens when they are due.
///
/// Only this request changes tokens. So one page does it at a time, and a page that is left in the middle of another
/// request loses none.
pub(crate) async fn renew(State(console): State<Console>, mut parts: Parts) -> Result<Response, Problem> {
    let place = own_page(&parts.headers)?;
    let Some(session) = console.session(&parts.headers, &place) else { return Ok(nobody()) };
    let (session, is_new) = match renewed(&console, &parts, session).await {
        Ok(renewed) => renewed,
        Err(Refused::Ended) => return Ok(signed_out(&place)),
        Err(Refused::Later(seconds)) => return Err(later(seconds)),
    };
    if let Some(authorization) = session.authorization() {
        parts.headers.insert(AUTHORIZATION, authorization);
    }
    let caller = match Caller::<Anyone>::from_request_parts(&mut parts, &console).await {
        Ok(caller) => caller,
        Err(problem) if problem.status() == StatusCode::UNAUTHORIZED => return Ok(signed_out(&place)),
        Err(problem) => return Err(problem),
    };
    let name = match &session {
        Session::Key(_) => None,
        Session::Login { access, .. } => console.auth_service.name(&parts, access).await,
    };
    let left = session.seconds_left(console.clock.now());
    let mut response = Json(view(&caller, name.as_deref(), left)).into_response();
    if is_new {
        console.keep(&mut response, &place, &session)?;
    }
    Ok(response)
}

/// Signs the browser in with an API key.
pub(crate) async fn with_key(
    State(console): State<Console>,
    parts: Parts,
    Json(given): Json<GivenKey>,
) -> Result<Response, Problem> {
    let place = own_page(&parts.headers)?;
    let key = given.key.expose_secret().trim();
    console.gate.identify_key(key, console.gate.ip(&parts)).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    console.keep(&mut response, &place, &Session::Key(key.to_owned()))?;
    Ok(response)
}

/// Signs the browser in with a link that works once.
pub(crate) async fn with_link(
    State(console): State<Console>,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let place = Place::of(&headers).ok_or_else(no_host)?;
    let Some(key) = console.invitations.take(&code, console.clock.now()) else { return Ok(failed("link")) };
    let mut response = Redirect::to("/console/").into_response();
    console.keep(&mut response, &place, &Session::Key(key.expose_secret().to_owned()))?;
    Ok(response)
}

/// Signs the browser out. A login ends for good, with everything that was opened with it.
pub(crate) async fn leave(State(console): State<Console>, parts: Parts) -> Result<Response, Problem> {
    let place = own_page(&parts.headers)?;
    if let Some(Session::Login { refresh, .. }) = console.session(&parts.headers, &place) {
        let status = console.auth_service.revoke(&parts, &refresh).await;
        if !status.is_success() {
            return Err(Problem::unavailable(format!("the login could not be ended: {status}")));
        }
    }
    Ok(signed_out(&place))
}

/// The session with tokens that last, and whether they are new.
async fn renewed(console: &Console, parts: &Parts, session: Session) -> Result<(Session, bool), Refused> {
    let now = console.clock.now();
    match &session {
        Session::Login { refresh, .. } if session.seconds_left(now).is_some_and(|left| left < EARLY_SECONDS) => {
            let tokens = console.auth_service.refresh(parts, refresh).await?;
            Ok((Session::of_tokens(tokens, now), true))
        }
        _ => Ok((session, false)),
    }
}

fn own_page(headers: &HeaderMap) -> Result<Place, Problem> {
    let place = Place::of(headers).ok_or_else(no_host)?;
    if place.is_own_page(headers) {
        return Ok(place);
    }
    Err(Problem::forbidden("foreign_origin", "This is for the pages of the console alone."))
}

fn later(seconds: Option<axum::http::HeaderValue>) -> Problem {
    let problem = Problem::unavailable("the auth service refuses to renew a login at present");
    match seconds {
        Some(seconds) => problem.with_header(RETRY_AFTER, seconds),
        None => problem,
    }
}

fn nobody() -> Response {
    Json(json!({ "signed_in": false })).into_response()
}

fn signed_out(place: &Place) -> Response {
    let mut response = nobody();
    forget(&mut response, place);
    response
}

fn view(caller: &Identity, name: Option<&str>, seconds_left: Option<i64>) -> Value {
    let may: Vec<&str> =
        Scope::ALL.into_iter().filter(|scope| caller.scopes.allows(*scope)).map(Scope::as_str).collect();
    json!({
        "signed_in": true,
        "name": name,
        "user_id": caller.user_id,
        "tenant_id": caller.tenant_id,
        "agent_id": caller.agent_id,
        "may": may,
        "renew_in_seconds": seconds_left.map(|left| (left - EARLY_SECONDS + 1).max(1)),
    })
}
